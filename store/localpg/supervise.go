package localpg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

const (
	minBackoff = 100 * time.Millisecond
	maxBackoff = 5 * time.Second
	// pipeGrace is how long a dead postmaster's children may keep its output
	// open before the launcher stops listening to them.
	pipeGrace = 2 * time.Second
)

// exit is how one run of the postmaster ended, and what it said last.
type exit struct {
	err  error
	tail string
}

// supervisor keeps one postmaster running until it is told to stop.
type supervisor struct {
	layout  layout
	command func() *exec.Cmd
	out     *logFile
	log     *slog.Logger

	exits chan exit     // the newest end that nobody has looked at yet
	gone  chan struct{} // closed when the loop has ended, and the postmaster with it

	quit context.Context // done when stop begins
	halt context.CancelFunc

	mu   sync.Mutex
	proc *os.Process // nil while none runs
}

func supervise(l layout, command func() *exec.Cmd, out *logFile, log *slog.Logger) *supervisor {
	s := &supervisor{
		layout: l, command: command, out: out, log: log,
		exits: make(chan exit, 1), gone: make(chan struct{}),
	}
	s.quit, s.halt = context.WithCancel(context.Background())
	go s.loop()
	return s
}

// loop starts the postmaster again whenever it ends unasked: it was killed,
// the disk was full for a while. Clients find it under the same address.
func (s *supervisor) loop() {
	// The kernel sends the parent-death signal when the starting thread ends,
	// not the process: this thread must stay.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(s.gone)
	backoff := minBackoff
	for {
		began := time.Now()
		end := s.once()
		if s.quit.Err() != nil {
			return
		}
		if time.Since(began) > 10*time.Second {
			backoff = minBackoff
		}
		select {
		case <-s.exits: // an older one that nobody read
		default:
		}
		s.exits <- end
		s.log.Warn("PostgreSQL ended unasked; starting it again", "reason", lastReason(end.tail), "wait", backoff)
		if pause(s.quit, backoff) != nil {
			return
		}
		backoff = min(2*backoff, maxBackoff)
		if err := endOrphan(s.quit, s.layout, s.log); err != nil && s.quit.Err() == nil {
			s.log.Error("clear up after PostgreSQL", "error", err)
		}
	}
}

// once runs the postmaster from start to end.
func (s *supervisor) once() exit {
	s.out.reset()
	cmd := s.command()
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = s.out, s.out, pipeGrace
	s.mu.Lock()
	if s.quit.Err() != nil {
		s.mu.Unlock()
		return exit{err: context.Canceled}
	}
	err := cmd.Start()
	if err == nil {
		s.proc = cmd.Process
	}
	s.mu.Unlock()
	if err != nil {
		return exit{err: fmt.Errorf("start postgres: %w", err), tail: err.Error()}
	}
	err = cmd.Wait()
	s.mu.Lock()
	s.proc = nil
	s.mu.Unlock()
	return exit{err: err, tail: s.out.end()}
}

func (s *supervisor) pid() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc == nil {
		return 0
	}
	return s.proc.Pid
}

func (s *supervisor) signal(sig syscall.Signal) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc == nil {
		return nil
	}
	if err := s.proc.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal postgres: %w", err)
	}
	return nil
}

// stop ends the postmaster: fast (clients are cut off, all is written), and
// when ctx ends first, at once (nothing is lost, the next start recovers).
func (s *supervisor) stop(ctx context.Context) error {
	s.halt()
	if err := s.signal(syscall.SIGINT); err != nil {
		return err
	}
	select {
	case <-s.gone:
		return nil
	case <-ctx.Done():
	}
	for _, sig := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGKILL} {
		if err := s.signal(sig); err != nil {
			return err
		}
		t := time.NewTimer(5 * time.Second)
		select {
		case <-s.gone:
			t.Stop()
			return fmt.Errorf("PostgreSQL did not shut down in time and was stopped at once; its next start recovers: %w", ctx.Err())
		case <-t.C:
		}
	}
	return fmt.Errorf("process %d does not end: %w", s.pid(), ctx.Err())
}
