package live

import (
	"bufio"
	"net"
	"net/http"
	"syscall"
)

// Sizes of the library's buffers. A control frame of 2+125 bytes must fit the
// write buffer whole, so that the library hands it over in one Write.
const (
	readBuffer  = 128
	writeBuffer = 256
)

// wire stands under the library in place of the network connection. It reads from
// it, but what the library writes, always one whole control frame, goes to the
// client's queue.
type wire struct {
	net.Conn
	client *client
	early  []byte // read by net/http before the upgrade
}

func (w *wire) Read(p []byte) (int, error) {
	if len(w.early) > 0 {
		n := copy(p, w.early)
		w.early = w.early[n:]
		return n, nil
	}
	return w.Conn.Read(p)
}

func (w *wire) Write(p []byte) (int, error) {
	w.client.control(p)
	return len(p), nil
}

func (w *wire) Close() error { return w.client.base.Close() }

// upgrade is the ResponseWriter given to the library: hijacking it puts a wire
// under the library and small buffers in place of net/http's.
type upgrade struct {
	http.ResponseWriter
	client *client
}

// Unwrap lets http.ResponseController reach the server's own writer.
func (u *upgrade) Unwrap() http.ResponseWriter { return u.ResponseWriter }

// Hijack takes the connection from net/http.
func (u *upgrade) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(u.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	w := &wire{Conn: conn, client: u.client}
	if n := rw.Reader.Buffered(); n > 0 {
		early, err := rw.Peek(n)
		if err != nil {
			return nil, nil, err
		}
		w.early = append(w.early, early...)
	}
	u.client.attachConn(conn)
	return w, bufio.NewReadWriter(bufio.NewReaderSize(w, readBuffer), bufio.NewWriterSize(w, writeBuffer)), nil
}

// attachConn gives the client its connection, and the way to write without
// waiting where there is one.
func (c *client) attachConn(conn net.Conn) {
	c.conn, c.base = conn, conn
	if t, ok := conn.(interface{ NetConn() net.Conn }); ok {
		c.base = t.NetConn() // closing TLS properly could wait for the peer
	}
	if b, ok := c.base.(interface{ SetWriteBuffer(int) error }); ok {
		// Without it the kernel would take megabytes for a peer that reads nothing. A
		// refusal leaves the kernel's own bound, which is no reason to refuse the peer.
		_ = b.SetWriteBuffer(c.hub.opts.SendBuffer)
	}
	if s, ok := conn.(syscall.Conn); ok && canTry {
		if raw, err := s.SyscallConn(); err == nil {
			c.raw = raw
		}
	}
}
