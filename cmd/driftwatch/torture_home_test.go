package main_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// home is one installation under torture: its directory, and the address that its server always has.
type home struct {
	t    testing.TB
	data string
	addr string
	url  string
	env  []string
	http *http.Client
}

// newHome makes an empty installation.
func newHome(t testing.TB) *home {
	t.Helper()
	h := &home{t: t, data: freshDir(t), addr: freeAddr(t)}
	h.url = "http://" + h.addr
	h.env = environment(h.data, "DRIFTWATCH_ADDR="+h.addr)
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	t.Cleanup(transport.CloseIdleConnections)
	h.http = &http.Client{Timeout: time.Minute, Transport: transport}
	return h
}

// freeAddr finds a port that nobody listens on; a server that comes back has to have the same one.
func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// process is a running driftwatch.
type process struct {
	t      testing.TB
	cmd    *exec.Cmd
	name   string
	out    bytes.Buffer // of standard output; read it after the end
	log    words        // of standard error
	exited chan struct{}
	err    error
}

// words is what a process has said so far.
type words struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *words) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(b)
}

func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// start runs the program; it is killed with the test at the latest.
func (h *home) start(stdin string, args ...string) *process {
	h.t.Helper()
	p := &process{t: h.t, name: strings.Join(args, " "), exited: make(chan struct{})}
	p.cmd = exec.Command(program, args...)
	p.cmd.Env = h.env
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = strings.NewReader(stdin), &p.out, &p.log
	p.cmd.WaitDelay = 2 * time.Second
	if err := p.cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.exited)
	}()
	h.t.Cleanup(func() {
		p.kill()
		if text := p.log.String(); strings.Contains(text, "panic:") || strings.Contains(text, "goroutine ") {
			h.t.Errorf("%s panicked:\n%s", p.name, text)
		}
	})
	return p
}

// kill is kill -9, and waits for the end.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	p.wait(time.Minute)
}

// wait waits for the process to end and returns its exit code.
func (p *process) wait(limit time.Duration) int {
	p.t.Helper()
	select {
	case <-p.exited:
	case <-time.After(limit):
		p.t.Errorf("%s did not end within %v:\n%s", p.name, limit, p.log.String())
		_ = p.cmd.Process.Kill()
		<-p.exited
	}
	return p.cmd.ProcessState.ExitCode()
}

func (p *process) running() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// run runs a command to its end, which must be a good one, and returns its answer.
func (h *home) run(stdin string, args ...string) string {
	h.t.Helper()
	p := h.start(stdin, args...)
	if code := p.wait(10 * time.Minute); code != 0 {
		h.t.Fatalf("%s: exit %d\n%s", p.name, code, p.log.String())
	}
	return p.out.String()
}

// serve starts the server and waits until it is ready. A command that runs beside it may have taken
// the directory's PostgreSQL in the moment when no server was there: then it is started again, as
// whoever watches over a service does.
func (h *home) serve() *process {
	h.t.Helper()
	deadline := time.Now().Add(90 * time.Second)
	p := h.start("", "serve")
	for !h.ready() {
		if !p.running() {
			if text := p.log.String(); !strings.Contains(text, "in use") && !strings.Contains(text, "held by") {
				h.t.Fatalf("the server ended:\n%s", text)
			}
			p = h.start("", "serve")
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("the server is not ready:\n%s", p.log.String())
		}
		<-time.After(20 * time.Millisecond)
	}
	return p
}

// ready asks /readyz.
func (h *home) ready() bool {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url+"/readyz", http.NoBody)
	if err != nil {
		h.t.Fatal(err)
	}
	res, err := h.http.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// postmaster is the process id of the installation's PostgreSQL, 0 where none runs.
func (h *home) postmaster() int {
	text, err := os.ReadFile(filepath.Join(h.data, "postgres", "postmaster.pid"))
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return 0
	}
	return pid
}

// connect opens a connection as the owner.
func (h *home) connect() *pgx.Conn {
	h.t.Helper()
	return connect(h.t, strings.TrimSpace(h.run("", "config", "database-url")))
}

func connect(t testing.TB, dsn string) *pgx.Conn {
	t.Helper()
	var conn *pgx.Conn
	eventually(t, time.Minute, "a connection to the database", func() (ok bool) {
		var err error
		conn, err = pgx.Connect(context.Background(), dsn)
		return err == nil
	})
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// eventually waits for a condition, looking often.
func eventually(t testing.TB, limit time.Duration, what string, cond func() bool) {
	t.Helper()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	end := time.NewTimer(limit)
	defer end.Stop()
	for !cond() {
		select {
		case <-look.C:
		case <-end.C:
			t.Fatalf("waited %v in vain for %s", limit, what)
		}
	}
}
