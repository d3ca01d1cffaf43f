package localpg

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strconv"
	"syscall"
	"time"
)

// poll is how often the launcher looks again at something that the operating
// system gives no notice of: another process's lock, end or readiness.
const poll = 20 * time.Millisecond

// postmaster is what a cluster's postmaster.pid says.
type postmaster struct {
	pid       int
	port      int
	socketDir string
}

// readPostmaster reads postmaster.pid; pid is 0 where there is none, and
// socketDir is empty while the server is still starting.
func readPostmaster(l layout) (postmaster, error) {
	f, err := os.Open(l.inCluster("postmaster.pid"))
	if errors.Is(err, fs.ErrNotExist) {
		return postmaster{}, nil
	}
	if err != nil {
		return postmaster{}, plain(fmt.Errorf("read postmaster.pid: %w", err), l.cluster)
	}
	defer f.Close()
	var lines []string
	for sc := bufio.NewScanner(f); sc.Scan(); {
		lines = append(lines, sc.Text())
	}
	var p postmaster
	if len(lines) > 0 {
		if p.pid, err = strconv.Atoi(lines[0]); err != nil || p.pid <= 1 {
			return postmaster{}, nil // cut off in the writing: nobody's
		}
	}
	if len(lines) > 4 {
		p.port, err = strconv.Atoi(lines[3])
		if err == nil {
			p.socketDir = lines[4]
		}
	}
	return p, nil
}

// endOrphan ends a postmaster that outlived its launcher, and what is left of
// one that was killed. The caller holds the lock, so whoever runs the cluster
// now is nobody's.
func endOrphan(ctx context.Context, l layout, log *slog.Logger) error {
	p, err := readPostmaster(l)
	if err != nil || p.pid == 0 {
		return err
	}
	if isPostmaster(p.pid, l.cluster) {
		log.Info("an earlier PostgreSQL is still running here; ending it", "pid", p.pid)
		err := signalUntil(ctx, syscall.SIGINT, 30*time.Second, func() []int {
			if isPostmaster(p.pid, l.cluster) {
				return []int{p.pid}
			}
			return nil
		})
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("end the earlier PostgreSQL: %w", ctx.Err())
		}
	}
	// No postmaster, but perhaps its children: they hold the shared memory,
	// and a new server beside them would ruin the data.
	err = signalUntil(ctx, syscall.SIGQUIT, 30*time.Second, func() []int {
		ours, _ := clusterProcesses(l.cluster)
		return ours
	})
	if err != nil {
		return fmt.Errorf("end what is left of the earlier PostgreSQL: %w", err)
	}
	return dropStalePid(l, p.pid)
}

// dropStalePid removes a postmaster.pid whose number now belongs to a
// stranger: PostgreSQL itself takes any living process of that number for a
// server and would refuse to start. It is left alone while anything might
// still be using the cluster.
func dropStalePid(l layout, pid int) error {
	if syscall.Kill(pid, 0) != nil {
		return nil // PostgreSQL sees for itself that this one is dead
	}
	ours, unsure := clusterProcesses(l.cluster)
	if len(ours) > 0 || unsure {
		return nil
	}
	if err := os.Remove(l.inCluster("postmaster.pid")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove stale postmaster.pid: %w", err)
	}
	return nil
}

// signalUntil sends sig to whatever alive lists, and waits until it lists
// nothing.
func signalUntil(ctx context.Context, sig syscall.Signal, limit time.Duration, alive func() []int) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	sent := map[int]bool{}
	for {
		pids := alive()
		if len(pids) == 0 {
			return nil
		}
		for _, pid := range pids {
			if !sent[pid] {
				sent[pid] = true
				if err := syscall.Kill(pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
					return fmt.Errorf("signal process %d: %w", pid, err)
				}
			}
		}
		if err := pause(ctx, poll); err != nil {
			return fmt.Errorf("processes %v do not end: %w", pids, err)
		}
	}
}

// pause waits for d, or less where ctx ends first.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
