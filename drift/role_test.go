package drift

import "testing"

// Who may what: every role against every other, written down by hand.
func TestRoles(t *testing.T) {
	ladder := []string{"ingest", "viewer", "operator", "manager", "admin"}
	for i, name := range ladder {
		r, err := ParseRole(name)
		if err != nil || r.String() != name {
			t.Fatalf("%s is read as %v, %v", name, r, err)
		}
		if want := name == "ingest" || name == "admin"; r.MayIngest() != want {
			t.Errorf("%s may log predictions: %t", name, r.MayIngest())
		}
		for j, other := range ladder {
			least, err := ParseRole(other)
			if err != nil || r.AtLeast(least) != (i >= j) {
				t.Errorf("%s is at least %s: %t, %v", name, other, r.AtLeast(least), err)
			}
		}
	}
	for _, name := range []string{"", "Admin", "root", "viewer "} {
		if r, err := ParseRole(name); CodeOf(err) != CodeInvalid || r != RoleNone {
			t.Errorf("%q is read as %v, %v", name, r, err)
		}
	}
	if RoleNone.MayIngest() || RoleNone.AtLeast(RoleIngest) {
		t.Error("nobody may something")
	}
}

func TestWhoMaySeeATenant(t *testing.T) {
	for _, c := range []struct {
		who  Actor
		want [3]bool // tenants 1 to 3
	}{
		{Actor{}, [3]bool{}},
		{Actor{Role: RoleAdmin}, [3]bool{}},
		{Actor{Tenants: []int64{2}}, [3]bool{false, true, false}},
		{Actor{Tenants: []int64{3, 1}}, [3]bool{true, false, true}},
		{Actor{AllTenants: true}, [3]bool{true, true, true}},
		{SystemActor(), [3]bool{true, true, true}},
	} {
		for i, want := range c.want {
			if got := c.who.MaySee(int64(i + 1)); got != want {
				t.Errorf("%+v may see tenant %d: %t", c.who, i+1, got)
			}
		}
	}
}
