package live

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// readFrame reads one unmasked frame by hand.
func readFrame(br *bufio.Reader) (first byte, payload []byte, err error) {
	var h [2]byte
	if _, err = io.ReadFull(br, h[:]); err != nil {
		return 0, nil, err
	}
	n := int(h[1])
	ext := map[int]int{126: 2, 127: 8}[n]
	if ext > 0 {
		b := make([]byte, 8)
		if _, err = io.ReadFull(br, b[8-ext:]); err != nil {
			return 0, nil, err
		}
		n = int(binary.BigEndian.Uint64(b))
	}
	payload = make([]byte, n)
	_, err = io.ReadFull(br, payload)
	return h[0], payload, err
}

// TestSlowClientIsDroppedAndNobodyWaits: one browser reads nothing; the others
// get every message while it still hangs there; it is told 1013 in the end, after
// whole frames in order.
func TestSlowClientIsDroppedAndNobodyWaits(t *testing.T) {
	for name, tls := range map[string]bool{"plain": false, "tls": true} {
		t.Run(name, func(t *testing.T) {
			opts := Options{QueueMessages: 8, SendBuffer: 4096, CloseGrace: patience, WriteTimeout: patience}
			s := newBareSite(t, opts, everybody)
			s.srv = httptest.NewUnstartedServer(s)
			if tls {
				s.srv.StartTLS()
			} else {
				s.srv.Start()
			}
			slow := s.live("all")
			quick := []*peer{s.live("all"), s.live("other"), s.live("same")}
			var seq int64
			for s.hub.Stats().Slow == 0 {
				seq++
				s.publish(bigMsg(seq, 1, 60_000))
				for _, p := range quick {
					p.want(seq)
				}
				if seq > 10_000 {
					t.Fatal("never dropped")
				}
			}
			s.publish(msg(seq+1, 1))
			for _, p := range quick {
				p.want(seq + 1)
			}
			for want := int64(1); ; want++ {
				got, err := slow.read()
				if err != nil {
					if websocket.CloseStatus(err) != StatusSlow {
						t.Errorf("closed with %v", err)
					}
					if want < 2 || want > seq {
						t.Errorf("the slow one got %d of %d", want-1, seq)
					}
					break
				}
				if got != want {
					t.Fatalf("the slow one got %d, want %d", got, want)
				}
			}
			until(t, "the slow one is gone", func() bool { return s.hub.Stats().Connections == 3 })
			if got := s.hub.Stats(); got.Slow != 1 || got.QueueHigh != 8 {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestQueueBytesBound drops by size before the count is reached.
func TestQueueBytesBound(t *testing.T) {
	s := newSite(t, Options{QueueMessages: 1 << 20, QueueBytes: 100_000, SendBuffer: 4096, CloseGrace: patience}, everybody)
	p := s.live("all")
	for seq := int64(1); s.hub.Stats().Slow == 0; seq++ {
		s.publish(bigMsg(seq, 1, 60_000))
		if seq > 10_000 {
			t.Fatal("never dropped")
		}
	}
	p.ends(StatusSlow)
}

// TestQueueBytesAreGivenBack: what was taken no longer counts. Over TLS everything
// passes through the queue.
func TestQueueBytesAreGivenBack(t *testing.T) {
	s := newBareSite(t, Options{QueueBytes: 100_000}, everybody)
	s.srv = httptest.NewTLSServer(s)
	p := s.live("all")
	for seq := int64(1); seq <= 50; seq++ {
		s.publish(bigMsg(2*seq, 1, 60_000), msg(2*seq+1, 1))
		p.want(2*seq, 2*seq+1)
	}
	if got := s.hub.Stats(); got.Slow != 0 || got.QueueHigh == 0 {
		t.Errorf("%+v", got)
	}
}

// TestWriteTimeout: a peer that takes nothing more is dropped though its queue is
// not full.
func TestWriteTimeout(t *testing.T) {
	s := newSite(t, Options{QueueMessages: 1 << 20, QueueBytes: 1 << 30, SendBuffer: 4096, WriteTimeout: 30 * time.Millisecond}, everybody)
	s.rawDial("all", noSince, "")
	s.served(nil)
	for seq := int64(1); s.hub.Stats().QueueHigh == 0; seq++ {
		s.publish(bigMsg(seq, 1, 60_000))
	}
	until(t, "it is dropped", func() bool { st := s.hub.Stats(); return st.Connections == 0 && st.Slow == 1 })
}

// TestSlowDuringReplay: the bound holds before the client is live as well.
func TestSlowDuringReplay(t *testing.T) {
	s := newSite(t, Options{RingMessages: 1, SendBuffer: 4096, WriteTimeout: 30 * time.Millisecond}, everybody)
	for seq := int64(1); seq <= 300; seq++ {
		s.publish(bigMsg(seq, 1, 60_000))
	}
	s.rawDial("all", 0, "")
	if err := <-s.errs; !errors.Is(err, ErrGone) {
		t.Errorf("Serve returned %v", err)
	}
	until(t, "it is dropped", func() bool { st := s.hub.Stats(); return st.Connections == 0 && st.Slow == 1 })
}

// TestSilentPeerIsCutOff: half-open (nothing is read, nothing comes) and one that
// reads but does not answer; a live one answers and stays.
func TestSilentPeerIsCutOff(t *testing.T) {
	opts := Options{PingInterval: 30 * time.Millisecond, PongTimeout: 2 * time.Second}
	s := newSite(t, opts, everybody)
	pings := make(chan struct{}, 1000)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	alive := s.dialWith("all", noSince, &websocket.DialOptions{
		OnPingReceived: func(context.Context, []byte) bool {
			pings <- struct{}{}
			return true
		},
	})
	s.served(nil)
	aliveGone := alive.ws.CloseRead(ctx)

	s.rawDial("all", noSince, "")
	s.served(nil)
	_, br := s.rawDial("all", noSince, "")
	s.served(nil)
	first, payload, err := readFrame(br)
	if first != flagFin|opPing || len(payload) != 0 || err != nil {
		t.Errorf("got %x %q %v", first, payload, err)
	}
	if rest, err := io.ReadAll(br); len(rest) != 0 || err != nil {
		t.Errorf("after one ping: %q %v", rest, err)
	}
	until(t, "two are cut off", func() bool { return s.hub.Stats().Silent == 2 })
	for range 5 {
		<-pings
	}
	if aliveGone.Err() != nil || s.hub.Stats().Connections != 1 {
		t.Errorf("the live one is gone: %+v", s.hub.Stats())
	}
}

// TestFramesNeverInterleave: the peer pings without end while large messages
// fill its socket, so that pongs and pieces of messages alternate.
func TestFramesNeverInterleave(t *testing.T) {
	const n = 300
	s := newSite(t, Options{SendBuffer: 4096, QueueMessages: 1 << 20, QueueBytes: 1 << 30}, everybody)
	pongs := 0
	p := s.dialWith("all", noSince, &websocket.DialOptions{OnPongReceived: func(context.Context, []byte) { pongs++ }})
	s.served(nil)
	ctx, stop := context.WithCancel(p.ctx)
	pinging := make(chan struct{})
	go func() {
		defer close(pinging)
		for ctx.Err() == nil {
			_ = p.ws.Ping(p.ctx)
		}
	}()
	go func() {
		for seq := int64(1); seq <= n; seq++ {
			s.publish(bigMsg(seq, 1, int(seq*977%70_000)))
		}
	}()
	for seq := int64(1); seq <= n; seq++ {
		p.want(seq)
	}
	stop()
	p.ws.CloseNow()
	<-pinging
	if pongs == 0 {
		t.Error("no pong came between the messages")
	}
}

// TestWriterThatFellBehind loses its messages and drops its clients; it never
// shows a number above one that is missing.
func TestWriterThatFellBehind(t *testing.T) {
	s := newSite(t, Options{Backlog: 3, Writers: 1, CloseGrace: patience}, everybody)
	s.hub.stopOnce.Do(func() { close(s.hub.stop) })
	s.hub.shardWG.Wait() // the test is the writer from here on
	shard := s.hub.shards[0]

	p := s.live("all")
	s.publish(msg(1, 1), msg(2, 1), msg(3, 1))
	shard.work()
	p.want(1, 2, 3)
	s.publish(msg(4, 1), msg(5, 1), msg(6, 1), msg(7, 1), msg(8, 1))
	shard.work()
	if seq, err := p.read(); websocket.CloseStatus(err) != StatusSlow {
		t.Errorf("got %d, %v", seq, err)
	}
	if got := s.hub.Stats().Slow; got != 1 {
		t.Errorf("%d dropped", got)
	}
	again := s.dial("all", 3)
	again.want(4, 5, 6, 7, 8)
}

// TestBurstIsOneWrite: what piled up while the writer was busy arrives in order,
// also above the size given to the kernel at once.
func TestBurstIsOneWrite(t *testing.T) {
	s := newSite(t, Options{Writers: 1, QueueBytes: 1 << 30, QueueMessages: 1 << 20}, everybody)
	s.hub.stopOnce.Do(func() { close(s.hub.stop) })
	s.hub.shardWG.Wait()
	p := s.live("all")
	for seq := int64(1); seq <= 100; seq++ {
		s.publish(bigMsg(seq, 1, 5000))
	}
	s.hub.shards[0].work()
	for seq := int64(1); seq <= 100; seq++ {
		p.want(seq)
	}
}

// TestCompression: who offers it gets long frames compressed and short ones not.
func TestCompression(t *testing.T) {
	s := newSite(t, Options{}, everybody)
	squeezed := s.dialWith("all", noSince, &websocket.DialOptions{CompressionMode: websocket.CompressionNoContextTakeover})
	s.served(nil)
	plain := s.live("all")
	_, raw := s.rawDial("all", noSince, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n")
	s.served(nil)
	long := bigMsg(2, 1, 20_000)
	s.publish(msg(1, 1), long)
	squeezed.want(1)
	plain.want(1, 2)
	if _, got, err := squeezed.ws.Read(squeezed.ctx); err != nil || string(got) != string(long.Frames[0]) {
		t.Errorf("read %d bytes, %v", len(got), err)
	}
	if first, _, err := readFrame(raw); first != flagFin|opText || err != nil {
		t.Errorf("short frame begins with %x, %v", first, err)
	}
	first, payload, err := readFrame(raw)
	if first != flagFin|flagRSV1|opText || len(payload) > 500 || err != nil {
		t.Errorf("long frame begins with %x and has %d bytes, %v", first, len(payload), err)
	}
}

// TestFrameSizes crosses both borders of the length field.
func TestFrameSizes(t *testing.T) {
	s := newSite(t, Options{QueueMessages: 100}, everybody)
	p := s.live("all")
	for i, n := range []int{1, 125, 126, 127, 65535, 65536, 300_000} {
		m := Message{Seq: int64(i + 1), Tenant: 1}
		m.Frames[0] = fmt.Appendf(nil, "%0*d", n, 0)
		s.publish(m)
		if _, got, err := p.ws.Read(p.ctx); err != nil || len(got) != n {
			t.Errorf("frame of %d: got %d, %v", n, len(got), err)
		}
	}
}

// TestRingIsBounded by count and by bytes, and knows where it begins.
func TestRingIsBounded(t *testing.T) {
	r := newRing(3, 1000, 7)
	for seq := int64(8); seq <= 20; seq++ {
		r.push(newMessage(msg(seq, 1)))
		if want := max(7, seq-3); r.floor != want || r.n != int(min(3, seq-7)) {
			t.Fatalf("after %d: floor %d, %d kept", seq, r.floor, r.n)
		}
	}
	for _, c := range []struct{ seq, first int64 }{{17, 18}, {18, 19}, {19, 20}} {
		if got := r.at(r.after(c.seq)).Seq; got != c.first {
			t.Errorf("after %d comes %d", c.seq, got)
		}
	}
	if r.after(20) != 3 {
		t.Error("something comes after the last")
	}
	r.push(newMessage(bigMsg(21, 1, 880)))
	if r.n != 2 || r.floor != 19 || r.bytes > 1000 {
		t.Errorf("by size: %d kept, %d bytes, floor %d", r.n, r.bytes, r.floor)
	}
	r.push(newMessage(bigMsg(22, 1, 5000)))
	if r.n != 0 || r.floor != 22 || r.bytes != 0 {
		t.Errorf("too large to keep: %d kept, %d bytes, floor %d", r.n, r.bytes, r.floor)
	}
	r.clear(3)
	if r.n != 0 || r.floor != 3 {
		t.Errorf("cleared: %d kept, floor %d", r.n, r.floor)
	}
}

// TestClassesShareAFrame: the same text is framed once.
func TestClassesShareAFrame(t *testing.T) {
	m := msg(1, 1)
	m.Frames[2] = []byte(`{"seq":1}`)
	got := newMessage(m)
	if got.frames[0] != got.frames[1] || got.frames[1] != got.frames[3] || got.frames[0] == got.frames[2] {
		t.Error("frames are not shared by text")
	}
	if want := len(got.frames[0].plain) + len(got.frames[2].plain); got.size != want {
		t.Errorf("size %d, want %d", got.size, want)
	}
}
