package main_test

import (
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"
)

// cut is a way in which a link goes bad.
type cut int

// The cuts. Those that swallow let bytes vanish and keep the connection, which looks like a quiet night.
const (
	cutNone        cut = iota
	cutFIN             // both ends are closed in order
	cutRST             // both ends are reset
	cutDelay           // what comes waits first
	cutSwallowDown     // what the server sends vanishes
	cutSwallowUp       // what the browser sends vanishes
	cutSwallowBoth
	cutTruncate // a part of what the server sends next comes through, then the end
	cuts        = iota
)

func (c cut) String() string {
	return [...]string{"none", "FIN", "RST", "delay", "swallow down", "swallow up", "swallow both", "truncate"}[c]
}

// badLink is a TCP proxy between a browser and a server, and the one thing between them that goes wrong.
type badLink struct {
	t      *testing.T
	server string
	listen net.Listener
	ended  sync.WaitGroup

	mu    sync.Mutex
	fresh cut            // what new connections suffer
	delay time.Duration  // of cutDelay
	conns map[*wire]bool // open now
}

// wire is one connection through the proxy. Its cut is guarded by the proxy's lock.
type wire struct {
	link        *badLink
	cut         cut
	down, up    net.Conn // to the browser and to the server
	part        int      // what cutTruncate lets through of the next piece
	endedByHalf sync.Once
}

// newBadLink starts a proxy before a server; it ends with the test.
func newBadLink(t *testing.T, server string) *badLink {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &badLink{t: t, server: server, listen: l, conns: map[*wire]bool{}}
	p.ended.Go(p.accept)
	t.Cleanup(func() {
		_ = l.Close()
		p.mu.Lock()
		for w := range p.conns {
			w.close()
		}
		p.mu.Unlock()
		p.ended.Wait()
	})
	return p
}

func (p *badLink) url() string { return "http://" + p.listen.Addr().String() }

func (p *badLink) accept() {
	for {
		down, err := p.listen.Accept()
		if err != nil {
			return
		}
		up, err := net.Dial("tcp", p.server)
		if err != nil {
			_ = down.Close()
			continue
		}
		w := &wire{link: p, down: down, up: up}
		p.mu.Lock()
		p.conns[w] = true
		w.suffer(p.fresh, 0)
		p.mu.Unlock()
		p.ended.Go(func() { w.carry(down, up, cutSwallowUp) })
		p.ended.Go(func() { w.carry(up, down, cutSwallowDown) })
	}
}

// strike makes every connection suffer, and those that are made from now on.
func (p *badLink) strike(open, fresh cut, delay time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fresh, p.delay = fresh, delay
	for w := range p.conns {
		w.suffer(open, rand.IntN(60))
	}
}

// heal lets new connections through. A swallowed one stays swallowed: nothing brings back what vanished.
func (p *badLink) heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fresh, p.delay = cutNone, 0
	for w := range p.conns {
		if w.cut == cutDelay {
			w.cut = cutNone
		}
	}
}

// suffer is called under the proxy's lock.
func (w *wire) suffer(c cut, part int) {
	if w.cut >= cutSwallowDown {
		return // it is as good as dead
	}
	w.cut, w.part = c, part
	switch c {
	case cutRST:
		for _, c := range []net.Conn{w.down, w.up} {
			if tcp, ok := c.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
		}
		w.close()
	case cutFIN:
		w.close()
	}
}

func (w *wire) close() {
	_ = w.down.Close()
	_ = w.up.Close()
}

// carry brings bytes from one end to the other until one has gone. mine is the cut that swallows them.
func (w *wire) carry(from, to net.Conn, mine cut) {
	b := make([]byte, 16<<10)
	for {
		n, err := from.Read(b)
		if err != nil {
			break
		}
		w.link.mu.Lock()
		c, delay, part := w.cut, w.link.delay, w.part
		w.link.mu.Unlock()
		piece := b[:n]
		switch {
		case c == cutSwallowBoth || c == mine:
			continue
		case c == cutDelay:
			<-time.After(delay) // of a slow wire, not of the test
		case c == cutTruncate && mine == cutSwallowDown:
			piece = piece[:min(part, n)]
		}
		if _, err := to.Write(piece); err != nil || len(piece) < n || c == cutTruncate && mine == cutSwallowDown {
			break
		}
	}
	w.endedByHalf.Do(w.close)
	w.link.mu.Lock()
	delete(w.link.conns, w)
	w.link.mu.Unlock()
}
