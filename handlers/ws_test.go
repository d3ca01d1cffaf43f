package handlers_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/handlers"
	"github.com/driftwatch/driftwatch/web/auth"
)

// liveMessage is a message as a browser reads it.
type liveMessage struct {
	Seq    int64             `json:"seq"`
	Type   string            `json:"type"`
	Tenant *string           `json:"tenant"`
	At     time.Time         `json:"at"`
	Alert  *apiAlert         `json:"alert"`
	HTML   map[string]string `json:"html"`
}

// browser is one socket.
type browser struct {
	t  testing.TB
	ws *websocket.Conn
}

func (h *apiHouse) dial(query string, headers ...string) (*websocket.Conn, *http.Response, error) {
	header := http.Header{}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		header.Set(name, value)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return websocket.Dial(ctx, h.url+"/ws"+query, &websocket.DialOptions{HTTPHeader: header})
}

// connect opens a socket and waits until the hub has it.
func (h *apiHouse) connect(query string, headers ...string) *browser {
	h.t.Helper()
	before := h.hub.Stats().Accepted
	ws, _, err := h.dial(query, headers...)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = ws.CloseNow() })
	h.until("the socket is open", func() bool { return h.hub.Stats().Accepted > before })
	return &browser{h.t, ws}
}

// until waits for a condition, which something else brings about.
func (h *apiHouse) until(what string, met func() bool) {
	h.t.Helper()
	tick, end := time.NewTicker(2*time.Millisecond), time.NewTimer(10*time.Second)
	defer tick.Stop()
	defer end.Stop()
	for !met() {
		select {
		case <-tick.C:
		case <-end.C:
			h.t.Fatalf("waited in vain until %s", what)
		}
	}
}

func (b *browser) read() ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_, text, err := b.ws.Read(ctx)
	return text, err
}

func (b *browser) next() (liveMessage, string) {
	b.t.Helper()
	text, err := b.read()
	if err != nil {
		b.t.Fatalf("read a message: %v", err)
	}
	var m liveMessage
	if err := json.Unmarshal(text, &m); err != nil {
		b.t.Fatalf("%v: %s", err, text)
	}
	return m, string(text)
}

// closed reads until the socket is closed and returns its code.
func (b *browser) closed() websocket.StatusCode {
	for {
		if _, err := b.read(); err != nil {
			return websocket.CloseStatus(err)
		}
	}
}

// comment makes an event: somebody writes something to an alert.
func (h *apiHouse) comment(id int64, note string) {
	h.t.Helper()
	version := h.count(`SELECT version::bigint FROM noc_alert_event WHERE id = $1`, id)
	if a := h.do("POST", fmt.Sprintf("/api/v1/alerts/%d/comment", id), fmt.Sprintf(`{"version":%d,"note":%q}`, version, note), h.as(drift.RoleOperator)); a.status != 200 {
		h.t.Fatalf("comment: %d %s", a.status, a.body)
	}
}

// pieces are fragments that show who they were made for.
type pieces struct{ fail bool }

func (p *pieces) Fragments(_ context.Context, e drift.Event, class uint8) (map[string]string, error) {
	if p.fail {
		return nil, errors.New("a template is broken")
	}
	if e.Type == drift.EventCheckCompleted {
		return nil, nil
	}
	return map[string]string{fmt.Sprintf("a-%d", e.Seq): fmt.Sprintf("<li>&amp; class %d</li>", min(class, 1))}, nil
}

func withPieces(p *pieces) houseOption {
	return func(f *handlers.FeedOptions, _ *auth.Options) { f.Fragments = p }
}

// TestSocketReplayAndLive replays what was missed and goes on live: every number once and in order,
// the same bytes both ways, and html for the class of the reader.
func TestSocketReplayAndLive(t *testing.T) {
	h := newHouse(t, withPieces(&pieces{}))
	early := h.connect("", h.as(drift.RoleOperator))
	id := h.breakModel("acme") // 1 metrics done, 2 the alert, 3 the check done
	h.comment(id, "one <b> & two")
	var live []string
	for seq := int64(1); seq <= 4; seq++ {
		m, text := early.next()
		if m.Seq != seq {
			t.Fatalf("message %d where %d was due", m.Seq, seq)
		}
		live = append(live, text)
	}
	late := h.connect("?since=0", h.as(drift.RoleManager))
	viewer := h.connect("?since=1", h.as(drift.RoleViewer, h.acme))
	for i, text := range live {
		if _, again := late.next(); again != text {
			t.Errorf("replayed %s\nlive was  %s", again, text)
		}
		if i == 0 {
			continue
		}
		m, _ := viewer.next()
		wantHTML := fmt.Sprintf("<li>&amp; class %d</li>", 0)
		if m.Seq != int64(i+1) || m.Type != "CHECK_COMPLETED" && m.HTML[fmt.Sprintf("a-%d", m.Seq)] != wantHTML {
			t.Errorf("a viewer gets %+v", m)
		}
	}
	var raised liveMessage
	if err := json.Unmarshal([]byte(live[1]), &raised); err != nil {
		t.Fatal(err)
	}
	if raised.Type != "ML_DRIFT_DETECTED" || raised.Tenant == nil || *raised.Tenant != "acme" || raised.Alert == nil ||
		raised.Alert.ID != id || raised.Alert.Metrics["ks_statistic"] != 1.0 || raised.At.IsZero() ||
		raised.HTML["a-2"] != "<li>&amp; class 1</li>" {
		t.Errorf("raised: %s", live[1])
	}
	if !strings.HasPrefix(live[0], `{"seq":1,"type":"CHECK_COMPLETED","tenant":null,"at":"`) || !strings.HasSuffix(live[0], `,"html":{}}`) {
		t.Errorf("a check: %s", live[0])
	}
	h.comment(id, "more")
	for _, b := range []*browser{early, late, viewer} {
		if m, _ := b.next(); m.Seq != 5 || m.Type != "ALERT_UPDATED" {
			t.Errorf("live after replay: %+v", m)
		}
	}
}

// TestSocketTenants shows nobody what is another's, live and replayed, and everybody what is
// nobody's.
func TestSocketTenants(t *testing.T) {
	h := newHouse(t)
	live := h.connect("", h.as(drift.RoleOperator, h.globex))
	acme := h.breakModel("acme")
	globex := h.breakModel("globex")
	h.comment(acme, "a secret")
	h.comment(globex, "for all to see")
	replayed := h.connect("?since=0", h.as(drift.RoleOperator, h.globex))
	for _, b := range []*browser{live, replayed} {
		for last := ""; last != "ALERT_UPDATED"; {
			m, text := b.next()
			if strings.Contains(text, "acme") || m.Type != "CHECK_COMPLETED" && *m.Tenant != "globex" {
				t.Errorf("a reader of globex gets %s", text)
			}
			last = m.Type
		}
	}
}

// TestSocketSlowTransaction commits one transaction late, with another that began after it waiting
// behind: browsers get both, in the order of their numbers, live and replayed.
func TestSocketSlowTransaction(t *testing.T) {
	h := newHouse(t)
	id := h.breakModel("acme")
	newest := h.count(`SELECT last_seq FROM event_head`)
	b := h.connect(fmt.Sprintf("?since=%d", newest), h.as(drift.RoleOperator))
	slow, err := h.db.Pool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = slow.Rollback(context.Background()) })
	if _, err := slow.Exec(t.Context(), `SELECT append_event('SETTINGS_CHANGED', NULL, now(), '{"setting":{"name":"slow"}}')`); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); h.comment(id, "behind") }()
	h.until("the second transaction waits for the first", func() bool {
		return h.count(`SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%append_event%'`) > 0
	})
	late := h.connect(fmt.Sprintf("?since=%d", newest), h.as(drift.RoleOperator))
	if h.feed.Newest() != newest {
		t.Fatalf("something was told of what is not committed: %d", h.feed.Newest())
	}
	if err := slow.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-done
	for _, b := range []*browser{b, late} {
		for i, want := range []string{"SETTINGS_CHANGED", "ALERT_UPDATED"} {
			if m, text := b.next(); m.Seq != newest+1+int64(i) || m.Type != want {
				t.Errorf("want %s as number %d, got %s", want, newest+1+int64(i), text)
			}
		}
	}
}

// TestSocketRefused refuses before the upgrade.
func TestSocketRefused(t *testing.T) {
	h := newHouse(t)
	viewer := h.as(drift.RoleViewer)
	for _, c := range []struct {
		name    string
		status  int
		query   string
		headers []string
	}{
		{"no login", 401, "", nil},
		{"a made-up cookie", 401, "", []string{"Cookie: driftwatch_session=abc"}},
		{"an ingest token", 403, "", []string{h.as(drift.RoleIngest)}},
		{"a foreign origin", 403, "", []string{viewer, "Origin: https://evil.example"}},
		{"no number", 422, "?since=x", []string{viewer}},
	} {
		ws, res, err := h.dial(c.query, c.headers...)
		if err == nil {
			_ = ws.CloseNow()
			t.Errorf("%s: let in", c.name)
		} else if res == nil || res.StatusCode != c.status {
			t.Errorf("%s: %v, want %d", c.name, err, c.status)
		}
	}
	h.connect("?since=-1", viewer, "Origin: "+h.url)
}

// TestSocketEnds closes sockets within a second of their rights: signed out, role changed, token
// revoked, session over; others stay.
func TestSocketEnds(t *testing.T) {
	h := newHouse(t)
	mara, maraID := h.user("mara", drift.RoleOperator, h.acme)
	olga, _ := h.user("olga", drift.RoleOperator)
	dan, danID := h.user("dan", drift.RoleOperator)
	elsewhere := h.signIn("olga")
	token, tokenID := h.token(drift.RoleViewer)
	stays := h.connect("", h.as(drift.RoleViewer))
	other := h.connect("", elsewhere)
	for _, c := range []struct {
		name string
		who  string
		end  func() error
	}{
		{"signed out", olga, func() error {
			if a := h.do("POST", "/logout", "", olga); a.status != 200 {
				return errors.New(a.body)
			}
			return nil
		}},
		{"role changed", mara, func() error {
			return h.db.SetRights(t.Context(), drift.SystemActor(), maraID, drift.RoleViewer, false, []int64{h.acme.ID})
		}},
		{"disabled", dan, func() error { return h.db.SetDisabled(t.Context(), drift.SystemActor(), danID, true) }},
		{"token revoked", token, func() error { return h.db.RevokeToken(t.Context(), drift.SystemActor(), tokenID) }},
	} {
		b := h.connect("", c.who)
		begun := time.Now()
		if err := c.end(); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if code := b.closed(); code != 4401 {
			t.Errorf("%s: closed with %d", c.name, code)
		}
		if took := time.Since(begun); took > time.Second {
			t.Errorf("%s: closed after %v", c.name, took)
		}
	}
	id := h.breakModel("acme")
	h.comment(id, "still here")
	for _, b := range []*browser{stays, other} {
		if m, _ := b.next(); m.Seq != 1 {
			t.Errorf("a socket with rights gets %+v", m)
		}
	}
}

// TestSocketSessionOver closes a socket when its session's time is over.
func TestSocketSessionOver(t *testing.T) {
	h := newHouse(t, func(_ *handlers.FeedOptions, a *auth.Options) { a.Lifetime = 4 * time.Second })
	olga, _ := h.user("olga", drift.RoleOperator)
	begun := time.Now()
	b := h.connect("", olga)
	if code := b.closed(); code != 4401 {
		t.Errorf("closed with %d", code)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("closed after %v", took)
	}
}
