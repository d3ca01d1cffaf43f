package live

import (
	"context"
	"errors"
	"net"
	"os"
	"time"
)

// chunkBytes bounds what is given to the kernel at once.
const chunkBytes = 64 << 10

// send writes the frames, or queues what the socket does not take at once.
func (c *client) send(frames [][]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closing {
		c.sendLocked(frames)
	}
}

func (c *client) sendLocked(frames [][]byte) {
	if !c.busy {
		frames = c.tryFrames(frames)
		if len(frames) == 0 && len(c.rest) == 0 {
			return
		}
		c.busy = true
		c.hub.clientWG.Go(c.drain)
	}
	for _, f := range frames {
		full := len(c.queue) >= c.hub.opts.QueueMessages || c.queued+len(f) > c.hub.opts.QueueBytes
		if full && len(c.queue) > 0 {
			c.hub.slow.Add(1)
			c.shutLocked(closeFrame(StatusSlow, "messages were not taken in time"))
			return
		}
		c.enqueue(f)
	}
}

func (c *client) enqueue(f []byte) {
	c.queue = append(c.queue, f)
	c.queued += len(f)
	raise(&c.hub.queueHigh, int64(len(c.queue)))
}

// tryFrames writes as much as the socket takes without waiting and returns the
// frames not begun. The rest of a frame that was begun is kept in c.rest.
func (c *client) tryFrames(frames [][]byte) [][]byte {
	for len(frames) > 0 {
		chunk, n := frames[0], 1
		if len(frames) > 1 && len(chunk) < chunkBytes {
			chunk, n = joined(frames)
		}
		written, err := c.try(chunk)
		if err != nil {
			c.closing = true
			c.base.Close() // the reader notices and ends the client
			return nil
		}
		if written == len(chunk) {
			frames = frames[n:]
			continue
		}
		for written >= len(frames[0]) {
			written -= len(frames[0])
			frames = frames[1:]
		}
		if written > 0 {
			c.rest = frames[0][written:]
			frames = frames[1:]
		}
		return frames
	}
	return nil
}

// joined copies the first frames into one piece.
func joined(frames [][]byte) (chunk []byte, n int) {
	for _, f := range frames {
		if n > 0 && len(chunk)+len(f) > chunkBytes {
			break
		}
		chunk = append(chunk, f...)
		n++
	}
	return chunk, n
}

// drain writes the queue with patience, then hands writing back.
func (c *client) drain() {
	for c.flush() {
	}
}

// flush writes one chunk of the queue and reports whether there was one. It gives
// busy up when there is not.
func (c *client) flush() bool {
	c.mu.Lock()
	chunk := c.takeChunk()
	if len(chunk) == 0 {
		_ = c.conn.SetWriteDeadline(time.Time{})
		c.busy = false
		c.freeLocked()
		c.mu.Unlock()
		return false
	}
	c.mu.Unlock()

	_ = c.conn.SetWriteDeadline(time.Now().Add(c.hub.opts.WriteTimeout))
	if _, err := chunk.WriteTo(c.conn); err != nil {
		c.mu.Lock()
		if !c.closing && errors.Is(err, os.ErrDeadlineExceeded) {
			c.hub.slow.Add(1)
		}
		c.closing = true
		c.queue, c.queued, c.rest = nil, 0, nil
		c.mu.Unlock()
		c.base.Close()
	}
	return true
}

// takeChunk moves the head of the queue out of it.
func (c *client) takeChunk() net.Buffers {
	var chunk net.Buffers
	size := 0
	if len(c.rest) > 0 {
		chunk, size = append(chunk, c.rest), len(c.rest)
		c.rest = nil
	}
	n := 0
	for _, f := range c.queue {
		if size > 0 && size+len(f) > chunkBytes {
			break
		}
		chunk = append(chunk, f)
		size += len(f)
		c.queued -= len(f)
		n++
	}
	if n == len(c.queue) {
		c.queue = nil
	} else {
		c.queue = c.queue[n:]
	}
	return chunk
}

func (c *client) freeLocked() {
	if c.idle != nil {
		close(c.idle)
		c.idle = nil
	}
}

// preload queues frames without writing and without bound, so that it can be done
// under hub.mu. The returned function then writes them.
func (c *client) preload(frames [][]byte) (flush func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing || len(frames) == 0 {
		return func() {}
	}
	for _, f := range frames {
		c.enqueue(f)
	}
	if c.busy {
		return func() {} // who is writing goes on with these
	}
	c.busy = true
	return c.drain
}

// sendPatiently writes frames in the caller's goroutine, waiting for the peer.
func (c *client) sendPatiently(ctx context.Context, frames [][]byte) error {
	for {
		c.mu.Lock()
		if c.closing {
			c.mu.Unlock()
			return ErrGone
		}
		if !c.busy {
			for _, f := range frames {
				c.enqueue(f)
			}
			c.busy = true
			c.mu.Unlock()
			c.drain()
			return nil
		}
		if c.idle == nil {
			c.idle = make(chan struct{})
		}
		idle := c.idle
		c.mu.Unlock()
		select {
		case <-idle:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
