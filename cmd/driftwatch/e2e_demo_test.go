package main_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"
)

// world is a demo that several tests look at, and a browser to look with.
type world struct {
	*server
	t       *testing.T    // of the whole demo
	early   int           // what /readyz said while the history was loading
	readyIn time.Duration // from an empty directory
	token   string        // of an operator
	browser context.Context
}

// TestDemo starts the demo once and looks at it from every side.
func TestDemo(t *testing.T) {
	w := newWorld(t)
	t.Run("start", w.start)
	t.Run("second server", w.secondServer)
	t.Run("guide", w.guide)
	t.Run("compare", w.compare)
	t.Run("acknowledge with a note", w.acknowledgeWithNote)
	t.Run("acknowledge on the board", w.acknowledgeOnBoard)
	t.Run("new alert", w.newAlert)
	t.Run("held list", w.heldList)
	t.Run("link cut", w.linkCut)
	t.Run("sign out", w.signOut)
	t.Run("own writes", w.ownWrites)
	t.Run("without scripts", w.withoutScripts)
	t.Run("keyboard alone", w.keyboardAlone)
	t.Run("accessible", w.accessible)
}

// newWorld starts the demo in an empty directory.
func newWorld(t *testing.T) *world {
	t.Helper()
	begun := time.Now()
	w := &world{t: t, server: startServer(t, freshDir(t), anyPort, "--demo")}
	t.Cleanup(func() {
		if err := w.stop(); err != nil { // the last one, where it was started again
			t.Error(err)
		}
	})
	m, err := w.heard(`history at (http://\S+)\.`, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	w.early, _ = get(t, m[1]+"/readyz", "")
	if err := w.ready(); err != nil {
		t.Fatal(err)
	}
	w.readyIn = time.Since(begun)
	w.token = strings.TrimSpace(must(t, w.dir, "", "token", "add", "e2e", "--role", "operator"))
	return w
}

// restart starts the demo again, after it was stopped, at the same address.
func (w *world) restart(t *testing.T) {
	t.Helper()
	s := startServer(t, w.dir, w.addr(), "--demo")
	if err := s.ready(); err != nil {
		t.Fatal(err)
	}
	w.server = s
}

// api asks the demo's API as an operator's program.
func (w *world) api(t *testing.T, path string) []byte {
	t.Helper()
	code, body := get(t, w.url+path, w.token)
	if code != http.StatusOK {
		t.Fatalf("GET %s: %d\n%s", path, code, body)
	}
	return body
}
