package web

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Server listens early and answers plainly until there is something to serve.
type Server struct {
	http     *http.Server
	listener net.Listener
	handler  atomic.Pointer[http.Handler]
	done     chan error
	secure   bool
}

// ServerOptions say where to listen. Cert and Key are both set or both empty.
type ServerOptions struct {
	Addr string // such as 127.0.0.1:8080; port 0 picks one
	Cert string // file of the certificate chain, reread when it changes
	Key  string
	Log  *slog.Logger
	// RequestWithin bounds how long a request may take to come in whole, and AnswerWithin how long
	// after its head its answer may take to go out: nobody holds a connection by doing nothing. Patient
	// and PatientWriter lift them for what moves. 0 is DefaultRequestWithin and DefaultAnswerWithin.
	RequestWithin, AnswerWithin time.Duration
}

// The bounds of requests; an answer may be a long poll of a minute.
const (
	headWithin           = 10 * time.Second
	DefaultRequestWithin = 30 * time.Second
	DefaultAnswerWithin  = 2 * time.Minute
)

// Listen opens the address and begins to answer: 503 for everything but /healthz, until Handle.
func Listen(ctx context.Context, o ServerOptions) (*Server, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", o.Addr)
	if err != nil {
		return nil, listenError(o.Addr, err)
	}
	s := &Server{listener: l, done: make(chan error, 1), secure: o.Cert != ""}
	var starting http.Handler = http.HandlerFunc(serveStarting)
	s.handler.Store(&starting)
	s.http = &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*s.handler.Load()).ServeHTTP(w, r) }),
		ReadHeaderTimeout: headWithin,
		ReadTimeout:       cmp.Or(o.RequestWithin, DefaultRequestWithin),
		WriteTimeout:      cmp.Or(o.AnswerWithin, DefaultAnswerWithin),
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug), // strangers' broken handshakes
	}
	if s.secure {
		certs := &certificate{cert: o.Cert, key: o.Key}
		if _, err := certs.get(nil); err != nil {
			return nil, errors.Join(err, l.Close())
		}
		s.http.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: certs.get}
	}
	go s.serve()
	return s, nil
}

func (s *Server) serve() {
	var err error
	if s.secure {
		err = s.http.ServeTLS(s.listener, "", "")
	} else {
		err = s.http.Serve(s.listener)
	}
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	s.done <- err
}

func serveStarting(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	if r.URL.Path == "/healthz" {
		_, _ = w.Write([]byte("ok\n")) // a reader that left cannot be told
		return
	}
	w.Header().Set("Retry-After", "1")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write([]byte("Driftwatch is starting. Try again in a moment.\n"))
}

// Handle serves h from now on.
func (s *Server) Handle(h http.Handler) { s.handler.Store(&h) }

// Addr is the address that is really listened on.
func (s *Server) Addr() *net.TCPAddr { return s.listener.Addr().(*net.TCPAddr) }

// URL is the address as a browser on this machine writes it.
func (s *Server) URL() string {
	scheme := "http"
	if s.secure {
		scheme = "https"
	}
	host := s.Addr().IP.String()
	if s.Addr().IP.IsUnspecified() {
		host = "localhost"
	}
	return fmt.Sprintf("%s://%s", scheme, net.JoinHostPort(host, fmt.Sprint(s.Addr().Port)))
}

// Failed yields the error that ended the server by itself.
func (s *Server) Failed() <-chan error { return s.done }

// Shutdown stops listening and waits for requests under way, until ctx ends; then they are cut off.
func (s *Server) Shutdown(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return s.http.Close()
	}
	return err
}

func listenError(addr string, err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return fmt.Errorf("cannot listen on %s: %w; choose another address with DRIFTWATCH_ADDR", addr, op.Err)
	}
	return fmt.Errorf("cannot listen on %s: %w", addr, err)
}

// certificate is a key pair that is read again when its files change.
type certificate struct {
	cert, key string

	mu     sync.Mutex
	pair   *tls.Certificate
	stamp  time.Time
	looked time.Time
}

// lookEvery bounds how often the files are looked at.
const lookEvery = time.Second

// get implements tls.Config.GetCertificate. A pair that cannot be read leaves the old one serving.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pair != nil && time.Since(c.looked) < lookEvery {
		return c.pair, nil
	}
	c.looked = time.Now()
	stamp, err := newest(c.cert, c.key)
	if err == nil && c.pair != nil && stamp.Equal(c.stamp) {
		return c.pair, nil
	}
	var pair tls.Certificate
	if err == nil {
		pair, err = tls.LoadX509KeyPair(c.cert, c.key)
	}
	if err != nil {
		if c.pair != nil {
			return c.pair, nil
		}
		return nil, fmt.Errorf("the TLS certificate cannot be read: %w", err)
	}
	c.pair, c.stamp = &pair, stamp
	return c.pair, nil
}

func newest(names ...string) (t time.Time, err error) {
	for _, n := range names {
		info, err := os.Stat(n)
		if err != nil {
			return t, err
		}
		if info.ModTime().After(t) {
			t = info.ModTime()
		}
	}
	return t, nil
}
