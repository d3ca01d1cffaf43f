package main_test

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestTimeLapse: a time-lapse plays while it is looked at, says in every page that time runs fast, ends
// in order, and goes on from there at the next start, whatever flags that is given. Its story is told in
// drift/demo/play.
func TestTimeLapse(t *testing.T) {
	t.Parallel()
	dir := freshDir(t)
	if a := command(t, dir, "", "serve", "--time-lapse"); a.code != 2 || !strings.Contains(a.err, "together with --demo") {
		t.Errorf("without --demo: exit code %d, %q", a.code, a.err)
	}
	s := startServer(t, dir, anyPort, "--demo", "--time-lapse")
	if err := s.ready(); err != nil {
		t.Fatal(err)
	}
	m, err := s.heard(`plays (\S+) to today, day 1 of 90`, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if want := time.Now().UTC().AddDate(0, 0, -89).Format(time.DateOnly); m[1] != want {
		t.Errorf("it begins on %s, want %s", m[1], want)
	}
	token := strings.TrimSpace(must(t, dir, "", "token", "add", "e2e", "--role", "operator"))
	viewer := signedIn(t, s.url, "viewer", "watching-drift-viewer")
	began := lapseDay(t, s, viewer)
	for began < 2 { // until the first day is over; nothing is activated in it, so that the long poll only waits
		_, etag := activeVersion(t, s, token, "")
		if code, _ := activeVersion(t, s, token, etag); code != http.StatusNotModified {
			t.Fatalf("the long poll: %d", code)
		}
		began = lapseDay(t, s, viewer)
	}
	_, body := get(t, s.url+"/api/v1/alerts?status=NEW", token)
	var list struct{ Items []struct{ Reason string } }
	if err := json.Unmarshal(body, &list); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	for _, a := range list.Items {
		if a.Reason == "clock" {
			t.Error("a stepped clock is taken for one that is wrong")
		}
	}
	addr := s.addr()
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}

	s = startServer(t, dir, addr, "--demo")
	if err := s.ready(); err != nil {
		t.Fatal(err)
	}
	if day := lapseDay(t, s, signedIn(t, s.url, "viewer", "watching-drift-viewer")); day < began || day > began+30 {
		t.Errorf("it went on with day %d, having been stopped on day %d", day, began)
	}
	if strings.Contains(s.said(), "Inventing") {
		t.Errorf("the second start invented its history anew:\n%s", s.said())
	}
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
}

var lapseBanner = regexp.MustCompile(`Time runs fast, and the data is invented.* day (\d+) of 90`)

// activeVersion asks which version serves, and waits a while for another than the one known.
func activeVersion(t *testing.T, s *server, token, known string) (code int, etag string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/api/v1/models/fraud_detector/active?tenant=harbour-freight&wait=3", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if known != "" {
		req.Header.Set("If-None-Match", known)
	}
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	return r.StatusCode, r.Header.Get("ETag")
}

// lapseDay is the day that a viewer's page says is played.
func lapseDay(t *testing.T, s *server, viewer *http.Client) int {
	t.Helper()
	r, err := viewer.Get(s.url + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	page, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("the board: %d, %v", r.StatusCode, err)
	}
	m := lapseBanner.FindSubmatch(page)
	if m == nil {
		t.Fatal("the board says nothing of the time-lapse")
	}
	day, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return day
}
