package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// workDir is a server's folder for its training jobs, below the data directory. Its lock lies beside it
// and falls with the process: several servers may share a data directory, and each start clears away
// what a dead one left.
type workDir struct {
	path string
	lock *os.File
}

const (
	workName   = "trainings" // below the data directory
	lockEnding = ".lock"
)

// openWorkDir makes one.
func openWorkDir(dataDir string) (*workDir, error) {
	root := filepath.Join(dataDir, workName)
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, fmt.Errorf("folder for trainings: %w", err)
	}
	for {
		path, err := os.MkdirTemp(root, "server-")
		if err != nil {
			return nil, fmt.Errorf("folder for trainings: %w", err)
		}
		lock, err := lockAlone(path + lockEnding)
		if err != nil {
			return nil, errors.Join(err, os.Remove(path))
		}
		if lock != nil {
			return &workDir{path, lock}, nil
		}
		// Another server that starts now took the lock for a dead one's and has cleared it away.
	}
}

// clearDeadOnes clears away the folders below the data directory whose server is dead. sweep ends the
// processes that still run below such a folder, and may wait for guards that end theirs by themselves.
func clearDeadOnes(dataDir string, sweep func(dir string)) {
	root := filepath.Join(dataDir, workName)
	left, err := os.ReadDir(root)
	if err != nil {
		return // there is none, or nobody may look: openWorkDir says so
	}
	for _, e := range left {
		if strings.HasSuffix(e.Name(), lockEnding) {
			clearDead(filepath.Join(root, e.Name()), sweep)
		}
	}
}

// clearDead ends and removes what a server left, if it is dead. What cannot be removed yet, because a
// process of it is ending, is left for the next start.
func clearDead(lock string, sweep func(dir string)) {
	held, err := lockAlone(lock)
	if err != nil || held == nil {
		return
	}
	defer held.Close()
	dir := strings.TrimSuffix(lock, lockEnding)
	sweep(dir)
	if os.RemoveAll(dir) == nil {
		_ = os.Remove(lock)
	}
}

// lockAlone opens and locks a file; nil where another process holds it, or has removed it meanwhile.
func lockAlone(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, f.Close()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	opened, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if there, err := os.Stat(path); err != nil || !os.SameFile(opened, there) {
		return nil, f.Close()
	}
	return f, nil
}

// close removes the folder; no training runs any more.
func (w *workDir) close() error {
	if w == nil {
		return nil
	}
	err := errors.Join(os.RemoveAll(w.path), os.Remove(w.lock.Name()), w.lock.Close())
	_ = os.Remove(filepath.Dir(w.path)) // the last server takes the empty folder along
	return err
}
