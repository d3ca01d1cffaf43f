//go:build unix

package live

import (
	"sync"
	"syscall"
)

// canTry says that sockets can be written without waiting here.
const canTry = true

// attempt carries one write through RawConn without allocating.
type attempt struct {
	buf []byte
	n   int
	err error
	do  func(fd uintptr) bool
}

var attempts = sync.Pool{New: func() any {
	a := new(attempt)
	a.do = a.write
	return a
}}

// write always reports that it is done: the poller is never asked to wait.
func (a *attempt) write(fd uintptr) bool {
	for {
		a.n, a.err = syscall.Write(int(fd), a.buf)
		if a.err != syscall.EINTR {
			return true
		}
	}
}

// try writes what the socket takes at once, possibly nothing.
func (c *client) try(p []byte) (int, error) {
	if c.raw == nil {
		return 0, nil
	}
	a := attempts.Get().(*attempt)
	defer func() {
		a.buf = nil
		attempts.Put(a)
	}()
	a.buf, a.n, a.err = p, 0, nil
	if err := c.raw.Write(a.do); err != nil {
		return 0, err
	}
	if a.err == syscall.EAGAIN {
		return 0, nil
	}
	if a.err != nil {
		return 0, a.err
	}
	return a.n, nil
}
