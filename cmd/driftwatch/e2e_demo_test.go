package main_test

import (
	"context"
	"encoding/json"
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
	t.Run("retrains", w.retrains)
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
	t.Run("single keys", w.singleKeys)
	t.Run("sounds once", w.soundsOnce)
	t.Run("groups", w.groups)
	t.Run("pressed", w.pressed)
	t.Run("a hundred at once", w.hundredAtOnce)
	t.Run("reports on paper", w.reportsOnPaper)
	t.Run("accessible", w.accessible)
	t.Run("the loop closes", w.closes) // last: no retrain waits afterwards
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

// retrains: when the demo is ready, one retrain waits for the manager, one model is watched and one was
// rolled back, with its alert.
func (w *world) retrains(t *testing.T) {
	var list struct {
		Items []struct {
			Model string `json:"model_type"`
			State string
		}
	}
	if err := json.Unmarshal(w.api(t, "/api/v1/retrains?tenant=harbour-freight"), &list); err != nil {
		t.Fatal(err)
	}
	states := map[string]string{}
	for _, r := range list.Items {
		if states[r.Model] == "" { // newest first
			states[r.Model] = r.State
		}
	}
	for model, want := range map[string]string{
		"fraud_detector": "waiting_approval", "conflict_predictor": "watching", "dispute_predictor": "rolled_back",
	} {
		if states[model] != want {
			t.Errorf("the retrain of %s is %q, want %s", model, states[model], want)
		}
	}
	if alerts := string(w.api(t, "/api/v1/alerts?tenant=harbour-freight&model_type=dispute_predictor")); !strings.Contains(alerts, "ML_ROLLBACK") {
		t.Errorf("no ML_ROLLBACK among %s", alerts)
	}
}
