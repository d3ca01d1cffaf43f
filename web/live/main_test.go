package live

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must happen; reached only by a
// failure.
const patience = 20 * time.Second

// kept is a Replay over a slice, as the event table would be.
type kept struct {
	mu     sync.Mutex
	msgs   []Message
	oldest int64 // first kept
	newest int64
	fail   error
	onRead func(after int64)
	reads  int
}

func (k *kept) add(m Message) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.msgs) == 0 && k.oldest == 0 {
		k.oldest = m.Seq
	}
	k.msgs = append(k.msgs, m)
	k.newest = m.Seq
}

// forget drops everything below oldest, as retention does.
func (k *kept) forget(oldest int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for len(k.msgs) > 0 && k.msgs[0].Seq < oldest {
		k.msgs = k.msgs[1:]
	}
	k.oldest = 0
	if len(k.msgs) > 0 {
		k.oldest = oldest
	}
}

func (k *kept) newestSeq() int64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.newest
}

func (k *kept) readCount() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.reads
}

// reader restricts the slice to one audience.
type reader struct {
	*kept
	who Audience
}

func (r reader) Read(_ context.Context, after int64, limit int) (Page, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reads++
	if r.onRead != nil {
		r.onRead(after)
	}
	p := Page{Oldest: r.oldest, Newest: r.newest}
	for _, m := range r.msgs {
		if m.Seq > after && May(r.who, m) && len(p.Messages) < limit {
			p.Messages = append(p.Messages, m)
		}
	}
	return p, r.fail
}

// site is a server with a hub.
type site struct {
	t    *testing.T
	hub  *Hub
	srv  *httptest.Server
	kept *kept
	who  map[string]Audience
	errs chan error // what Serve returned
}

func newSite(t *testing.T, opts Options, who map[string]Audience) *site {
	t.Helper()
	s := newBareSite(t, opts, who)
	s.srv = httptest.NewServer(s)
	return s
}

func newBareSite(t *testing.T, opts Options, who map[string]Audience) *site {
	t.Helper()
	hub, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, hub: hub, kept: &kept{newest: opts.Start}, who: who, errs: make(chan error, 1000)}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := hub.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		s.srv.Close()
	})
	return s
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	since, _ := strconv.ParseInt(q.Get("since"), 10, 64)
	who := s.who[q.Get("who")]
	s.errs <- s.hub.Serve(w, r, who, since, q.Has("since"), reader{s.kept, who})
}

// publish commits to the table first and then tells the hub.
func (s *site) publish(msgs ...Message) {
	s.t.Helper()
	for _, m := range msgs {
		s.kept.add(m)
		if err := s.hub.Publish(m); err != nil {
			s.t.Errorf("publish %d: %v", m.Seq, err)
		}
	}
}

// url of the socket; since < -1 stands for none given.
func (s *site) url(who string, since int64) string {
	u := "ws" + strings.TrimPrefix(s.srv.URL, "http") + "/?who=" + url.QueryEscape(who)
	if since != noSince {
		u += "&since=" + strconv.FormatInt(since, 10)
	}
	return u
}

const noSince = -1 << 40

// peer is a browser.
type peer struct {
	t   *testing.T
	ws  *websocket.Conn
	ctx context.Context
}

func (s *site) dial(who string, since int64) *peer {
	s.t.Helper()
	return s.dialWith(who, since, nil)
}

func (s *site) dialWith(who string, since int64, opts *websocket.DialOptions) *peer {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	s.t.Cleanup(cancel)
	if opts == nil {
		opts = &websocket.DialOptions{}
	}
	if opts.HTTPClient == nil {
		opts.HTTPClient = s.srv.Client()
	}
	ws, resp, err := websocket.Dial(ctx, s.url(who, since), opts)
	if err != nil {
		s.t.Fatalf("dial as %q: %v (%v)", who, err, resp)
	}
	ws.SetReadLimit(16 << 20)
	s.t.Cleanup(func() { _ = ws.CloseNow() })
	return &peer{s.t, ws, ctx}
}

// live dials without since and waits until Serve has returned.
func (s *site) live(who string) *peer {
	s.t.Helper()
	p := s.dial(who, noSince)
	s.served(nil)
	return p
}

// served waits for the next Serve call to return with the wanted error.
func (s *site) served(want error) {
	s.t.Helper()
	select {
	case err := <-s.errs:
		if !errors.Is(err, want) {
			s.t.Fatalf("Serve returned %v, want %v", err, want)
		}
	case <-time.After(patience):
		s.t.Fatal("Serve did not return")
	}
}

// next returns the sequence number of the next message, or 0 for RESET.
func (p *peer) next() int64 {
	p.t.Helper()
	seq, err := p.read()
	if err != nil {
		p.t.Fatalf("read: %v", err)
	}
	return seq
}

func (p *peer) read() (int64, error) {
	typ, b, err := p.ws.Read(p.ctx)
	if err != nil {
		return 0, err
	}
	var got struct {
		Seq  int64
		Type string
	}
	if err := json.Unmarshal(b, &got); err != nil || typ != websocket.MessageText {
		return 0, fmt.Errorf("not a JSON text: %v %q (%v)", typ, b, err)
	}
	if (got.Type == "RESET") != (got.Seq == 0) {
		return 0, fmt.Errorf("strange message %q", b)
	}
	return got.Seq, nil
}

// want reads exactly these numbers.
func (p *peer) want(seqs ...int64) {
	p.t.Helper()
	for _, w := range seqs {
		if got := p.next(); got != w {
			p.t.Fatalf("got message %d, want %d", got, w)
		}
	}
}

// ends reads until the connection closes and checks the status.
func (p *peer) ends(code websocket.StatusCode) {
	p.t.Helper()
	for {
		if _, err := p.read(); err != nil {
			if got := websocket.CloseStatus(err); got != code {
				p.t.Fatalf("closed with %d (%v), want %d", got, err, code)
			}
			return
		}
	}
}

// msg makes a message of a tenant for all classes.
func msg(seq, tenant int64) Message {
	m := Message{Seq: seq, Tenant: tenant}
	text := fmt.Appendf(nil, `{"seq":%d,"type":"ALERT_UPDATED","tenant":%d}`, seq, tenant)
	for i := range m.Frames {
		m.Frames[i] = text
	}
	return m
}

// bigMsg pads the text to about n bytes.
func bigMsg(seq, tenant int64, n int) Message {
	m := msg(seq, tenant)
	text := fmt.Appendf(nil, `{"seq":%d,"type":"ALERT_UPDATED","pad":%q}`, seq, strings.Repeat("x", n))
	for i := range m.Frames {
		m.Frames[i] = text
	}
	return m
}

// until waits for a condition that another goroutine brings about.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for !ok() {
		select {
		case <-look.C:
		case <-deadline.C:
			t.Fatalf("never: %s", what)
		}
	}
}

// rawDial upgrades by hand, for peers that misbehave.
func (s *site) rawDial(who string, since int64, extra string) (*net.TCPConn, *bufio.Reader) {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.srv.Listener.Addr().String())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { conn.Close() })
	u, _ := url.Parse(s.url(who, since))
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n%s\r\n", u.RequestURI(), u.Host, extra)
	br := bufio.NewReader(conn)
	resp, err := http.ReadResponse(br, nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		s.t.Fatalf("upgrade: %v %v", resp, err)
	}
	return conn.(*net.TCPConn), br
}
