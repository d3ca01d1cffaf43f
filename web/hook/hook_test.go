package hook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
	"github.com/driftwatch/driftwatch/web/hook"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// got is one request as a receiver saw it.
type got struct {
	seq                  int64
	body, signature, key string
	at                   time.Time
}

// post is a database with one tenant's webhook, its receiver, and a clock that stands.
type post struct {
	t      *testing.T
	db     *store.DB
	tenant drift.Tenant
	secret string
	sender *hook.Sender

	mu     sync.Mutex
	now    time.Time
	got    []got
	answer func(n int, w http.ResponseWriter) // n counts requests from 1
}

var acme = drift.WebhookOwner{Tenant: "acme"}

func newPost(t *testing.T) *post {
	t.Helper()
	p := &post{t: t, now: time.Date(2025, 11, 20, 12, 0, 0, 0, time.UTC), answer: func(int, http.ResponseWriter) {}}
	p.db = storetest.Fresh(t, store.Options{Now: p.clock})
	var err error
	if p.tenant, _, err = p.db.AddTenant(t.Context(), drift.SystemActor(), "acme"); err != nil {
		t.Fatal(err)
	}
	receiver := httptest.NewServer(http.HandlerFunc(p.receive))
	t.Cleanup(receiver.Close)
	p.set(receiver.URL + "/hook")
	p.sender = hook.New(hook.Options{Store: p.db, Clock: p.clock, Jitter: func(d time.Duration) time.Duration { return d / 2 }})
	return p
}

func (p *post) set(url string) {
	p.t.Helper()
	secret, err := p.db.SetWebhook(p.t.Context(), drift.SystemActor(), acme, url)
	if err != nil {
		p.t.Fatal(err)
	}
	if secret != "" {
		p.secret = secret
	}
}

func (p *post) clock() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

func (p *post) pass(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = p.now.Add(d)
}

func (p *post) receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		p.t.Error(err)
	}
	var e struct {
		ID, Seq int64
		Type    string
	}
	if err := json.Unmarshal(body, &e); err != nil || e.ID == 0 || r.Method != "POST" || r.Header.Get("Content-Type") != "application/json" {
		p.t.Errorf("%s %s: %v", r.Method, body, err)
	}
	p.mu.Lock()
	p.got = append(p.got, got{e.Seq, string(body), r.Header.Get(hook.SignatureHeader), r.Header.Get(hook.KeyHeader), p.now})
	n := len(p.got)
	p.mu.Unlock()
	p.answer(n, w)
}

func (p *post) emit(n int) {
	p.t.Helper()
	err := p.db.InTx(p.t.Context(), drift.SystemActor(), func(tx *store.Tx) error {
		for i := range n {
			tx.Emit(drift.Event{Type: drift.EventDriftDetected, TenantID: p.tenant.ID, Payload: json.RawMessage(fmt.Sprintf(`{"alert":{"id":%d}}`, i+1))})
		}
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *post) once() {
	p.t.Helper()
	if err := p.sender.Once(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
}

// taken empties what the receiver has got.
func (p *post) taken() []got {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.got
	p.got = nil
	return list
}

func (p *post) state() drift.WebhookState {
	p.t.Helper()
	list, err := p.db.WebhookStates(p.t.Context(), drift.SystemActor())
	if err != nil || len(list) != 1 {
		p.t.Fatalf("%d webhooks, %v", len(list), err)
	}
	return list[0]
}

func seqs(list []got) (out []int64) {
	for _, g := range list {
		out = append(out, g.seq)
	}
	return out
}

func status(code int) func(int, http.ResponseWriter) {
	return func(_ int, w http.ResponseWriter) { w.WriteHeader(code) }
}

func TestDeliveredInOrder(t *testing.T) {
	p := newPost(t)
	p.emit(5)
	p.once()
	list := p.taken()
	if got := seqs(list); !slices.Equal(got, []int64{1, 2, 3, 4, 5}) {
		t.Fatalf("got %v", got)
	}
	first := list[0]
	if want := `{"id":1,"seq":1,"type":"ML_DRIFT_DETECTED","tenant":"acme","at":"2025-11-20T12:00:00Z","alert": {"id": 1}}`; first.body != want {
		t.Errorf("the body is %s, want %s", first.body, want)
	}
	if first.signature != hook.Sign(p.secret, p.now, []byte(first.body)) || first.signature == hook.Sign("whsec_other", p.now, []byte(first.body)) {
		t.Errorf("signed %s", first.signature)
	}
	if len(first.key) != 36 || first.key == list[1].key {
		t.Errorf("keys %q, %q", first.key, list[1].key)
	}
	p.once()
	if again := p.taken(); len(again) != 0 {
		t.Errorf("delivered twice: %v", again)
	}
}

// A receiver that fails holds up what comes after, and gets each attempt later than the one before.
func TestRetriedWithBackOff(t *testing.T) {
	p := newPost(t)
	p.emit(2)
	p.answer = status(503)
	start := p.clock()
	var waits []time.Duration
	for p.clock().Sub(start) < 4*time.Hour {
		p.once()
		p.pass(5 * time.Second)
	}
	list := p.taken()
	for i, g := range list {
		if g.seq != 1 || g.key != list[0].key || g.body != list[0].body {
			t.Fatalf("attempt %d: %+v; the next must wait, and a repeat be the same", i+1, g)
		}
		if i > 0 {
			waits = append(waits, g.at.Sub(list[i-1].at))
		}
		if i > 0 && i < 9 && g.signature == list[i-1].signature {
			t.Error("a later attempt is not signed anew")
		}
	}
	want := []time.Duration{10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600}
	for i := range want {
		want[i] *= time.Second
	}
	if !slices.Equal(waits, want) {
		t.Errorf("waited %v", waits)
	}
	if d := p.state().Last[1]; d.State != drift.DeliveryPending || d.LastStatus != 503 || d.LastError != "answered 503 Service Unavailable" {
		t.Errorf("it stands at %+v", d)
	}
	p.answer = status(204)
	p.pass(time.Hour)
	p.once()
	if got := seqs(p.taken()); !slices.Equal(got, []int64{1, 2}) {
		t.Errorf("then got %v", got)
	}
}

func TestDeadAfterADayAndSentAgain(t *testing.T) {
	p := newPost(t)
	p.emit(1)
	p.answer = status(500)
	for range 24*12 - 1 {
		p.once()
		p.pass(5 * time.Minute)
	}
	if s := p.state(); s.Pending != 1 || s.Dead != 0 {
		t.Fatalf("before a day is over: %+v", s)
	}
	p.pass(5 * time.Minute)
	p.once()
	s := p.state()
	if s.Pending != 0 || s.Dead != 1 || len(s.Letters) != 1 || s.Letters[0].LastStatus != 500 || s.Letters[0].FinishedAt.IsZero() {
		t.Fatalf("after a day: %+v", s)
	}
	before := p.taken()
	p.pass(time.Hour)
	p.once()
	p.emit(1)
	p.answer = status(200)
	p.once()
	if got := seqs(p.taken()); !slices.Equal(got, []int64{2}) {
		t.Errorf("after a dead letter got %v", got)
	}
	if err := p.db.ResendDelivery(t.Context(), drift.SystemActor(), s.Letters[0].ID); err != nil {
		t.Fatal(err)
	}
	p.once()
	again := p.taken()
	if len(again) != 1 || again[0].key != before[0].key || again[0].body != before[0].body {
		t.Errorf("sent again: %+v", again)
	}
	if s := p.state(); s.Dead != 0 || s.Pending != 0 {
		t.Errorf("it stands at %+v", s)
	}
}

// A server that is killed after the receiver took it, and before that was written, loses nothing:
// the delivery comes again under its key.
func TestKilledInBetween(t *testing.T) {
	p := newPost(t)
	p.emit(2)
	killed, kill := context.WithCancel(t.Context())
	p.answer = func(_ int, w http.ResponseWriter) {
		kill()
		if hj, ok := w.(http.Hijacker); ok {
			if conn, _, err := hj.Hijack(); err == nil {
				conn.Close()
			}
		}
	}
	if err := p.sender.Once(killed); err == nil {
		t.Fatal("the kill was not seen")
	}
	p.once()
	first := p.taken()
	if len(first) != 1 || p.state().Pending != 2 {
		t.Fatalf("while the lease holds, the receiver got %d", len(first))
	}
	p.pass(30 * time.Second)
	p.answer = status(200)
	p.once()
	list := p.taken()
	if got := seqs(list); !slices.Equal(got, []int64{1, 2}) || list[0].key != first[0].key {
		t.Errorf("after the lease got %v, keys %q and %q", got, first[0].key, list[0].key)
	}
}

// What a receiver answers decides nothing but whether it took the delivery.
func TestAnswers(t *testing.T) {
	p := newPost(t)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	defer elsewhere.Close()
	p.emit(1)
	p.answer = func(_ int, w http.ResponseWriter) {
		w.Header().Set("Location", elsewhere.URL)
		w.WriteHeader(http.StatusTemporaryRedirect)
	}
	p.once()
	if d := p.state().Last[0]; d.State != drift.DeliveryPending || d.LastStatus != 307 {
		t.Errorf("a redirect: %+v", d)
	}
	p.answer = func(_ int, w http.ResponseWriter) {
		_, _ = io.WriteString(w, strings.Repeat("secret of the house ", 100_000))
	}
	p.pass(time.Minute)
	p.once()
	if d := p.state().Last[0]; d.State != drift.DeliveryDelivered || d.LastError != "" {
		t.Errorf("a long answer: %+v", d)
	}
	p.emit(3)
	p.answer = status(http.StatusGone)
	p.once()
	s := p.state()
	if s.Dead != 3 || s.DisabledAt.IsZero() || s.DisabledWhy != "its receiver answered 410 Gone" {
		t.Errorf("gone: %+v", s)
	}
	p.taken()
	p.emit(1)
	p.once()
	if list := p.taken(); len(list) != 0 {
		t.Errorf("a disabled webhook got %v", seqs(list))
	}
}

func TestNothingAnswers(t *testing.T) {
	p := newPost(t)
	closed := httptest.NewServer(nil)
	closed.Close()
	for url, why := range map[string]string{
		closed.URL:                 "the connection was refused",
		"http://169.254.169.254/x": "this is a link-local address, which is not called",
		"http://[fe80::1]/":        "this is a link-local address, which is not called",
	} {
		p.set(url)
		p.emit(1)
		p.pass(25 * time.Hour)
		p.once()
		p.pass(25 * time.Hour)
		p.once()
		if d := p.state().Last[0]; d.LastError != why || d.LastStatus != 0 {
			t.Errorf("%s: %+v", url, d)
		}
	}
}

// Two servers run at once; a ring is enough, and each event arrives once and in order.
func TestTwoServersRun(t *testing.T) {
	p := newPost(t)
	ctx, stop := context.WithCancel(t.Context())
	all := make(chan struct{})
	p.answer = func(n int, _ http.ResponseWriter) {
		if n == 40 {
			close(all)
		}
	}
	other := hook.New(hook.Options{Store: p.db, Clock: p.clock})
	var servers sync.WaitGroup
	for _, s := range []*hook.Sender{p.sender, other} {
		servers.Go(func() { s.Run(ctx) })
	}
	for range 20 {
		p.emit(2)
		p.sender.Wake()
		other.Wake()
	}
	select {
	case <-all:
	case <-time.After(30 * time.Second):
		t.Error("not all arrived")
	}
	stop()
	servers.Wait()
	if got := seqs(p.taken()); !slices.IsSorted(got) || len(slices.Compact(got)) != 40 {
		t.Errorf("got %v", got)
	}
}
