package live

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/coder/websocket"
)

// readLimit bounds a message of the browser; any message ends the connection, so
// this only bounds what the library would read of one.
const readLimit = 1024

// Serve upgrades the request, replays what the reader missed and makes the
// connection live. It returns nil once it is live, which then lasts until the
// peer leaves, CloseKey or Shutdown; do not use w or r afterwards. The caller has
// checked the login; a foreign Origin is answered 403, a plain request 426, and
// above MaxConnections or after Shutdown 503, all before the upgrade and with
// an error returned.
//
// With given, everything after since is sent first: from the ring where it
// reaches back far enough, else by replay; since 0 asks for all that is kept.
// Where since is older than what is kept, or newer than the newest (a restored
// database), the reader gets one {"type":"RESET"} and is live from now. Without
// given it is live from now.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, who Audience, since int64, given bool, replay Replay) error {
	if err := h.enter(); err != nil {
		w.Header().Set("Retry-After", "5")
		http.Error(w, "The live channel is not available just now. The page tries again by itself.", http.StatusServiceUnavailable)
		return err
	}
	defer h.leave()
	c, err := h.accept(w, r, who)
	if err != nil {
		h.settle(nil)
		return err
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	c.cancel = cancel
	open := h.settle(c)
	h.clientWG.Go(c.read)
	defer c.release()
	if !open {
		c.shut(StatusGoingAway, "the server is stopping")
		return ErrClosed
	}
	if h.opts.Confirm != nil {
		if err := h.opts.Confirm(ctx, who); err != nil {
			if c.shut(StatusRevoked, "signed out or rights changed") {
				h.revoked.Add(1)
			}
			return fmt.Errorf("confirm: %w", err)
		}
	}
	err = h.catchUp(ctx, c, since, given, replay)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ErrGone
	}
	if !c.shut(StatusReplayFailed, "what was missed could not be read") {
		return ErrGone
	}
	return err
}

// accept does the handshake.
func (h *Hub) accept(w http.ResponseWriter, r *http.Request, who Audience) (*client, error) {
	c := &client{hub: h, aud: who}
	u := &upgrade{ResponseWriter: w, client: c}
	ws, err := websocket.Accept(u, r, &websocket.AcceptOptions{
		OriginPatterns:  h.opts.Origins,
		CompressionMode: websocket.CompressionNoContextTakeover,
		OnPongReceived:  c.pong,
	})
	if err != nil {
		return nil, fmt.Errorf("upgrade: %w", err)
	}
	ws.SetReadLimit(readLimit)
	c.ws = ws
	c.deflate = strings.Contains(w.Header().Get("Sec-WebSocket-Extensions"), "permessage-deflate")
	return c, nil
}

// release lets go of the request once the client is live.
func (c *client) release() {
	c.mu.Lock()
	c.cancel = nil
	c.mu.Unlock()
}
