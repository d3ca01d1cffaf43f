package handlers_test

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/handlers"
	"github.com/driftwatch/driftwatch/store"
)

// TestLapseBanner: every page of a time-lapse says that time runs fast and what time it is there, and
// each completed check brings the same bytes to the pages that are open.
func TestLapseBanner(t *testing.T) {
	first := drift.DateOf(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC))
	state := drift.Lapse{From: first, Now: (first + 36).Time().Add(5 * time.Hour), Days: 90}
	h := newPages(t, func(o *handlers.Options) { o.Lapse = func() drift.Lapse { return state } })
	h.set(state.Now)
	db, ok := h.db.(interface {
		FirstServe(ctx context.Context, now time.Time, demo bool) (store.Installation, error)
	})
	if !ok {
		t.Fatal("the store has no installation")
	}
	if _, err := db.FirstServe(t.Context(), first.Time(), true); err != nil {
		t.Fatal(err)
	}
	ann, _ := h.user("ann", drift.RoleOperator)
	told := drift.Event{Seq: 9, Type: drift.EventCheckCompleted, At: state.Now, Payload: json.RawMessage(`{"check":{"kind":"clock"}}`)}
	see := func(want, not string) {
		t.Helper()
		html, err := h.pages.Fragments(t.Context(), told, 0)
		piece := html["demo"]
		if err != nil || len(html) != 1 || !strings.Contains(piece, `id="demo"`) || !strings.Contains(piece, `data-now="2026-04-07T05:00:00`) {
			t.Fatalf("%v, %v", html, err)
		}
		if !strings.Contains(piece, want) || strings.Contains(piece, not) {
			t.Errorf("want %q and not %q in %s", want, not, piece)
		}
		if page := h.get("/retrains", asBrowser, ann); !strings.Contains(page.body, piece) {
			t.Errorf("the page does not hold %s", piece)
		}
	}
	see("day 37 of 90.", "waits for a manager")
	state.Waits = true
	see("after 8 hours the demo&#39;s own manager approves it", "has met the present")
	state.Over = true
	see("its real speed", "waits for a manager")
}

// TestSignInIsRealTime: a sign-in that has to wait waits by the machine's clock, not by one that is
// stepped meanwhile.
func TestSignInIsRealTime(t *testing.T) {
	wall := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	h := newPages(t, func(o *handlers.Options) { o.Wall = func() time.Time { return wall } })
	form := url.Values{"name": {"nobody"}, "password": {"wrong"}}.Encode()
	where, cookie := "", ""
	for range 20 {
		h.set(h.clock.Load().Add(time.Hour))
		a := h.post("/login", form, asBrowser)
		where = a.header.Get("Location")
		cookie, _, _ = strings.Cut(a.header.Get("Set-Cookie"), ";")
	}
	h.set(h.clock.Load().Add(24 * time.Hour))
	if a := h.get(where, asBrowser, "Cookie: "+cookie); !strings.Contains(a.body, "Too many failed attempts. Try again in ") {
		t.Errorf("%s does not say that the sign-in has to wait", where)
	}
}
