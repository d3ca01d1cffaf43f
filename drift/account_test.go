package drift

import (
	"strings"
	"testing"
)

func TestWhoAPersonOrAProgramIs(t *testing.T) {
	person := User{ID: 7, Name: "olga", Role: RoleOperator, Tenants: []int64{2}}.Actor()
	if person.Name != "olga" || person.Role != RoleOperator || person.UserID != 7 || person.TokenID != 0 || person.System ||
		!person.MaySee(2) || person.MaySee(7) {
		t.Errorf("a person acts as %+v", person)
	}
	program := Token{ID: 7, Name: "feed", Role: RoleIngest, AllTenants: true}.Actor()
	if program.Name != "feed" || program.Role != RoleIngest || program.TokenID != 7 || program.UserID != 0 || program.System || !program.MaySee(2) {
		t.Errorf("a program acts as %+v", program)
	}
	keys := map[string]bool{UserKey(7): true, TokenKey(7): true, SessionKey([]byte{7}): true, SessionKey([]byte{0, 7}): true, UserKey(77): true}
	if len(keys) != 5 {
		t.Errorf("keys that are the same: %v", keys)
	}
}

func TestNames(t *testing.T) {
	for name, good := range map[string]bool{
		"a": true, "Olga Ö. (night)": true, strings.Repeat("ü", 100): true,
		"": false, strings.Repeat("ü", 101): false, " a": false, "a ": false, " ": false,
		"a\nb": false, "a\tb": false, "a\x7f": false, "a\x00": false, "a\xff": false,
	} {
		if err := ValidName("name", name); (err == nil) != good || !good && CodeOf(err) != CodeInvalid {
			t.Errorf("%.20q: %v", name, err)
		}
	}
}

func TestImportsAddUp(t *testing.T) {
	var sum ImportResult
	for range 3 {
		sum.Add(ImportResult{Read: 700, Inserted: 100, Duplicates: 100, Rejected: 500, Errors: make([]RowError, 500)})
	}
	if sum.Read != 2100 || sum.Inserted != 300 || sum.Duplicates != 300 || sum.Rejected != 1500 || len(sum.Errors) != MaxRowErrors {
		t.Errorf("%d read, %d in, %d again, %d rejected, %d told", sum.Read, sum.Inserted, sum.Duplicates, sum.Rejected, len(sum.Errors))
	}
}
