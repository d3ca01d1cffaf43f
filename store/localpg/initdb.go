package localpg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// cleanEnv is this process's environment without what would change how
// PostgreSQL behaves; its messages come in English, for lastReason to read.
func cleanEnv() []string {
	var env []string
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if strings.HasPrefix(name, "PG") || strings.HasPrefix(name, "LC_") || name == "LANG" || name == "LANGUAGE" || name == "TZ" {
			continue
		}
		env = append(env, kv)
	}
	return append(env, "LC_ALL=C", "TZ=UTC")
}

// initCluster makes the cluster, beside its place, and moves it there when it
// is whole: a first start that was killed leaves nothing that looks like one.
func initCluster(ctx context.Context, l layout, acct account, bins binaries, volatile bool) error {
	dir, err := ownInitDir(l, acct)
	if err != nil {
		return plain(fmt.Errorf("new cluster: %w", err), l.home)
	}
	args := []string{
		"-D", dir, "-U", superuser, "-E", "UTF8", "--no-locale",
		"--auth-local=trust", "--auth-host=reject", "--data-checksums", "--no-instructions",
	}
	if volatile {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, bins.path("initdb"), args...)
	cmd.SysProcAttr = childAttr()
	acct.apply(cmd, dir)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("initdb: %w", ctx.Err())
		}
		return plainOutput("initdb", l.cluster, out.String(), err)
	}
	return moveIn(l, dir)
}

// ownInitDir makes a directory for one initdb alone. That of a first start
// which was killed empties its directory on its way out, and would take what
// its successor makes under the same name.
func ownInitDir(l layout, acct account) (string, error) {
	entries, err := os.ReadDir(l.home)
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), initName+".") {
			// What is still being written to stays for the next first start.
			_ = os.RemoveAll(filepath.Join(l.home, e.Name()))
		}
	}
	dir, err := os.MkdirTemp(l.home, initName+".*")
	if err != nil {
		return "", err
	}
	return dir, acct.own(dir)
}

// freshDir makes an empty directory of the account. What an earlier first
// start left there never was a database, so it may go.
func freshDir(dir string, acct account) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	return acct.own(dir)
}

// moveIn puts what was made in dir in its place, and sees to it that the move
// is on the disk.
func moveIn(l layout, dir string) error {
	if _, err := os.Lstat(l.cluster); !errors.Is(err, fs.ErrNotExist) {
		return &Error{Code: CodeNotEmpty, Message: fmt.Sprintf("There is already something at %s; it has been left alone.", l.cluster), Err: err}
	}
	if err := os.Rename(dir, l.cluster); err != nil {
		return plain(fmt.Errorf("new cluster: %w", err), l.home)
	}
	return syncDir(l.home)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync %s: %w", dir, err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync %s: %w", dir, err)
	}
	return nil
}
