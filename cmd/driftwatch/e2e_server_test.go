package main_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// server is a running `driftwatch serve`.
type server struct {
	dir string // its data directory
	url string // where it answers
	cmd *exec.Cmd

	mu    sync.Mutex
	lines []string      // what it said
	more  chan struct{} // closed and made anew with every line, closed for good at its end
	ended chan struct{} // closed when the process is gone
	err   error         // how it ended; read after ended
}

// startServer starts the server and returns at once; the caller stops it.
func startServer(t testing.TB, dir, addr string, args ...string) *server {
	t.Helper()
	s := &server{dir: dir, more: make(chan struct{}), ended: make(chan struct{})}
	s.cmd = exec.Command(program, append([]string{"serve"}, args...)...)
	s.cmd.Env = environment(dir, "DRIFTWATCH_ADDR="+addr)
	stderr, err := s.cmd.StderrPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	go s.read(stderr)
	return s
}

func (s *server) read(stderr io.Reader) {
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		s.mu.Lock()
		s.lines = append(s.lines, lines.Text())
		close(s.more)
		s.more = make(chan struct{})
		s.mu.Unlock()
	}
	s.err = s.cmd.Wait()
	close(s.ended)
}

// said is everything the server has said so far.
func (s *server) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines, "\n")
}

// heard waits until the server says something like the pattern and returns its groups.
func (s *server) heard(pattern string, within time.Duration) ([]string, error) {
	re := regexp.MustCompile(pattern)
	late := time.After(within)
	for {
		s.mu.Lock()
		more, said := s.more, strings.Join(s.lines, "\n")
		s.mu.Unlock()
		if m := re.FindStringSubmatch(said); m != nil {
			return m, nil
		}
		select {
		case <-more:
		case <-s.ended:
			return nil, fmt.Errorf("the server ended (%w) and said\n%s", s.err, s.said())
		case <-late:
			return nil, fmt.Errorf("the server did not say %q within %v, but\n%s", pattern, within, said)
		}
	}
}

// readyWithin bounds a first start; the demo loads its history in it.
const readyWithin = 3 * time.Minute

// ready waits until the server says that it is ready.
func (s *server) ready() error {
	m, err := s.heard(`Driftwatch is ready: (http://\S+)`, readyWithin)
	if err == nil {
		s.url = m[1]
	}
	return err
}

// addr is the address that another server has to take to follow this one.
func (s *server) addr() string { return strings.TrimPrefix(s.url, "http://") }

// postmaster is the process of the private PostgreSQL.
func (s *server) postmaster() (int, error) {
	b, err := os.ReadFile(filepath.Join(s.dir, "postgres", "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(b), "\n")
	return strconv.Atoi(strings.TrimSpace(first))
}

// stop interrupts the server, as Ctrl-C does, and reports whether it ended in order and took its
// PostgreSQL with it.
func (s *server) stop() error {
	pg, err := s.postmaster()
	if err != nil {
		return fmt.Errorf("find the private PostgreSQL: %w", err)
	}
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		return fmt.Errorf("interrupt: %w", err)
	}
	select {
	case <-s.ended:
	case <-time.After(time.Minute):
		return fmt.Errorf("the server did not end within a minute and said\n%s", s.said())
	}
	if s.err != nil {
		return fmt.Errorf("the server ended with %w and said\n%s", s.err, s.said())
	}
	if err := inOrder(s.said(), "Stopping: no new requests", "Stopping the private PostgreSQL.", "Stopped. Everything that was accepted is kept."); err != nil {
		return err
	}
	if strings.Contains(s.said(), "DATA RACE") {
		return fmt.Errorf("the race detector found something:\n%s", s.said())
	}
	if err := syscall.Kill(pg, 0); !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("PostgreSQL, process %d, is still there (%v)", pg, err)
	}
	return nil
}

// inOrder tells whether a text holds some pieces one after the other.
func inOrder(text string, pieces ...string) error {
	rest := text
	for _, p := range pieces {
		_, after, ok := strings.Cut(rest, p)
		if !ok {
			return fmt.Errorf("%q is missing, or out of order, in\n%s", p, text)
		}
		rest = after
	}
	return nil
}

// stopAtEnd stops the server with the test, unless the test has stopped it.
func (s *server) stopAtEnd(t testing.TB) {
	t.Cleanup(func() {
		select {
		case <-s.ended:
		default:
			if err := s.stop(); err != nil {
				t.Error(err)
			}
		}
	})
}

// serve starts a server for one test and waits until it is ready.
func serve(t testing.TB, dir, addr string, args ...string) *server {
	t.Helper()
	s := startServer(t, dir, addr, args...)
	s.stopAtEnd(t)
	if err := s.ready(); err != nil {
		t.Fatal(err)
	}
	return s
}

// anyPort lets the system choose where a server listens.
const anyPort = "127.0.0.1:0"

// get fetches an address, with a token where one is given.
func get(t testing.TB, address, token string) (int, []byte) {
	t.Helper()
	return request(t, http.DefaultClient, http.MethodGet, address, token, nil)
}

// request sends a request, as a browser does or, with a token, as a program, and reads the answer.
func request(t testing.TB, client *http.Client, method, address, token string, form url.Values, headers ...string) (int, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if token == "" {
		req.Header.Set("Accept", "text/html")
	} else {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, body
}

// signedIn is a browser without scripts, signed in.
func signedIn(t testing.TB, base, name, password string) *http.Client {
	t.Helper()
	client := newClient(t)
	code, body := request(t, client, http.MethodPost, base+"/login", "", url.Values{"name": {name}, "password": {password}})
	if code != http.StatusOK || strings.Contains(string(body), `name="password"`) {
		t.Fatalf("sign in as %s: %d\n%s", name, code, body)
	}
	return client
}
