package localpg

import (
	"context"
	"os"
	"strconv"
	"testing"
)

func itoa(n int) string { return strconv.Itoa(n) }

func attach(t *testing.T, dir string) *Server {
	t.Helper()
	s, err := Attach(limit(t), Options{DataDir: dir, Volatile: true})
	must(t, err)
	t.Cleanup(func() { _ = s.Stop(context.Background()) })
	return s
}

func TestAttachToRunning(t *testing.T) {
	dir := dataDir(t)
	child := launch(t, os.Args[0], "start:"+dir, nil)
	s := attach(t, dir)
	if s.Owned() || s.DSN() != child.dsn || s.PID() != child.pid {
		t.Errorf("owned %v, %s, postmaster %d; want the running one %s, %d", s.Owned(), s.DSN(), s.PID(), child.dsn, child.pid)
	}
	must(t, s.Stop(limit(t)))
	if ping(limit(t), child.dsn) != nil {
		t.Error("the server ended with a guest")
	}
}

func TestAttachStartsAndStops(t *testing.T) {
	s := attach(t, dataDir(t))
	pid := s.PID()
	if !s.Owned() || ping(limit(t), s.DSN()) != nil {
		t.Errorf("owned %v, answer %v", s.Owned(), ping(limit(t), s.DSN()))
	}
	must(t, s.Stop(limit(t)))
	if alive(pid) {
		t.Error("the server outlived the command that started it")
	}
}

// Two commands at once, no server: the one that started PostgreSQL must not
// take it away from the other.
func TestAttachWaitsForGuests(t *testing.T) {
	dir := dataDir(t)
	owner := attach(t, dir)
	guest := launch(t, os.Args[0], "attach:"+dir, nil)
	stopped := make(chan error, 1)
	go func() { stopped <- owner.Stop(limit(t)) }()
	run(t, guest.dsn, "CREATE TABLE kept (n int)")
	select {
	case err := <-stopped:
		t.Fatalf("stopped (%v) while a guest was there", err)
	default:
	}
	must(t, guest.stdin.Close())
	must(t, guest.cmd.Wait())
	must(t, <-stopped)
}

// Many commands started at the same moment agree on one server.
func TestAttachTogether(t *testing.T) {
	dir := dataDir(t)
	const n = 4
	type result struct {
		s   *Server
		err error
	}
	got := make(chan result, n)
	for range n {
		go func() {
			s, err := Attach(limit(t), Options{DataDir: dir, Volatile: true})
			got <- result{s, err}
		}()
	}
	var owner *Server
	var guests []*Server
	for range n {
		r := <-got
		must(t, r.err)
		if !r.s.Owned() {
			guests = append(guests, r.s)
		} else if owner == nil {
			owner = r.s
		} else {
			t.Fatal("two owners")
		}
	}
	for _, g := range guests {
		if g.DSN() != owner.DSN() {
			t.Errorf("%s and %s", g.DSN(), owner.DSN())
		}
		must(t, g.Stop(limit(t)))
	}
	must(t, owner.Stop(limit(t)))
}
