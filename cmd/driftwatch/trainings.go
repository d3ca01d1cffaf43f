package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/driftwatch/driftwatch/drift/retrain/command"
)

// trainingsPattern names the folders in which servers keep the folders of their trainings, in the
// system's directory for temporary files.
const trainingsPattern = "driftwatch-trainings-*"

// trainings is one server's folder for its trainings. Its lock falls with the server, however it
// ends: a folder that nobody holds was left by a server that was killed.
type trainings struct {
	dir  string
	lock *os.File
}

// openTrainings makes a folder for this server.
func openTrainings() (*trainings, error) {
	for {
		dir, err := os.MkdirTemp("", trainingsPattern)
		if err != nil {
			return nil, fmt.Errorf("folder for trainings: %w", err)
		}
		lock, err := lockFolder(dir)
		if err != nil {
			return nil, errors.Join(err, os.Remove(dir))
		}
		if lock != nil {
			return &trainings{dir, lock}, nil
		}
		// Another server that starts took it for a dead one's before it was locked: it is gone.
	}
}

// close removes the folder. No training may be running.
func (t *trainings) close() error {
	err := os.RemoveAll(t.dir)
	return errors.Join(err, t.lock.Close())
}

// sweepTrainings ends the trainings of servers that are dead and removes their folders. Usually their
// guards end them; a guard that was killed with its server, or after it, cannot.
func sweepTrainings() error {
	self, err := ownProgram()
	if err != nil {
		return err
	}
	dirs, err := filepath.Glob(filepath.Join(os.TempDir(), trainingsPattern))
	if err != nil {
		return fmt.Errorf("folders of trainings: %w", err)
	}
	var failed []error
	for _, dir := range dirs {
		lock, err := lockFolder(dir)
		if err != nil || lock == nil {
			continue // a living server's, gone meanwhile, or another user's
		}
		command.Sweep(dir, guardOf(self))
		failed = append(failed, os.RemoveAll(dir), lock.Close())
	}
	return errors.Join(failed...)
}

// lockFolder locks a folder for as long as this process lives. It returns nil where another process
// holds it, or removed it in this very moment.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.OpenFile(dir, os.O_RDONLY|syscall.O_DIRECTORY, 0) // a pipe of that name would never open
	if err != nil {
		return nil, fmt.Errorf("open folder of trainings: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, f.Close()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock folder of trainings: %w", err), f.Close())
	}
	held, err := f.Stat()
	if err == nil {
		var there os.FileInfo
		if there, err = os.Lstat(dir); err == nil && os.SameFile(held, there) {
			return f, nil
		}
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, errors.Join(fmt.Errorf("look at folder of trainings: %w", err), f.Close())
	}
	return nil, f.Close()
}
