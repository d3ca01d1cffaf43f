package main_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// follower is a program on the socket that comes back whenever it is cut off, from where it was.
type follower struct {
	mu    sync.Mutex
	seq   int64 // the last event told
	told  int
	links int // how often it connected
}

func (f *follower) state() (seq int64, told, links int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.seq, f.told, f.links
}

// run follows until ctx ends. Every event must come, each once, in order.
func (f *follower) run(ctx context.Context, h *home, token string) (wait func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			f.once(ctx, h, token)
			select {
			case <-ctx.Done():
			case <-time.After(30 * time.Millisecond):
			}
		}
	}()
	return func() { <-done }
}

func (f *follower) once(ctx context.Context, h *home, token string) {
	f.mu.Lock()
	since := f.seq
	f.mu.Unlock()
	opening, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	conn, _, err := websocket.Dial(opening, h.url+"/ws?since="+strconv.FormatInt(since, 10), &websocket.DialOptions{
		HTTPHeader: http.Header{"Authorization": {"Bearer " + token}}, CompressionMode: websocket.CompressionContextTakeover,
	})
	if err != nil {
		return // the server is away
	}
	defer conn.CloseNow()
	conn.SetReadLimit(16 << 20)
	f.mu.Lock()
	f.links++
	f.mu.Unlock()
	for {
		_, frame, err := conn.Read(ctx)
		if err != nil {
			return
		}
		if !f.take(h.t, frame) {
			return
		}
	}
}

func (f *follower) take(t testing.TB, frame []byte) bool {
	var m struct {
		Seq  int64  `json:"seq"`
		Type string `json:"type"`
	}
	if err := json.Unmarshal(frame, &m); err != nil {
		t.Errorf("socket: %v in %s", err, frame)
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if m.Seq != f.seq+1 {
		t.Errorf("socket: after event %d came %s %d", f.seq, m.Type, m.Seq)
		f.seq = max(f.seq, m.Seq)
		return false
	}
	f.seq = m.Seq
	f.told++
	return true
}
