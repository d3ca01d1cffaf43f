package handlers_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/handlers"
	"github.com/driftwatch/driftwatch/web/auth"
	"github.com/driftwatch/driftwatch/web/live"
)

// eventTable is a table of events in memory. A test that changes it without ringing does so by change:
// a clock that strikes tells the race detector of nothing that came before.
type eventTable struct {
	mu     sync.Mutex
	list   []drift.Event
	newest int64
	err    error
	asked  int
}

func (s *eventTable) change(what func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	what()
}

func (s *eventTable) add(types ...drift.EventType) {
	for _, t := range types {
		s.newest++
		s.list = append(s.list, drift.Event{Seq: s.newest, Type: t, TenantID: 7, Tenant: "acme", Payload: []byte(`{"a":1}`)})
	}
}

func (s *eventTable) EventsAfter(_ context.Context, by drift.Actor, seq int64, limit int) (list []drift.Event, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if !by.System {
		return nil, errors.New("the feed reads for everybody")
	}
	for _, e := range s.list {
		if e.Seq > seq && len(list) < limit {
			list = append(list, e)
		}
	}
	return list, s.err
}

func (s *eventTable) EventBounds(context.Context, drift.Actor) (oldest, newest int64, err error) {
	if len(s.list) == 0 {
		return s.newest + 1, s.newest, s.err
	}
	return s.list[0].Seq, s.newest, s.err
}

func (s *eventTable) EventPage(context.Context, drift.Actor, int64, int) ([]drift.Event, int64, int64, error) {
	return nil, 0, 0, errors.New("nobody replays here")
}

// hubRecord is a hub that only remembers.
type hubRecord struct {
	newest int64
	got    []live.Message
	resets []int64
	err    error
}

func (h *hubRecord) Publish(m live.Message) error {
	if h.err != nil {
		return h.err
	}
	h.newest = m.Seq
	h.got = append(h.got, m)
	return nil
}

func (h *hubRecord) Newest() int64       { return h.newest }
func (h *hubRecord) Reset(newest int64)  { h.newest = newest; h.resets = append(h.resets, newest) }
func (h *hubRecord) CloseKey(string) int { return 0 }
func (h *hubRecord) Serve(http.ResponseWriter, *http.Request, live.Audience, int64, bool, live.Replay) error {
	return errors.New("nobody connects here")
}

type deaf struct{}

func (deaf) Ring(string) {}

// runFeed runs a feed on these in a bubble of its own clock; step lets it come to rest.
func runFeed(t *testing.T, table *eventTable, hub *hubRecord, p handlers.Fragmenter, test func(f *handlers.Feed)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		f := handlers.NewFeed(handlers.FeedOptions{Store: table, Hub: hub, Auth: deaf{}, Fragments: p})
		go f.Run(ctx)
		synctest.Wait()
		test(f)
		cancel()
		synctest.Wait()
	})
}

// TestFeedFlows brings what is there at the start, what it is rung for, and what nobody rang for.
func TestFeedFlows(t *testing.T) {
	table, hub := &eventTable{}, &hubRecord{newest: 2}
	for range 700 { // more than are read at once
		table.add(drift.EventAlertUpdated)
	}
	runFeed(t, table, hub, nil, func(f *handlers.Feed) {
		if len(hub.got) != 698 || hub.got[0].Seq != 3 || hub.newest != 700 {
			t.Fatalf("at the start: %d messages up to %d", len(hub.got), hub.newest)
		}
		asked := table.asked
		f.Event(700)
		synctest.Wait()
		if table.asked != asked {
			t.Error("a ring for what is known asks the table")
		}
		table.add(drift.EventAlertUpdated)
		f.Event(701)
		synctest.Wait()
		if hub.newest != 701 {
			t.Errorf("after a ring: %d", hub.newest)
		}
		table.change(func() { table.add(drift.EventAlertUpdated) })
		<-time.After(3 * time.Second)
		synctest.Wait()
		if hub.newest != 702 {
			t.Errorf("without a ring it ends at %d", hub.newest)
		}
		if s := f.Stats(); s.Events != 700 || s.ReadFailures+s.RenderFailures+s.Resets != 0 {
			t.Errorf("stats: %+v", s)
		}
	})
	if m := hub.got[0]; m.Tenant != 7 || m.Public || string(m.Frames[0]) != `{"seq":3,"type":"ALERT_UPDATED","tenant":"acme","at":"0001-01-01T00:00:00Z","a":1,"html":{}}` {
		t.Errorf("message: %+v %s", m, m.Frames[0])
	}
}

// TestFeedFrames renders once a class, and lets classes that see the same share its bytes.
func TestFeedFrames(t *testing.T) {
	table, hub := &eventTable{}, &hubRecord{}
	table.add(drift.EventAlertUpdated, drift.EventSettingsChanged)
	table.list[1].TenantID = 0
	p := &pieces{}
	runFeed(t, table, hub, p, func(f *handlers.Feed) {
		if len(hub.got) != 2 {
			t.Fatalf("%d messages", len(hub.got))
		}
		m := hub.got[0]
		if string(m.Frames[0]) == string(m.Frames[1]) || &m.Frames[1][0] != &m.Frames[2][0] || &m.Frames[5][0] != &m.Frames[4][0] {
			t.Errorf("frames: %s, %s, %s", m.Frames[0], m.Frames[1], m.Frames[2])
		}
		if wall := string(m.Frames[6]); wall != `{"seq":1,"type":"ALERT_UPDATED","tenant":"acme","at":"0001-01-01T00:00:00Z","html":{}}` {
			t.Errorf("a wall is told %s", wall)
		}
		if !hub.got[1].Public || hub.got[0].Public {
			t.Error("a setting of nobody's goes to everybody, an alert to its tenant")
		}
		p.fail = true
		table.add(drift.EventAlertUpdated)
		f.Event(3)
		synctest.Wait()
		if len(hub.got) != 3 || string(hub.got[2].Frames[0]) != `{"seq":3,"type":"ALERT_UPDATED","tenant":"acme","at":"0001-01-01T00:00:00Z","a":1,"html":{}}` {
			t.Errorf("what cannot be rendered is held back: %+v", hub.got)
		}
		if s := f.Stats(); s.RenderFailures != 6 { // three classes in two languages
			t.Errorf("stats: %+v", s)
		}
	})
}

// TestFeedRealigns tells browsers to load anew where the table is another, and only there.
func TestFeedRealigns(t *testing.T) {
	table, hub := &eventTable{}, &hubRecord{newest: 10}
	table.newest = 10
	runFeed(t, table, hub, nil, func(f *handlers.Feed) {
		<-time.After(time.Minute)
		synctest.Wait()
		if len(hub.resets) != 0 {
			t.Fatalf("resets for nothing: %v", hub.resets)
		}
		table.newest = 4 // a backup was restored
		f.Event(0)
		synctest.Wait()
		if len(hub.resets) != 1 || hub.resets[0] != 4 {
			t.Fatalf("resets %v", hub.resets)
		}
		table.add(drift.EventAlertUpdated)
		f.Event(5)
		synctest.Wait()
		if hub.newest != 5 {
			t.Errorf("after a reset it ends at %d", hub.newest)
		}
		table.newest, table.list = 90, nil
		table.add(drift.EventAlertUpdated) // 91; what came before is no longer kept
		f.Event(91)
		synctest.Wait()
		if len(hub.resets) != 2 || hub.resets[1] != 91 || f.Stats().Resets != 2 {
			t.Errorf("after an absence: %v", hub.resets)
		}
	})
}

// TestFeedOutlivesItsTable goes on when the table can be read again, and ends with the hub.
func TestFeedOutlivesItsTable(t *testing.T) {
	table, hub := &eventTable{}, &hubRecord{}
	table.add(drift.EventAlertUpdated)
	table.err = errors.New("the database is away")
	runFeed(t, table, hub, nil, func(f *handlers.Feed) {
		if f.Stats().ReadFailures != 1 || len(hub.got) != 0 {
			t.Fatalf("away: %+v", f.Stats())
		}
		table.change(func() { table.err = nil })
		<-time.After(4 * time.Second)
		synctest.Wait()
		if hub.newest != 1 {
			t.Errorf("back: at %d", hub.newest)
		}
		hub.err = live.ErrClosed
		table.add(drift.EventAlertUpdated)
		f.Event(2)
		synctest.Wait()
		asked := 0
		table.change(func() { asked = table.asked })
		<-time.After(time.Minute)
		synctest.Wait()
		if table.asked != asked {
			t.Error("it goes on after the hub was shut down")
		}
	})
}

// flakyTokens is a store of tokens that may be away.
type flakyTokens struct {
	auth.Store
	away atomic.Bool
}

func (s *flakyTokens) FindToken(ctx context.Context, hash []byte) (drift.Token, bool, error) {
	if s.away.Load() {
		return drift.Token{}, false, errors.New("the database is away")
	}
	return s.Store.FindToken(ctx, hash)
}

// TestRightsMissed ends the sockets of rights that ended while nobody listened, as soon as that can
// be found out, and leaves all others.
func TestRightsMissed(t *testing.T) {
	flaky := &flakyTokens{}
	h := newHouse(t, func(f *handlers.FeedOptions, a *auth.Options) {
		f.LookEvery = 10 * time.Millisecond
		flaky.Store = a.Store
		a.Store = flaky
	})
	stays := h.connect("", h.as(drift.RoleViewer))
	token, id := h.token(drift.RoleViewer)
	ends := h.connect("", token)
	changed, changedID := h.token(drift.RoleViewer)
	changes := h.connect("", changed)
	// Written past the functions that ring.
	for _, sql := range []string{`UPDATE api_token SET revoked_at = now() WHERE id = $1`, `UPDATE api_token SET role = 'admin' WHERE id = $1`} {
		if _, err := h.db.Pool().Exec(t.Context(), sql, id); err != nil {
			t.Fatal(err)
		}
		id = changedID
	}
	flaky.away.Store(true)
	h.feed.RightsChanged("")
	if n := h.hub.Stats().Revoked; n != 0 {
		t.Errorf("%d sockets are closed for an answer that nobody gave", n)
	}
	flaky.away.Store(false)
	for _, b := range []*browser{ends, changes} {
		if code := b.closed(); code != 4401 {
			t.Errorf("closed with %d", code)
		}
	}
	h.comment(h.breakModel("acme"), "still here")
	if m, _ := stays.next(); m.Seq != 1 {
		t.Errorf("a socket with rights gets %+v", m)
	}
}

// TestRightsEndWhileOpening ends a socket whose rights end after they were looked at and before the
// hub knows it.
func TestRightsEndWhileOpening(t *testing.T) {
	h := newHouse(t)
	token, id := h.token(drift.RoleViewer)
	h.knock = func() {
		// The ring comes now, and once: there is no socket yet to close.
		if _, err := h.db.Pool().Exec(context.Background(), `UPDATE api_token SET revoked_at = now() WHERE id = $1`, id); err != nil {
			t.Error(err)
		}
		h.feed.RightsChanged(drift.TokenKey(id))
	}
	ws, _, err := h.dial("?since=0", token)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.CloseNow() })
	if code := (&browser{t, ws}).closed(); code != 4401 {
		t.Errorf("closed with %d", code)
	}
}

// TestRestored tells browsers to load anew after a backup was restored, and goes on from there.
func TestRestored(t *testing.T) {
	h := newHouse(t)
	id := h.breakModel("acme")
	b := h.connect("?since=3", h.as(drift.RoleViewer))
	if _, err := h.db.Pool().Exec(t.Context(), `WITH gone AS (DELETE FROM event WHERE seq > 1) UPDATE event_head SET last_seq = 1`); err != nil {
		t.Fatal(err)
	}
	h.feed.Event(0)
	if m, text := b.next(); m.Type != "RESET" || text != `{"type":"RESET"}` {
		t.Fatalf("after a restore: %s", text)
	}
	h.comment(id, "anew")
	if m, _ := b.next(); m.Seq != 2 || m.Type != "ALERT_UPDATED" {
		t.Errorf("after a restore: %+v", m)
	}
	old := h.connect("?since=3", h.as(drift.RoleViewer))
	if m, _ := old.next(); m.Type != "RESET" {
		t.Errorf("a number of before: %+v", m)
	}
}
