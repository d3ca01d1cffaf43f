package localpg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
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
	if err := freshDir(l.initDir(), acct); err != nil {
		return plain(fmt.Errorf("new cluster: %w", err), l.home)
	}
	args := []string{
		"-D", l.initDir(), "-U", superuser, "-E", "UTF8", "--no-locale",
		"--auth-local=trust", "--auth-host=reject", "--data-checksums", "--no-instructions",
	}
	if volatile {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, bins.path("initdb"), args...)
	cmd.SysProcAttr = childAttr()
	acct.apply(cmd, l.initDir())
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("initdb: %w", ctx.Err())
		}
		return plainOutput("initdb", l.cluster, out.String(), err)
	}
	return moveIn(l)
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

// moveIn puts what was made in l.initDir in its place, and sees to it that
// the move is on the disk.
func moveIn(l layout) error {
	if _, err := os.Lstat(l.cluster); !errors.Is(err, fs.ErrNotExist) {
		return &Error{Code: CodeNotEmpty, Message: fmt.Sprintf("There is already something at %s; it has been left alone.", l.cluster), Err: err}
	}
	if err := os.Rename(l.initDir(), l.cluster); err != nil {
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
