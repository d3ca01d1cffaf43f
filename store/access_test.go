package store_test

import (
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// TestSignInsAreBounded: wrong tries push only wrong tries out.
func TestSignInsAreBounded(t *testing.T) {
	db := storetest.Fresh(t)
	u, err := db.AddUser(t.Context(), drift.SystemActor(), drift.User{Name: "rita", Role: drift.RoleViewer, AllTenants: true}, "hash")
	if err != nil {
		t.Fatal(err)
	}
	from := drift.Visitor{Address: "192.0.2.1", Agent: "x\x00\n\x9b" + string(make([]byte, 400)) + "y"}
	s := drift.Session{Hash: make([]byte, 32), UserID: u.ID, ExpiresAt: time.Now().Add(time.Hour), Visitor: from}
	if err := db.SaveSession(t.Context(), s, time.Now()); err != nil {
		t.Fatal(err)
	}
	try := func(user int64) {
		t.Helper()
		err := db.TrySignIn(t.Context(), drift.SignInTry{UserID: user, Account: "rita", Visitor: from, At: now, Since: now},
			func(_, _ drift.SignInFailures) (drift.SignInResult, error) { return drift.SignInFailed, nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	for range drift.MaxSignIns + 5 {
		try(u.ID)
	}
	try(0)
	try(999)
	var good, bad int
	err = db.Pool().QueryRow(t.Context(), `SELECT count(*) FILTER (WHERE good), count(*) FILTER (WHERE NOT good) FROM sign_in WHERE agent = 'xy'`).Scan(&good, &bad)
	if err != nil || good != 1 || bad != drift.MaxSignIns {
		t.Errorf("%d right and %d wrong tries are kept, %v", good, bad, err)
	}
	d, err := db.PersonPage(t.Context(), u.ID)
	if err != nil || len(d.SignedIn) != 1 || d.SignedIn[0].Visitor.Agent != "xy" || len(d.SignIns) != drift.MaxSignIns || d.Person.Sessions != 1 {
		t.Errorf("%+v, %v", d, err)
	}
}

// TestTokenUseIsWrittenNowAndThen: many requests are one write.
func TestTokenUseIsWrittenNowAndThen(t *testing.T) {
	at := now
	db := storetest.Fresh(t, store.Options{Wall: func() time.Time { return at }})
	if _, err := db.AddToken(t.Context(), drift.SystemActor(), drift.Token{Name: "k", Role: drift.RoleViewer, AllTenants: true}, []byte("hash")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		after time.Duration
		used  time.Duration
	}{{0, 0}, {9 * time.Minute, 0}, {11 * time.Minute, 11 * time.Minute}} {
		at = now.Add(c.after)
		if _, ok, err := db.FindToken(t.Context(), []byte("hash")); err != nil || !ok {
			t.Fatal(ok, err)
		}
		list, err := db.TokenList(t.Context(), false, 0)
		if err != nil || len(list.Items) != 1 || !list.Items[0].UsedAt.Equal(now.Add(c.used)) {
			t.Errorf("after %s: %+v, %v", c.after, list.Items, err)
		}
	}
}

// TestAccessListsGoOn: each list is cut, and goes on where it was.
func TestAccessListsGoOn(t *testing.T) {
	db := storetest.Fresh(t)
	if _, err := db.Pool().Exec(t.Context(), `
		INSERT INTO tenant (name) SELECT 't' || lpad(n::text, 3, '0') FROM generate_series(1, 120) n;
		INSERT INTO api_token (name, hash, role, all_tenants) SELECT 'k', n::text::bytea, 'viewer', true FROM generate_series(1, 120) n;
		INSERT INTO app_user (name, password_hash, role, all_tenants) SELECT 'u' || n, '', 'viewer', true FROM generate_series(1, 120) n;
		INSERT INTO model_type (name, behaves_like) SELECT 'm' || n, 'fraud_detector' FROM generate_series(1, 120) n`); err != nil {
		t.Fatal(err)
	}
	tenants, err := db.TenantList(t.Context(), "")
	if err != nil || len(tenants.Items) != 100 || tenants.Next == "" {
		t.Fatalf("%d tenants, next %q, %v", len(tenants.Items), tenants.Next, err)
	}
	if rest, err := db.TenantList(t.Context(), tenants.Next); err != nil || rest.Next != "" || rest.Items[0].Name <= tenants.Items[99].Name {
		t.Errorf("the rest of the tenants: %+v, %v", rest, err)
	}
	people, err := db.PeopleList(t.Context(), "")
	if err != nil || len(people.Items) != 100 || people.Next == "" {
		t.Errorf("%d people, next %q, %v", len(people.Items), people.Next, err)
	}
	types, err := db.ModelTypeList(t.Context(), "")
	if err != nil || len(types.Items) != 100 || types.Next == "" {
		t.Errorf("%d model types, next %q, %v", len(types.Items), types.Next, err)
	}
	tokens, err := db.TokenList(t.Context(), false, 0)
	if err != nil || len(tokens.Items) != 100 || tokens.Next != "21" {
		t.Fatalf("%d tokens, next %q, %v", len(tokens.Items), tokens.Next, err)
	}
	if rest, err := db.TokenList(t.Context(), false, 21); err != nil || len(rest.Items) != 20 || rest.Next != "" {
		t.Errorf("%d further tokens, %v", len(rest.Items), err)
	}
}
