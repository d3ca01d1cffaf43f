package localpg

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// errBusy says that another process holds a lock.
var errBusy = errors.New("lock is held")

// lockFile opens path and locks it, shared or alone, without waiting. The
// lock goes with the process, however it ends: the kernel keeps it, and the
// descriptor is closed on exec.
func lockFile(path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, plain(fmt.Errorf("open lock: %w", err), filepath.Dir(path))
	}
	if err := likeDir(path); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	for {
		err = syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err == nil {
		return f, nil
	}
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = errBusy
	}
	return nil, errors.Join(err, f.Close())
}

// likeDir gives what root made in somebody's directory to that somebody, so
// that one command run with sudo does not lock its user out.
func likeDir(path string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	st, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("owner of %s: %w", filepath.Dir(path), err)
	}
	sys, ok := st.Sys().(*syscall.Stat_t)
	if !ok || sys.Uid == 0 {
		return nil
	}
	return os.Lchown(path, int(sys.Uid), int(sys.Gid))
}

// hold takes the data directory for this process.
func hold(l layout, purpose string) (*os.File, error) {
	f, err := lockFile(l.lock(), syscall.LOCK_EX)
	if errors.Is(err, errBusy) {
		return nil, inUse(l.dataDir, readHolder(l))
	}
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(Holder{PID: os.Getpid(), Purpose: purpose, Since: time.Now().UTC().Truncate(time.Second)})
	if err == nil {
		if err = f.Truncate(0); err == nil {
			_, err = f.WriteAt(append(text, '\n'), 0)
		}
	}
	if err != nil {
		return nil, errors.Join(plain(fmt.Errorf("write lock: %w", err), l.home), f.Close())
	}
	return f, nil
}

// readHolder says who wrote the lock file; the zero Holder where that is not
// legible, as in the moment between locking and writing.
func readHolder(l layout) Holder {
	f, err := os.Open(l.lock())
	if err != nil {
		return Holder{}
	}
	defer f.Close()
	var h Holder
	if json.NewDecoder(io.LimitReader(f, 4096)).Decode(&h) != nil {
		return Holder{}
	}
	return h
}
