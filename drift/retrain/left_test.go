package retrain

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// TestOnlyOrdinaryFilesAreRead leaves everything that a file's name can stand for. None is waited for.
func TestOnlyOrdinaryFilesAreRead(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	for name, c := range map[string]struct {
		leave func(path string) error
		says  string
	}{
		"a file":         {func(p string) error { return os.WriteFile(p, []byte("{}"), 0o600) }, ""},
		"nothing":        {func(string) error { return nil }, "The trainer left no metrics.json."},
		"a link":         {func(p string) error { return os.Symlink(secret, p) }, "metrics.json is not an ordinary file."},
		"endless":        {func(p string) error { return os.Symlink("/dev/zero", p) }, "metrics.json is not an ordinary file."},
		"a pipe":         {func(p string) error { return syscall.Mkfifo(p, 0o600) }, "metrics.json is not an ordinary file."},
		"a folder":       {func(p string) error { return os.Mkdir(p, 0o700) }, "metrics.json is not an ordinary file."},
		"a socket":       {listen, "metrics.json is not an ordinary file."},
		"a large file":   {func(p string) error { return errors.Join(os.WriteFile(p, nil, 0o600), os.Truncate(p, 1<<20+1)) }, "metrics.json is larger than 1 MiB"},
		"a link astray":  {func(p string) error { return os.Symlink(p+"-nowhere", p) }, "metrics.json is not an ordinary file."},
		"a link in ring": {func(p string) error { return os.Symlink(p, p) }, "metrics.json is not an ordinary file."},
	} {
		if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
			t.Fatal(err)
		}
		dir, err := os.MkdirTemp("", "left") // a socket's path is short
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		if err := c.leave(filepath.Join(dir, FileMetrics)); err != nil {
			t.Fatal(err)
		}
		read := make(chan struct{})
		var b []byte
		go func() {
			defer close(read)
			b, err = ReadLeft(dir, FileMetrics, LimitMetrics)
		}()
		select {
		case <-read:
		case <-time.After(10 * time.Second):
			t.Fatalf("%s is waited for", name)
		}
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
		if code := drift.CodeOf(err); err != nil && code != drift.CodeInvalid && code != drift.CodeTooLarge {
			t.Errorf("%s: code %q", name, code)
		}
		if strings.Contains(string(b), "secret") {
			t.Errorf("%s: %q was read", name, b)
		}
	}
}

// listen leaves a socket; it stays when its listener is gone.
func listen(path string) error {
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return err
	}
	l.SetUnlinkOnClose(false)
	return l.Close()
}
