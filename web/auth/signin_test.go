package auth

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

func TestWrongAndUnknownAreTheSame(t *testing.T) {
	r := newRig(t, nil)
	hash, err := r.Hasher().New(t.Context(), "gone", password)
	if err != nil {
		t.Fatal(err)
	}
	r.store.add("gone", drift.RoleViewer, hash)
	r.store.users["gone"].Disabled = true
	var sentences []string
	for name, pass := range map[string]string{"rita": "wrong", "nobody": password, "gone": password, "x\x00y": password} {
		_, err := r.signIn(t, name, pass, "")
		if drift.CodeOf(err) != drift.CodeUnauthorized {
			t.Errorf("%q: %v", name, err)
		}
		sentences = append(sentences, err.Error())
	}
	for _, s := range sentences[1:] {
		if s != sentences[0] {
			t.Errorf("%q tells more than %q", s, sentences[0])
		}
	}
}

// Somebody unknown must cost as much as a wrong password: the same parameters, computed.
func TestUnknownCostsAsMuch(t *testing.T) {
	p, _, _, err := decode(NewHasher(1).dummy)
	if err != nil || p != current {
		t.Errorf("dummy of %+v, %v", p, err)
	}
	r := newRig(t, nil)
	spent := func(name string) time.Duration {
		best := time.Hour
		for range 5 {
			begin := time.Now()
			u, encoded, err := r.find(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			if right, _, err := r.compare(u, encoded, "wrong password"); right || err != nil {
				t.Fatalf("%s: %v, %v", name, right, err)
			}
			best = min(best, time.Since(begin))
		}
		return best
	}
	if known, unknown := spent("rita"), spent("nobody"); unknown < known/3 {
		t.Errorf("a wrong password takes %v, an unknown name %v", known, unknown)
	}
}

func TestLimits(t *testing.T) {
	r := newRig(t, nil)
	wrong := func(name string) error {
		_, err := r.signIn(t, name, "wrong password", "")
		return err
	}
	refused := func(what string, err error, seconds int, words string) {
		t.Helper()
		var e *drift.Error
		if !errors.As(err, &e) || e.Code != drift.CodeTooMany || e.Extra["retry_after"] != seconds || !strings.Contains(e.Message, words) {
			t.Errorf("%s: %v, want a wait of %d s and %q", what, err, seconds, words)
		}
	}
	r.clock = time.Date(2025, 11, 20, 12, 0, 0, 0, time.UTC)
	for range freePerAccount {
		if err := wrong("rita"); drift.CodeOf(err) != drift.CodeUnauthorized {
			t.Fatalf("a free attempt: %v", err)
		}
	}
	refused("the sixth", wrong("rita"), 15, "Try again in 15 seconds, at 12:00:15 UTC.")
	_, err := r.signIn(t, " RITA ", password, "")
	refused("the right password under another writing", err, 15, "12:00:15")
	if err := wrong("zoe"); drift.CodeOf(err) != drift.CodeUnauthorized {
		t.Errorf("another account is refused too: %v", err)
	}
	for i, wait := range []time.Duration{15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute} {
		r.clock = r.clock.Add(wait - time.Second)
		if err := wrong("rita"); drift.CodeOf(err) != drift.CodeTooMany {
			t.Errorf("wait %d is over a second early: %v", i, err)
		}
		r.clock = r.clock.Add(time.Second)
		if err := wrong("rita"); drift.CodeOf(err) != drift.CodeUnauthorized {
			t.Errorf("wait %d is not over: %v", i, err)
		}
	}
	refused("the eleventh", wrong("rita"), 480, "Try again in 8 minutes")
	r.clock = r.clock.Add(8 * time.Minute)
	if _, err := r.signIn(t, "rita", password, ""); err != nil {
		t.Fatalf("the right password in time: %v", err)
	}
	if err := wrong("rita"); drift.CodeOf(err) != drift.CodeUnauthorized {
		t.Errorf("the failures before signing in still count: %v", err)
	}
}

func TestLimitPerAddress(t *testing.T) {
	r := newRig(t, nil)
	for i := range freePerAddress {
		if _, err := r.signIn(t, strings.Repeat("x", i+1), "wrong password", ""); drift.CodeOf(err) != drift.CodeUnauthorized {
			t.Fatalf("attempt %d: %v", i, err)
		}
	}
	if _, err := r.signIn(t, "rita", password, ""); drift.CodeOf(err) != drift.CodeTooMany {
		t.Errorf("one address may try every account: %v", err)
	}
	elsewhere := httptest.NewRequest("POST", "/login", nil)
	elsewhere.RemoteAddr = "203.0.113.9:1"
	if _, err := r.SignIn(httptest.NewRecorder(), elsewhere, "rita", password); err != nil {
		t.Errorf("rita elsewhere: %v", err)
	}
	r.clock = r.clock.Add(memory)
	if _, err := r.signIn(t, "rita", password, ""); err != nil {
		t.Errorf("an hour later: %v", err)
	}
}

func TestOldHashesAreRenewed(t *testing.T) {
	r := newRig(t, nil)
	weak := params{memory: 64, passes: 1, lanes: 1, saltLen: 16, keyLen: 32}
	salt := make([]byte, 16)
	r.store.hashes["rita"] = encode(weak, salt, derive(weak, password, salt))
	r.in(t)
	if p, _, _, err := decode(r.store.hashes["rita"]); err != nil || p != current {
		t.Errorf("renewed to %+v, %v", p, err)
	}
	r.in(t)
}

func TestSignInWaitsForItsTurn(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Hashings = 1 })
	if err := r.Hasher().enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	req := httptest.NewRequest("POST", "/login", nil).WithContext(ctx)
	if _, err := r.SignIn(httptest.NewRecorder(), req, "rita", password); !errors.Is(err, context.Canceled) {
		t.Errorf("no slot was free, and: %v", err)
	}
	r.Hasher().waiting.Store(maxWaiting)
	if _, err := r.signIn(t, "rita", password, ""); drift.CodeOf(err) != drift.CodeTooMany {
		t.Errorf("the queue is full, and: %v", err)
	}
	r.Hasher().waiting.Store(0)
	r.Hasher().leave()
	r.in(t)
}

func TestSetup(t *testing.T) {
	r := newRig(t, nil)
	key, err := r.OfferSetup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	use := func(key, name, pass string) (string, error) {
		w := httptest.NewRecorder()
		_, err := r.Setup(w, httptest.NewRequest("POST", "/setup", nil), key, name, pass)
		if err != nil {
			return "", err
		}
		c := w.Result().Cookies()[0]
		return c.Name + "=" + c.Value, nil
	}
	for name, c := range map[string]struct {
		key, user, pass string
		want            drift.Code
	}{
		"wrong key": {"x", "root", password, drift.CodeNotFound}, "no key": {"", "root", password, drift.CodeNotFound},
		"long key": {strings.Repeat("x", 1<<20), "root", password, drift.CodeNotFound},
		"no name":  {key, "", password, drift.CodeInvalid}, "short": {key, "root", "short", drift.CodeInvalid},
	} {
		if _, err := use(c.key, c.user, c.pass); drift.CodeOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	cookie, err := use(key, "root", password)
	if err != nil {
		t.Fatal(err)
	}
	if w := r.get("Cookie", cookie); w.Body.String() != "root" {
		t.Errorf("the first administrator is answered %d %s", w.Code, w.Body)
	}
	if _, err := use(key, "another", password); drift.CodeOf(err) != drift.CodeNotFound {
		t.Errorf("used twice: %v", err)
	}
	late, err := r.OfferSetup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r.clock = r.clock.Add(SetupValid)
	if err := r.CheckSetup(t.Context(), late); drift.CodeOf(err) != drift.CodeNotFound {
		t.Errorf("a day later: %v", err)
	}
}
