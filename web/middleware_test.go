package web_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/web"
)

func fail(w http.ResponseWriter, _ *http.Request, err error) { web.WriteProblem(w, web.FailureOf(err)) }

// TestRecovered: a panic is a plain failure to the reader and a stack in the log, once; an answer that has
// begun is broken off, so that nobody takes its beginning for the whole.
func TestRecovered(t *testing.T) {
	var log bytes.Buffer
	lines := slog.New(slog.NewTextHandler(&log, nil))
	recovered := web.Recovered(lines, func(w http.ResponseWriter, r *http.Request, err error) { // as the pages and the API do
		web.LogFailure(lines, r, web.FailureOf(err), err)
		fail(w, r, err)
	})
	srv := httptest.NewServer(recovered(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/late" {
			w.WriteHeader(http.StatusOK)
			if _, err := io.WriteString(w, "score\n0.5\n"); err != nil {
				t.Error(err)
			}
			if err := http.NewResponseController(w).Flush(); err != nil {
				t.Error(err)
			}
		}
		panic("password=hunter2")
	})))
	defer srv.Close()
	for path, broken := range map[string]bool{"/early": false, "/late": true} {
		resp, err := srv.Client().Get(srv.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if broken == (err == nil) || !broken && resp.StatusCode != http.StatusInternalServerError {
			t.Errorf("%s: %s, %v\n%s", path, resp.Status, err, body)
		}
		if strings.Contains(string(body), "hunter2") || strings.Contains(string(body), "goroutine") {
			t.Errorf("%s tells the reader: %s", path, body)
		}
		if err := resp.Body.Close(); err != nil {
			t.Error(err)
		}
	}
	srv.Close()
	if got := log.String(); strings.Count(got, "hunter2") != 2 || strings.Count(got, "stack=") != 2 || strings.Count(got, "\n") != 2 {
		t.Errorf("log:\n%s", got)
	}
}

// TestSameOrigin: what another site's page makes a browser send changes nothing here.
func TestSameOrigin(t *testing.T) {
	public, err := url.Parse("https://drift.example.com")
	if err != nil {
		t.Fatal(err)
	}
	for _, try := range []struct {
		public       *url.URL
		method       string
		site, origin string
		let          bool
	}{
		{nil, "POST", "", "", true}, // a program
		{nil, "POST", "same-origin", "http://noc.local", true},
		{nil, "POST", "none", "", true},
		{nil, "POST", "cross-site", "http://noc.local", false},
		{nil, "POST", "same-site", "http://other.local", false},
		{nil, "POST", "", "http://evil.example", false},
		{nil, "POST", "", "null", false},
		{nil, "DELETE", "cross-site", "", false},
		{nil, "GET", "cross-site", "http://evil.example", true},
		{public, "POST", "", "https://drift.example.com", true},
		{public, "POST", "", "http://drift.example.com", false},
		{public, "POST", "", "https://drift.example.com.evil.example", false},
	} {
		guard, err := web.SameOrigin(try.public, fail)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(t.Context(), try.method, "http://noc.local/logout", nil)
		if try.site != "" {
			r.Header.Set("Sec-Fetch-Site", try.site)
		}
		if try.origin != "" {
			r.Header.Set("Origin", try.origin)
		}
		w := httptest.NewRecorder()
		guard(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })).ServeHTTP(w, r)
		if let := w.Code == http.StatusNoContent; let != try.let || !let && w.Code != web.Status(drift.CodeForbidden) {
			t.Errorf("%+v: %d %s", try, w.Code, w.Body)
		}
	}
}

// TestInFlight: a reader has so many requests at once, others are not held up by it.
func TestInFlight(t *testing.T) {
	come, end := make(chan struct{}), make(chan struct{})
	h := web.InFlight(func(r *http.Request) string { return r.Header.Get("Reader") }, fail)(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/wait" {
				come <- struct{}{}
				<-end
			}
		}))
	ask := func(path, reader string) int {
		r := httptest.NewRequestWithContext(t.Context(), "GET", path, nil)
		r.Header.Set("Reader", reader)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	done := make(chan int)
	for range 100 {
		go func() { done <- ask("/wait", "token:1") }()
		<-come
	}
	if got := ask("/", "token:1"); got != http.StatusTooManyRequests {
		t.Errorf("the 101st got %d", got)
	}
	if a, b := ask("/", "token:2"), ask("/", ""); a != http.StatusOK || b != http.StatusOK {
		t.Errorf("others got %d and %d", a, b)
	}
	close(end)
	for range 100 {
		if got := <-done; got != http.StatusOK {
			t.Errorf("one of the hundred got %d", got)
		}
	}
	if got := ask("/", "token:1"); got != http.StatusOK {
		t.Errorf("afterwards: %d", got)
	}
}
