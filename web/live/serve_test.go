package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

var everybody = map[string]Audience{
	"all":   {AllTenants: true, Keys: []string{"user:1", "session:a"}},
	"other": {AllTenants: true, Keys: []string{"user:2", "session:b"}},
	"same":  {AllTenants: true, Keys: []string{"user:1", "session:c"}},
}

func TestForeignOriginIsRefusedBeforeTheUpgrade(t *testing.T) {
	s := newSite(t, Options{Origins: []string{"noc.example.com", "https://*.example.org"}}, everybody)
	own := s.srv.Listener.Addr().String()
	cases := []struct {
		origin string
		status int
	}{
		{"", http.StatusSwitchingProtocols},
		{"http://" + own, http.StatusSwitchingProtocols},
		{"https://noc.example.com", http.StatusSwitchingProtocols},
		{"https://a.example.org", http.StatusSwitchingProtocols},
		{"http://a.example.org", http.StatusForbidden},
		{"https://evil.example", http.StatusForbidden},
		{"https://noc.example.com.evil.example", http.StatusForbidden},
		{"http://" + own + ".evil.example", http.StatusForbidden},
		{"null", http.StatusForbidden},
		{"::", http.StatusForbidden},
	}
	for _, c := range cases {
		t.Run(c.origin, func(t *testing.T) {
			opts := &websocket.DialOptions{HTTPHeader: http.Header{}}
			if c.origin != "" {
				opts.HTTPHeader.Set("Origin", c.origin)
			}
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			ws, resp, err := websocket.Dial(ctx, s.url("all", noSince), opts)
			if resp == nil {
				t.Fatal(err)
			}
			if resp.StatusCode != c.status {
				t.Errorf("answered %d, want %d", resp.StatusCode, c.status)
			}
			if got := <-s.errs; (got == nil) != (c.status == http.StatusSwitchingProtocols) {
				t.Errorf("Serve returned %v", got)
			}
			if ws != nil {
				_ = ws.CloseNow()
			}
		})
	}
	until(t, "all places are given back", func() bool {
		s.hub.mu.Lock()
		defer s.hub.mu.Unlock()
		return len(s.hub.clients) == 0 && s.hub.coming == 0
	})
}

func TestPlainRequestIsToldToUpgrade(t *testing.T) {
	s := newSite(t, Options{}, everybody)
	resp, err := http.Get(s.srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusUpgradeRequired {
		t.Errorf("answered %s", resp.Status)
	}
}

func TestTooManyConnections(t *testing.T) {
	s := newSite(t, Options{MaxConnections: 2}, everybody)
	a := s.live("all")
	s.live("all")
	refused := func() bool {
		resp, err := http.Get(s.srv.URL)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		full := errors.Is(<-s.errs, ErrFull)
		if full != (resp.StatusCode == http.StatusServiceUnavailable) || full != (resp.Header.Get("Retry-After") != "") {
			t.Errorf("full %v, answered %s", full, resp.Status)
		}
		return full
	}
	if !refused() {
		t.Error("a third connection was let in")
	}
	_ = a.ws.CloseNow()
	until(t, "the place is free again", func() bool { return !refused() })
}

// TestCloseKey: everything of a user, or one session, and nobody else.
func TestCloseKey(t *testing.T) {
	s := newSite(t, Options{}, everybody)
	all, same, other := s.live("all"), s.live("same"), s.live("other")
	if n := s.hub.CloseKey("session:nobody"); n != 0 {
		t.Errorf("closed %d", n)
	}
	if n := s.hub.CloseKey("session:c"); n != 1 {
		t.Errorf("closed %d", n)
	}
	same.ends(StatusRevoked)
	s.publish(msg(1, 1))
	all.want(1)
	other.want(1)
	if n := s.hub.CloseKey("user:1"); n != 1 {
		t.Errorf("closed %d", n)
	}
	all.ends(StatusRevoked)
	s.publish(msg(2, 1))
	other.want(2)
	until(t, "both are gone", func() bool { return s.hub.Stats().Connections == 1 })
	if got := s.hub.Stats(); got.Revoked != 2 || got.Accepted != 3 || got.Slow != 0 || got.Published != 2 {
		t.Errorf("%+v", got)
	}
}

// TestCloseKeyDoesNotWaitForThePeer: a browser that does not answer the close
// frame is cut off within the second that the contract allows.
func TestCloseKeyDoesNotWaitForThePeer(t *testing.T) {
	s := newSite(t, Options{}, everybody)
	conn, br := s.rawDial("all", noSince, "")
	s.served(nil)
	began := time.Now()
	s.hub.CloseKey("user:1")
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	got, err := io.ReadAll(br)
	if err != nil {
		t.Fatal(err)
	}
	if want := closeFrame(StatusRevoked, "signed out or rights changed"); string(got) != string(want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("took %v", took)
	}
}

// TestOneCloseFrame: when the peer answers ours, the library's answer to that is
// not sent, and the connection ends without waiting for the grace.
func TestOneCloseFrame(t *testing.T) {
	s := newSite(t, Options{CloseGrace: time.Hour}, everybody)
	conn, br := s.rawDial("all", noSince, "")
	s.served(nil)
	s.hub.CloseKey("user:1")
	_ = conn.SetDeadline(time.Now().Add(patience))
	first, payload, err := readFrame(br)
	if first != flagFin|opClose || err != nil {
		t.Fatalf("got %x %q %v", first, payload, err)
	}
	if _, err := conn.Write([]byte{flagFin | opClose, 0x82, 0, 0, 0, 0, payload[0], payload[1]}); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(br); len(rest) != 0 || err != nil {
		t.Errorf("after the close frame came %q, %v", rest, err)
	}
}

// TestPeerCloses is answered with the peer's own code.
func TestPeerCloses(t *testing.T) {
	s := newSite(t, Options{CloseGrace: time.Hour}, everybody)
	p := s.live("all")
	if err := p.ws.Close(websocket.StatusNormalClosure, "bye"); err != nil {
		t.Errorf("close handshake: %v", err)
	}
	until(t, "it is gone", func() bool { return s.hub.Stats().Connections == 0 })
}

// TestConfirmClosesTheGap: whose session ended between the check and Serve gets
// nothing.
func TestConfirmClosesTheGap(t *testing.T) {
	signedOut := errors.New("signed out")
	opts := Options{}
	opts.Confirm = func(_ context.Context, a Audience) error {
		if a.Keys[0] == "user:1" {
			return signedOut
		}
		return nil
	}
	s := newSite(t, opts, everybody)
	s.publish(msg(1, 1))
	p := s.dial("all", 0)
	s.served(signedOut)
	if seq, err := p.read(); websocket.CloseStatus(err) != StatusRevoked {
		t.Errorf("got %d, %v", seq, err)
	}
	s.live("other")
	until(t, "one is left", func() bool { return s.hub.Stats().Connections == 1 })
	if got := s.hub.Stats().Revoked; got != 1 {
		t.Errorf("%d revoked", got)
	}
}

func TestShutdownSaysGoingAway(t *testing.T) {
	s := newSite(t, Options{}, everybody)
	var peers []*peer
	for range 20 {
		peers = append(peers, s.live("all"))
	}
	done := make(chan error, 1)
	go func() { done <- s.hub.Shutdown(context.Background()) }()
	for _, p := range peers {
		p.ends(StatusGoingAway)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := s.hub.Publish(msg(1, 1)); !errors.Is(err, ErrClosed) {
		t.Errorf("publish: %v", err)
	}
	resp, err := http.Get(s.srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("answered %s", resp.Status)
	}
	s.served(ErrClosed)
	if n := s.hub.Stats().Connections; n != 0 {
		t.Errorf("%d connections", n)
	}
}

// TestShutdownDoesNotWaitForThePeer: once by the grace, once by the context.
func TestShutdownDoesNotWaitForThePeer(t *testing.T) {
	t.Run("grace", func(t *testing.T) {
		s := newSite(t, Options{CloseGrace: 50 * time.Millisecond}, everybody)
		s.rawDial("all", noSince, "")
		s.served(nil)
		if err := s.hub.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	t.Run("context", func(t *testing.T) {
		s := newSite(t, Options{CloseGrace: time.Hour}, everybody)
		s.rawDial("all", noSince, "")
		s.served(nil)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := s.hub.Shutdown(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("shutdown: %v", err)
		}
		if err := s.hub.Shutdown(context.Background()); err != nil {
			t.Errorf("second shutdown: %v", err)
		}
	})
}

// TestMessageOfTheBrowserEndsTheConnection, whatever its size, and says so: the
// close frame is not lost with the connection, also where it has to be queued.
func TestMessageOfTheBrowserEndsTheConnection(t *testing.T) {
	for _, size := range []int{0, 1, readLimit, 100 * readLimit, 10 << 20} {
		for name, start := range map[string]func(http.Handler) *httptest.Server{"plain": httptest.NewServer, "tls": httptest.NewTLSServer} {
			t.Run(fmt.Sprint(name, size), func(t *testing.T) {
				s := newBareSite(t, Options{CloseGrace: patience}, everybody)
				s.srv = start(s)
				p := s.live("all")
				sent := make(chan struct{})
				go func() {
					defer close(sent)
					_ = p.ws.Write(p.ctx, websocket.MessageText, []byte(strings.Repeat("x", size)))
				}()
				p.ends(StatusUnexpected)
				<-sent
			})
		}
	}
}

func TestPublishRefusesOldNumbers(t *testing.T) {
	s := newSite(t, Options{Start: 5}, everybody)
	p := s.live("all")
	for _, seq := range []int64{-1, 0, 4, 5} {
		if err := s.hub.Publish(msg(seq, 1)); !errors.Is(err, ErrOrder) {
			t.Errorf("publish %d: %v", seq, err)
		}
	}
	s.publish(msg(6, 1), msg(9, 1))
	if err := s.hub.Publish(msg(9, 1)); !errors.Is(err, ErrOrder) {
		t.Errorf("publish 9 again: %v", err)
	}
	p.want(6, 9)
	if got := s.hub.Newest(); got != 9 {
		t.Errorf("newest is %d", got)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []Options{{Start: -1}, {Writers: -1}, {RingBytes: -1}, {PingInterval: -1}, {CloseGrace: -time.Second}} {
		if h, err := New(o); err == nil {
			t.Errorf("%+v was accepted", o)
			_ = h.Shutdown(context.Background())
		}
	}
}

// TestOverTLS takes the way in which every write is patient.
func TestOverTLS(t *testing.T) {
	s := newBareSite(t, Options{RingMessages: 3}, everybody)
	s.srv = httptest.NewTLSServer(s)
	s.publish(msg(1, 1), msg(2, 1), msg(3, 1), msg(4, 1), msg(5, 1))
	p := s.dial("all", 1)
	p.want(2, 3, 4, 5)
	s.served(nil)
	for seq := int64(6); seq < 200; seq++ {
		s.publish(bigMsg(seq, 1, 3000))
	}
	for seq := int64(6); seq < 200; seq++ {
		p.want(seq)
	}
	s.hub.CloseKey("user:1")
	p.ends(StatusRevoked)
}
