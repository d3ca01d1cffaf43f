package live

import (
	"context"
	"fmt"
)

// follower is a reader on its way from since to live. Everything up to cursor
// is sent or not for it.
type follower struct {
	hub    *Hub
	c      *client
	replay Replay
	epoch  int
	cursor int64
	// known: a page has shown that cursor is a number that was given. Before that,
	// one above the newest may come from a database that was restored.
	known bool
}

// catchUp brings the client from since to live.
func (h *Hub) catchUp(ctx context.Context, c *client, since int64, given bool, replay Replay) error {
	f := &follower{hub: h, c: c, replay: replay, cursor: since}
	h.mu.Lock()
	f.epoch = h.epoch
	h.mu.Unlock()
	if !given {
		return f.fromNow(nil)
	}
	for {
		done, err := f.join(ctx)
		if done || err != nil {
			return err
		}
		before, known := f.cursor, f.known
		ok, err := f.page(ctx)
		if err != nil {
			return err
		}
		if ok && known && f.cursor == before {
			return fmt.Errorf("the replay source ends at %d, before what was already published", before)
		}
		if !ok {
			h.resets.Add(1)
			return f.fromNow([][]byte{resetFrame})
		}
	}
}

// page replays the next page. It returns false where there is a gap between the
// cursor and what is kept.
func (f *follower) page(ctx context.Context) (bool, error) {
	p, err := f.read(ctx)
	if err != nil {
		return false, err
	}
	oldest := p.Oldest
	if oldest == 0 {
		oldest = p.Newest + 1 // nothing is kept
	}
	everything := f.cursor == 0 && !f.known
	if f.cursor > p.Newest || (!everything && f.cursor+1 < oldest) {
		return false, nil
	}
	var frames [][]byte
	for i := range p.Messages {
		m := &p.Messages[i]
		if m.Seq <= f.cursor {
			continue
		}
		f.cursor = m.Seq
		if f.c.aud.may(m) {
			frames = append(frames, buildFrame(flagFin|opText, m.Frames[f.c.aud.Class]))
		}
	}
	if len(p.Messages) < f.hub.opts.ReplayPage {
		f.cursor = max(f.cursor, p.Newest)
	}
	f.known = true
	return true, f.c.sendPatiently(ctx, frames)
}

// read asks for a page when it is this reader's turn.
func (f *follower) read(ctx context.Context) (Page, error) {
	select {
	case f.hub.replays <- struct{}{}:
	case <-ctx.Done():
		return Page{}, ctx.Err()
	}
	defer func() { <-f.hub.replays }()
	p, err := f.replay.Read(ctx, f.cursor, f.hub.opts.ReplayPage)
	if err != nil {
		return Page{}, fmt.Errorf("read missed messages after %d: %w", f.cursor, err)
	}
	return p, nil
}

// join makes the client live if the ring reaches back to the cursor. Where the
// ring holds more than may wait for one socket, it first sends a part; false and
// no error mean that a page has to be read.
func (f *follower) join(ctx context.Context) (bool, error) {
	for {
		f.hub.mu.Lock()
		inRing := f.cursor >= f.hub.ring.floor && (f.known || f.cursor <= f.hub.newest)
		if f.epoch != f.hub.epoch {
			f.hub.mu.Unlock()
			f.hub.resets.Add(1)
			return true, f.fromNow([][]byte{resetFrame})
		}
		if !inRing {
			f.hub.mu.Unlock()
			return false, nil
		}
		frames, more := f.fromRing()
		if !more {
			flush, err := f.live(frames)
			f.hub.mu.Unlock()
			flush()
			return true, err
		}
		f.hub.mu.Unlock()
		if err := f.c.sendPatiently(ctx, frames); err != nil {
			return false, err
		}
	}
}

// fromRing collects what the ring holds for the client, half a queue at most.
// The caller holds hub.mu.
func (f *follower) fromRing() (frames [][]byte, more bool) {
	r, size := f.hub.ring, 0
	for i := r.after(f.cursor); i < r.n; i++ {
		m := r.at(i)
		if f.c.aud.may(&m.Message) {
			b := m.frames[f.c.aud.Class].bytes(false)
			size += len(b)
			if len(frames) > 0 && (len(frames) >= f.hub.opts.QueueMessages/2 || size > f.hub.opts.QueueBytes/2) {
				return frames, true
			}
			frames = append(frames, b)
		}
		f.cursor = m.Seq
	}
	return frames, false
}

// fromNow makes the client live at the newest message, after the given frames.
func (f *follower) fromNow(frames [][]byte) error {
	f.hub.mu.Lock()
	f.cursor = f.hub.newest
	flush, err := f.live(frames)
	f.hub.mu.Unlock()
	flush()
	return err
}

// live puts the client into the emptiest shard, behind the frames. The caller
// holds hub.mu, and calls flush without it.
func (f *follower) live(frames [][]byte) (flush func(), err error) {
	h, c := f.hub, f.c
	if _, ok := h.clients[c]; !ok {
		return func() {}, ErrGone
	}
	best := h.shards[0]
	for _, s := range h.shards[1:] {
		if s.n < best.n {
			best = s
		}
	}
	flush = c.preload(frames)
	c.last = f.cursor
	c.shard = best
	best.n++
	best.push(order{join: c})
	return flush, nil
}
