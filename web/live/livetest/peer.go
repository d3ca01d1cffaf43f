package livetest

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/driftwatch/driftwatch/web/live"
)

const (
	peerQueue        = 256
	peerWriteTimeout = 5 * time.Second
)

// peerHub is the usual hub: every client has a channel and a goroutine that
// writes from it through the library.
type peerHub struct {
	mu      sync.Mutex
	clients map[*peerClient]struct{}
	stop    chan struct{}
	done    sync.WaitGroup
}

type peerClient struct {
	aud  live.Audience
	msgs chan []byte
	slow context.CancelFunc
}

func newPeerHub() *peerHub {
	return &peerHub{clients: make(map[*peerClient]struct{}), stop: make(chan struct{})}
}

// publish offers the message to every client's channel.
func (h *peerHub) publish(m live.Message) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.clients {
		if !live.May(c.aud, m) {
			continue
		}
		select {
		case c.msgs <- m.Frames[c.aud.Class]:
		default:
			c.slow()
		}
	}
	return nil
}

func (h *peerHub) serve(w http.ResponseWriter, r *http.Request, aud live.Audience) error {
	h.done.Add(1)
	defer h.done.Done()
	ws, err := websocket.Accept(w, r, nil)
	if err != nil {
		return err
	}
	defer func() { _ = ws.CloseNow() }()
	ctx, cancel := context.WithCancel(ws.CloseRead(context.Background()))
	defer cancel()
	c := &peerClient{aud: aud, msgs: make(chan []byte, peerQueue), slow: cancel}
	h.mu.Lock()
	h.clients[c] = struct{}{}
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		delete(h.clients, c)
		h.mu.Unlock()
	}()
	for {
		select {
		case text := <-c.msgs:
			if err := writeOne(ctx, ws, text); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		case <-h.stop:
			return nil
		}
	}
}

func writeOne(ctx context.Context, ws *websocket.Conn, text []byte) error {
	ctx, cancel := context.WithTimeout(ctx, peerWriteTimeout)
	defer cancel()
	return ws.Write(ctx, websocket.MessageText, text)
}

func (h *peerHub) connections() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.clients)
}

func (h *peerHub) shutdown() {
	close(h.stop)
	h.done.Wait()
}
