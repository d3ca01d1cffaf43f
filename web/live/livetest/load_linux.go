package livetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
)

// pause between two looks at the sockets when there is nothing. Waiting inside
// epoll instead would wake a thread for each frame, and those switches, which no
// server has whose browsers are elsewhere, would be most of what is measured. It
// is the resolution of the times.
const pause = 500 * time.Microsecond

const (
	opClose = 0x8
	opPing  = 0x9
)

// pong answers an empty ping: masked with zeros, empty.
var pong = []byte{0x8a, 0x80, 0, 0, 0, 0}

// socket is one browser: its descriptor and how far its next frame has come.
type socket struct {
	fd   int
	head [10]byte
	n    int // bytes of head
	left int // bytes of the payload still to come
}

// load is many browsers, shared out among as many watchers as there are
// processors, so that the load is not the slowest part.
type load struct {
	sockets  int
	watchers []*watcher
	took     []time.Duration
}

// watcher is the browsers waited for by one epoll.
type watcher struct {
	sockets []socket
	epoll   int
	events  []syscall.EpollEvent
	buf     []byte
	took    []time.Duration
}

func newLoad(n int) (*load, error) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return nil, fmt.Errorf("read the limit of open files: %w", err)
	}
	// The Go runtime has raised the soft limit to the hard one.
	if need := 2*uint64(n) + 100; limit.Cur < need {
		return nil, fmt.Errorf("%d sockets need %d open files, the limit is %d: raise it with ulimit -n", n, need, limit.Cur)
	}
	l := &load{sockets: n, took: make([]time.Duration, 0, n)}
	parts := min(runtime.GOMAXPROCS(0), n)
	for i := range parts {
		ep, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
		if err != nil {
			l.close()
			return nil, fmt.Errorf("make an epoll: %w", err)
		}
		size := n*(i+1)/parts - n*i/parts
		l.watchers = append(l.watchers, &watcher{
			sockets: make([]socket, 0, size),
			epoll:   ep,
			events:  make([]syscall.EpollEvent, 64),
			buf:     make([]byte, 64<<10),
			took:    make([]time.Duration, 0, size),
		})
	}
	return l, nil
}

// connect opens all sockets, in turn for each watcher.
func (l *load) connect(ctx context.Context, addr *net.TCPAddr) error {
	to := &syscall.SockaddrInet4{Port: addr.Port}
	copy(to.Addr[:], addr.IP.To4())
	ask := fmt.Appendf(nil, "GET /ws HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", addr)
	for i := range l.sockets {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := l.watchers[i%len(l.watchers)].open(to, ask); err != nil {
			return fmt.Errorf("connect socket %d of %d: %w", i+1, l.sockets, err)
		}
	}
	return nil
}

// open connects one socket more.
func (w *watcher) open(to syscall.Sockaddr, ask []byte) error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	w.sockets = append(w.sockets, socket{fd: fd})
	if err := w.upgrade(fd, to, ask); err != nil {
		return err
	}
	ev := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(len(w.sockets) - 1)}
	return syscall.EpollCtl(w.epoll, syscall.EPOLL_CTL_ADD, fd, &ev)
}

func (w *watcher) upgrade(fd int, to syscall.Sockaddr, ask []byte) error {
	if err := syscall.Connect(fd, to); err != nil {
		return err
	}
	if _, err := syscall.Write(fd, ask); err != nil {
		return err
	}
	// Nothing follows the answer before the first message is published.
	answer := w.buf[:0]
	for !bytes.HasSuffix(answer, []byte("\r\n\r\n")) {
		n, err := syscall.Read(fd, w.buf[len(answer):])
		if err == syscall.EINTR {
			continue
		}
		if n <= 0 {
			return fmt.Errorf("no answer: %w", err)
		}
		answer = w.buf[:len(answer)+n]
	}
	if !bytes.HasPrefix(answer, []byte("HTTP/1.1 101 ")) {
		return fmt.Errorf("refused: %.80s", answer)
	}
	return syscall.SetNonblock(fd, true)
}

// collect waits until every socket has one more message and returns how long
// after began each came.
func (l *load) collect(ctx context.Context, began time.Time) ([]time.Duration, error) {
	var all errgroup.Group
	for _, w := range l.watchers {
		all.Go(func() error { return w.collect(ctx, began) })
	}
	if err := all.Wait(); err != nil {
		return nil, err
	}
	l.took = l.took[:0]
	for _, w := range l.watchers {
		l.took = append(l.took, w.took...)
	}
	return l.took, nil
}

func (w *watcher) collect(ctx context.Context, began time.Time) error {
	w.took = w.took[:0]
	for len(w.took) < len(w.sockets) {
		n, err := syscall.EpollWait(w.epoll, w.events, 0)
		if err != nil && err != syscall.EINTR {
			return fmt.Errorf("wait for messages: %w", err)
		}
		if n <= 0 {
			if err := ctx.Err(); err != nil {
				return fmt.Errorf("%d of %d sockets have the message: %w", len(w.took), len(w.sockets), err)
			}
			time.Sleep(pause)
			continue
		}
		for _, ev := range w.events[:n] {
			if err := w.receive(&w.sockets[ev.Fd], began); err != nil {
				return err
			}
		}
	}
	return nil
}

// receive reads what one socket has.
func (w *watcher) receive(s *socket, began time.Time) error {
	n, err := syscall.Read(s.fd, w.buf)
	switch {
	case err == syscall.EAGAIN || err == syscall.EINTR:
		return nil
	case err != nil:
		return fmt.Errorf("read a message: %w", err)
	case n == 0:
		return errors.New("the server closed a connection")
	}
	return s.parse(w.buf[:n], func() { w.took = append(w.took, time.Since(began)) })
}

// parse goes on with the frame under way and calls message for each text frame
// that is complete.
func (s *socket) parse(b []byte, message func()) error {
	for len(b) > 0 {
		if s.left > 0 {
			n := min(s.left, len(b))
			s.left -= n
			b = b[n:]
		} else {
			s.head[s.n] = b[0]
			s.n++
			b = b[1:]
			if s.n < s.headSize() {
				continue
			}
			s.left = s.payloadSize()
		}
		if s.left > 0 {
			continue
		}
		op := s.head[0] & 0xf
		s.n = 0
		switch op {
		case opClose:
			return errors.New("the server sent a close frame")
		case opPing:
			if _, err := syscall.Write(s.fd, pong); err != nil {
				return fmt.Errorf("answer a ping: %w", err)
			}
		default:
			message()
		}
	}
	return nil
}

// headSize is how long the head is as far as it is known.
func (s *socket) headSize() int {
	switch {
	case s.n < 2:
		return 2
	case s.head[1] == 126:
		return 4
	case s.head[1] == 127:
		return 10
	}
	return 2
}

func (s *socket) payloadSize() int {
	n := 0
	ext := s.head[2:s.n]
	if len(ext) == 0 {
		return int(s.head[1])
	}
	for _, b := range ext {
		n = n<<8 | int(b)
	}
	return n
}

func (l *load) close() {
	for _, w := range l.watchers {
		for i := range w.sockets {
			_ = syscall.Close(w.sockets[i].fd)
		}
		_ = syscall.Close(w.epoll)
	}
}
