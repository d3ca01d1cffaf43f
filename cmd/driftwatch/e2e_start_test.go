package main_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"
)

func newClient(t testing.TB) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, Timeout: time.Minute}
}

// start: the demo was not ready before its history was there, says how to sign in, ends in order and
// comes back without inventing anything again.
func (w *world) start(t *testing.T) {
	t.Logf("from an empty directory to ready in %v (race detector: %v)", w.readyIn.Round(time.Millisecond), raced)
	if w.early != http.StatusServiceUnavailable {
		t.Errorf("/readyz while the history was loading: %d, want 503", w.early)
	}
	if code, body := get(t, w.url+"/readyz", ""); code != http.StatusOK {
		t.Errorf("/readyz when ready: %d %s, want 200", code, body)
	}
	for _, role := range []string{"viewer", "operator", "manager", "admin"} {
		m, err := w.heard(`(?m)^ +`+role+` +password (\S+)$`, time.Second)
		if err != nil {
			t.Error(err)
			continue
		}
		signedIn(t, w.url, role, m[1])
	}

	if err := w.stop(); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	w.restart(t)
	t.Logf("second start to ready in %v", time.Since(begun).Round(time.Millisecond))
	if strings.Contains(w.said(), "Inventing") {
		t.Errorf("the second start invented its history anew:\n%s", w.said())
	}
	if code, _ := get(t, w.url+"/readyz", ""); code != http.StatusOK {
		t.Errorf("/readyz after the second start: %d, want 200", code)
	}
}

// secondServer: a second server on one private database is refused in a sentence and harms nothing.
func (w *world) secondServer(t *testing.T) {
	a := command(t, w.dir, "", "serve", "--demo")
	if a.code != 1 {
		t.Errorf("exit code %d, want 1", a.code)
	}
	said := strings.TrimSpace(a.err)
	t.Logf("refused with: %s", said)
	if !strings.Contains(said, w.dir) || !strings.HasSuffix(said, ".") || strings.Contains(said, "\n") {
		t.Errorf("want a sentence that names %s, got\n%s", w.dir, said)
	}
	if code, _ := get(t, w.url+"/readyz", ""); code != http.StatusOK {
		t.Errorf("/readyz of the first server afterwards: %d, want 200", code)
	}
}

// Without --demo a one-time link makes the first administrator, once; and real data and invented data
// never meet.
func TestStartWithoutDemo(t *testing.T) {
	t.Parallel()
	dir := freshDir(t)
	s := serve(t, dir, anyPort)
	m, err := s.heard(`(http://\S+/setup\?key=\S+)`, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	link, err := url.Parse(m[1])
	if err != nil {
		t.Fatal(err)
	}
	client := newClient(t)
	if code, body := request(t, client, http.MethodGet, link.String(), "", nil); code != http.StatusOK || !strings.Contains(string(body), "Make the first administrator") {
		t.Fatalf("the one-time link: %d\n%s", code, body)
	}
	form := func(name string) url.Values {
		return url.Values{"key": {link.Query().Get("key")}, "name": {name}, "password": {"a long enough password"}, "again": {"a long enough password"}}
	}
	if code, body := request(t, client, http.MethodPost, s.url+"/setup", "", form("ada")); code != http.StatusOK || !strings.Contains(string(body), "ada") {
		t.Fatalf("make the first administrator: %d\n%s", code, body)
	}
	if code, _ := request(t, client, http.MethodGet, s.url+"/settings", "", nil); code != http.StatusOK {
		t.Errorf("settings as the first administrator: %d, want 200", code)
	}

	stranger := newClient(t)
	if code, body := request(t, stranger, http.MethodPost, s.url+"/setup", "", form("eve")); code < 400 {
		t.Errorf("the link used a second time: %d\n%s", code, body)
	}
	if code, body := request(t, stranger, http.MethodGet, link.String(), "", nil); !strings.Contains(string(body), "has been used") {
		t.Errorf("the link opened a second time: %d\n%s", code, body)
	}
	code, body := request(t, stranger, http.MethodPost, s.url+"/login", "", url.Values{"name": {"eve"}, "password": {"a long enough password"}})
	if !strings.Contains(string(body), `name="password"`) {
		t.Errorf("eve came in: %d\n%s", code, body)
	}

	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	s = serve(t, dir, anyPort)
	if strings.Contains(s.said(), "/setup?key=") {
		t.Errorf("a second start offers another first administrator:\n%s", s.said())
	}
	signedIn(t, s.url, "ada", "a long enough password")
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	if a := command(t, dir, "", "serve", "--demo"); a.code != 1 || !strings.Contains(a.err, "real data") {
		t.Errorf("a demo on real data: exit code %d\n%s", a.code, a.err)
	}
}
