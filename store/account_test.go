package store_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

func addUser(t *testing.T, db *store.DB, u drift.User) drift.User {
	t.Helper()
	u, err := db.AddUser(t.Context(), system, u, "hash of "+u.Name)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestUsers(t *testing.T) {
	db := storetest.Fresh(t)
	acme, zeta := tenantNamed(t, db, "acme"), tenantNamed(t, db, "zeta")
	rita := addUser(t, db, drift.User{Name: "rita", Role: drift.RoleOperator, Tenants: []int64{zeta.ID, acme.ID}})
	root := addUser(t, db, drift.User{Name: "root", Role: drift.RoleAdmin, AllTenants: true})
	got, hash, err := db.Credentials(t.Context(), "rita")
	if err != nil || hash != "hash of rita" || got.ID != rita.ID || !slices.Equal(got.Tenants, []int64{acme.ID, zeta.ID}) || got.Role != drift.RoleOperator {
		t.Errorf("credentials: %+v, %q, %v", got, hash, err)
	}
	if _, _, err := db.Credentials(t.Context(), "x' OR '1'='1"); drift.CodeOf(err) != drift.CodeNotFound {
		t.Errorf("nobody: %v", err)
	}
	for name, u := range map[string]drift.User{
		"name taken": {Name: "rita", Role: drift.RoleViewer}, "no name": {Role: drift.RoleViewer},
		"ingest": {Name: "feed", Role: drift.RoleIngest}, "no such tenant": {Name: "x", Role: drift.RoleViewer, Tenants: []int64{999}},
		"line break": {Name: "a\nb", Role: drift.RoleViewer},
	} {
		if _, err := db.AddUser(t.Context(), system, u, "x"); drift.CodeOf(err) != drift.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, take := range map[string]func() error{
		"demote": func() error { return db.SetRights(t.Context(), system, root.ID, drift.RoleViewer, true, nil) },
		"narrow": func() error {
			return db.SetRights(t.Context(), system, root.ID, drift.RoleAdmin, false, []int64{acme.ID})
		},
		"disable": func() error { return db.SetDisabled(t.Context(), system, root.ID, true) },
	} {
		if err := take(); drift.CodeOf(err) != drift.CodeInvalid {
			t.Errorf("%s the last administrator: %v", name, err)
		}
	}
	people := func(by drift.Actor) []string {
		t.Helper()
		list, err := db.People(t.Context(), by, acme.ID)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	addUser(t, db, drift.User{Name: "zoe", Role: drift.RoleViewer, Tenants: []int64{zeta.ID}})
	addUser(t, db, drift.User{Name: "vic", Role: drift.RoleViewer, AllTenants: true}) // sees all, moves nothing
	if got := people(only(drift.RoleOperator, acme)); !slices.Equal(got, []string{"rita", "root"}) {
		t.Errorf("who can be assigned: %v", got)
	}
	if got := people(only(drift.RoleOperator, zeta)); !slices.Equal(got, []string{"root"}) {
		t.Errorf("zeta learns who is at acme: %v", got)
	}
	if err := db.SetDisabled(t.Context(), system, rita.ID, true); err != nil {
		t.Fatal(err)
	}
	if got := people(system); !slices.Equal(got, []string{"root"}) {
		t.Errorf("a closed account can be assigned: %v", got)
	}
	list, err := db.Users(t.Context())
	if err != nil || len(list) != 4 || !list[0].Disabled {
		t.Errorf("users: %+v, %v", list, err)
	}
}

func TestTwoAdministratorsCannotRemoveEachOther(t *testing.T) {
	db := storetest.Fresh(t)
	one := addUser(t, db, drift.User{Name: "one", Role: drift.RoleAdmin, AllTenants: true})
	two := addUser(t, db, drift.User{Name: "two", Role: drift.RoleAdmin, AllTenants: true})
	errs := make([]error, 2)
	var wg sync.WaitGroup
	for i, id := range []int64{one.ID, two.ID} {
		wg.Go(func() { errs[i] = db.SetDisabled(t.Context(), system, id, true) })
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("one of the two must stay: %v", errs)
	}
	if has, err := db.HasAdmin(t.Context()); !has || err != nil {
		t.Errorf("nobody is left: %v", err)
	}
}

const idle = time.Hour

func TestSessionsStayEnded(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	rita := addUser(t, db, drift.User{Name: "rita", Role: drift.RoleOperator, AllTenants: true})
	s := drift.Session{Hash: []byte("0123456789"), UserID: rita.ID, Data: []byte("data"), ExpiresAt: now.Add(3 * time.Hour)}
	save := func(at time.Time) error { return db.SaveSession(t.Context(), s, at) }
	good := func(at time.Time) bool {
		t.Helper()
		found, u, ok, err := db.FindSession(t.Context(), s.Hash, at, idle)
		if err != nil {
			t.Fatal(err)
		}
		if ok && (u.ID != rita.ID || string(found.Data) != "data" || !found.ExpiresAt.Equal(s.ExpiresAt)) {
			t.Errorf("found %+v of %+v", found, u)
		}
		return ok
	}
	if good(now) {
		t.Error("a session that never began")
	}
	if err := save(now); err != nil {
		t.Fatal(err)
	}
	if !good(now.Add(59*time.Minute)) || !good(now.Add(118*time.Minute)) {
		t.Error("a session in use ends")
	}
	if good(now.Add(118*time.Minute + idle)) {
		t.Error("a session that nobody used is good")
	}
	if !good(now.Add(177*time.Minute)) || good(now.Add(3*time.Hour)) {
		t.Error("the end of its life is not its end")
	}
	if err := db.EndSession(t.Context(), s.Hash, now); err != nil {
		t.Fatal(err)
	}
	if good(now) {
		t.Error("a session is good after its end")
	}
	if err := save(now); drift.CodeOf(err) != drift.CodeUnauthorized {
		t.Errorf("a request under way brings it back: %v", err)
	}
	if good(now) {
		t.Error("a session came back")
	}
	if err := db.EndSession(t.Context(), s.Hash, now); err != nil {
		t.Errorf("ending twice: %v", err)
	}
	want(t, db, "user.sign_in,user.sign_out", `SELECT string_agg(action, ',' ORDER BY seq) FROM audit_log WHERE action LIKE 'user.sign%'`)
}

func TestRightsEndSessionsAtOnce(t *testing.T) {
	db := storetest.Fresh(t)
	addUser(t, db, drift.User{Name: "root", Role: drift.RoleAdmin, AllTenants: true})
	rita := addUser(t, db, drift.User{Name: "rita", Role: drift.RoleOperator, AllTenants: true})
	begin := func() []byte {
		t.Helper()
		s := drift.Session{Hash: []byte("ritas session"), UserID: rita.ID, ExpiresAt: time.Now().Add(time.Hour)}
		if _, err := db.Pool().Exec(t.Context(), `DELETE FROM session`); err != nil {
			t.Fatal(err)
		}
		if err := db.SaveSession(t.Context(), s, time.Now()); err != nil {
			t.Fatal(err)
		}
		return s.Hash
	}
	for name, c := range map[string]struct {
		do   func() error
		good bool
		role drift.Role
	}{
		"rights":   {func() error { return db.SetRights(t.Context(), system, rita.ID, drift.RoleViewer, true, nil) }, true, drift.RoleViewer},
		"password": {func() error { return db.SetPassword(t.Context(), system, rita.ID, "another") }, false, 0},
		"sign out": {func() error { return db.EndSessionsOf(t.Context(), system, rita.ID) }, false, 0},
		"disabled": {func() error { return db.SetDisabled(t.Context(), system, rita.ID, true) }, false, 0},
	} {
		if _, err := db.Pool().Exec(t.Context(), `UPDATE app_user SET disabled = false`); err != nil {
			t.Fatal(err)
		}
		hash := begin()
		if err := c.do(); err != nil {
			t.Fatal(err)
		}
		_, u, ok, err := db.FindSession(t.Context(), hash, time.Now(), idle)
		if err != nil || ok != c.good || (ok && u.Role != c.role) {
			t.Errorf("%s: session good %v, role %v, %v", name, ok, u.Role, err)
		}
	}
}

func TestTokens(t *testing.T) {
	db := storetest.Fresh(t)
	acme := tenantNamed(t, db, "acme")
	k, err := db.AddToken(t.Context(), system, drift.Token{Name: "feed", Role: drift.RoleIngest, Tenants: []int64{acme.ID}}, []byte("hash"))
	if err != nil {
		t.Fatal(err)
	}
	got, ok, err := db.FindToken(t.Context(), []byte("hash"))
	if err != nil || !ok || got.ID != k.ID || got.Role != drift.RoleIngest || got.AllTenants || !slices.Equal(got.Tenants, []int64{acme.ID}) {
		t.Errorf("found %+v, %v, %v", got, ok, err)
	}
	if _, ok, err := db.FindToken(t.Context(), []byte("other")); ok || err != nil {
		t.Errorf("a token nobody made: %v, %v", ok, err)
	}
	if err := db.RevokeToken(t.Context(), system, k.ID); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := db.FindToken(t.Context(), []byte("hash")); ok || err != nil {
		t.Errorf("a revoked token: %v, %v", ok, err)
	}
	if err := db.RevokeToken(t.Context(), system, k.ID); drift.CodeOf(err) != drift.CodeNotFound {
		t.Errorf("revoked twice: %v", err)
	}
	list, err := db.Tokens(t.Context())
	if err != nil || len(list) != 1 || list[0].RevokedAt.IsZero() {
		t.Errorf("tokens: %+v, %v", list, err)
	}
}

// Many at once are counted one after the other, or a thousand guesses would all be the first.
func TestSignInsAreCountedOneByOne(t *testing.T) {
	db := storetest.Fresh(t)
	attempt := func(account, address string, result drift.SignInResult) (a, b drift.SignInFailures) {
		err := db.TrySignIn(t.Context(), drift.SignInTry{Account: account, Visitor: drift.Visitor{Address: address}, At: now, Since: now.Add(-time.Hour)},
			func(byAccount, byAddress drift.SignInFailures) (drift.SignInResult, error) {
				a, b = byAccount, byAddress
				return result, nil
			})
		if err != nil {
			t.Error(err)
		}
		return a, b
	}
	seen := make([]int, 20)
	var wg sync.WaitGroup
	for range seen {
		wg.Go(func() {
			a, _ := attempt("rita", "::1", drift.SignInFailed)
			seen[a.Count]++ // under the account's lock, so that no two write the same
		})
	}
	wg.Wait()
	for n, times := range seen {
		if times != 1 {
			t.Errorf("%d attempts were told of %d failures", times, n)
		}
	}
	attempt("zoe", "::1", drift.SignInRefused)
	if a, b := attempt("zoe", "::1", drift.SignInFailed); a.Count != 0 || b.Count != 20 || !b.Last.Equal(now) {
		t.Errorf("another account from there: %+v, %+v", a, b)
	}
	attempt("rita", "::2", drift.SignInRight)
	if a, b := attempt("rita", "::1", drift.SignInFailed); a.Count != 0 || b.Count != 1 {
		t.Errorf("after signing in: %+v, %+v", a, b)
	}
}

func TestSetupLinkWorksOnce(t *testing.T) {
	db := storetest.Fresh(t)
	offer := func(hash string) {
		t.Helper()
		if err := db.OfferSetup(t.Context(), []byte(hash), now.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	use := func(hash string, at time.Time, name string) error {
		_, err := db.UseSetup(t.Context(), []byte(hash), at, name, "x")
		return err
	}
	offer("first")
	offer("second")
	for name, err := range map[string]error{
		"replaced": use("first", now, "a"), "unknown": use("third", now, "a"), "expired": use("second", now.Add(time.Hour), "a"),
		"replaced, looked at": db.CheckSetup(t.Context(), []byte("first"), now),
	} {
		if drift.CodeOf(err) != drift.CodeNotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	wrong, late := db.CheckSetup(t.Context(), []byte("third"), now), db.CheckSetup(t.Context(), []byte("second"), now.Add(time.Hour))
	if drift.CodeOf(late) != drift.CodeNotFound || wrong.Error() == late.Error() {
		t.Errorf("a link that is wrong and one that is over: %v, %v", wrong, late)
	}
	if err := db.CheckSetup(t.Context(), []byte("second"), now); err != nil {
		t.Errorf("a good link: %v", err)
	}
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = use("second", now, string(rune('a'+i))) })
	}
	wg.Wait()
	made := 0
	for _, err := range errs {
		if err == nil {
			made++
		}
	}
	want(t, db, "1", `SELECT count(*) FROM app_user WHERE role = 'admin' AND all_tenants`)
	if made != 1 {
		t.Errorf("%d of 8 uses made an administrator", made)
	}
	if err := db.OfferSetup(t.Context(), []byte("x"), now); drift.CodeOf(err) != drift.CodeConflict {
		t.Errorf("a link beside an administrator: %v", err)
	}
}
