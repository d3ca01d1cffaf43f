package localpg

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// systemHome takes the clusters of data directories that PostgreSQL's own
// account cannot enter. A variable for the tests alone.
var systemHome = "/var/lib/driftwatch"

const (
	clusterName = "postgres"
	initName    = "postgres.init"
	// maxSocketDir leaves room for "/.s.PGSQL.5432" and its zero byte in the
	// 104 bytes that the smallest sun_path (macOS) has.
	maxSocketDir = 104 - len("/.s.PGSQL.5432") - 1
)

// layout is where the files of one data directory lie.
type layout struct {
	dataDir string // absolute, as the user sees it
	home    string // the directory that really holds the cluster and its lock
	cluster string // home/postgres, no symbolic link in it
}

func (l layout) lock() string              { return filepath.Join(l.home, "postgres.lock") }
func (l layout) users() string             { return filepath.Join(l.home, "postgres.users") }
func (l layout) log() string               { return filepath.Join(l.home, "postgres.log") }
func (l layout) binNote() string           { return filepath.Join(l.home, "postgres.bin") }
func (l layout) initDir() string           { return filepath.Join(l.home, initName) }
func (l layout) inCluster(p string) string { return filepath.Join(l.cluster, p) }

// findLayout makes the data directory where it is missing and says where its
// cluster lies or will lie. choose is asked only on a first start under root:
// which account and binaries will it be?
func findLayout(ctx context.Context, dataDir string, choose func() (account, binaries, error)) (layout, error) {
	if dataDir == "" {
		dataDir = ".driftwatch"
	}
	dir, err := filepath.Abs(dataDir)
	if err != nil {
		return layout{}, fmt.Errorf("data directory: %w", err)
	}
	if err := makeDataDir(dir); err != nil {
		return layout{}, plain(fmt.Errorf("data directory: %w", err), dir)
	}
	l, found, err := followCluster(dir)
	if err != nil || found || os.Geteuid() != 0 {
		return l, err
	}
	acct, bins, err := choose()
	if err != nil {
		return layout{}, err
	}
	ok, err := acct.canEnter(ctx, bins, dir)
	if err != nil || ok {
		return l, err
	}
	if err := linkSystemHome(dir, acct); err != nil {
		return layout{}, err
	}
	l, _, err = followCluster(dir)
	return l, err
}

// makeDataDir creates the directory closed to others, save that under root
// PostgreSQL's account has to get through it.
func makeDataDir(dir string) error {
	if _, err := os.Stat(dir); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	mode := fs.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711
	}
	if err := os.MkdirAll(dir, mode); err != nil {
		return err
	}
	return os.Chmod(dir, mode) // whatever the umask took away
}

// followCluster resolves dir/postgres; found is false where there is nothing
// yet.
func followCluster(dir string) (l layout, found bool, err error) {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return layout{}, false, plain(fmt.Errorf("data directory: %w", err), dir)
	}
	l = layout{dataDir: dir, home: real, cluster: filepath.Join(real, clusterName)}
	target, err := os.Readlink(l.cluster)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return l, false, nil
	case errors.Is(err, syscall.EINVAL): // there, and not a link
		return l, true, nil
	case err != nil:
		return layout{}, false, plain(fmt.Errorf("data directory: %w", err), dir)
	}
	if !filepath.IsAbs(target) {
		target = filepath.Join(real, target)
	}
	home, err := filepath.EvalSymlinks(filepath.Dir(target))
	if err != nil {
		return layout{}, false, &Error{
			Code:    CodeFailed,
			Message: fmt.Sprintf("%s is a link to %s, which cannot be reached. Bring that directory back, or remove the link to begin with an empty database.", filepath.Join(dir, clusterName), target),
			Err:     err,
		}
	}
	l.home, l.cluster = home, filepath.Join(home, filepath.Base(target))
	return l, true, nil
}

// linkSystemHome makes a fresh directory under systemHome and links to it
// from the data directory. Its name is new each time: a clone made again
// under an old path must not find the old one's rows.
func linkSystemHome(dir string, acct account) error {
	refuse := func(err error) error {
		return &Error{
			Code: CodePermission,
			Message: fmt.Sprintf("PostgreSQL must run as user %s here, because it refuses root, and that user can enter neither %s nor %s. Set DRIFTWATCH_DATA_DIR to a directory that it can enter, or run Driftwatch as an ordinary user.",
				acct.name, dir, systemHome),
			Err: err,
		}
	}
	if err := os.MkdirAll(systemHome, 0o711); err != nil {
		return refuse(err)
	}
	home, err := os.MkdirTemp(systemHome, "data-")
	if err != nil {
		return refuse(err)
	}
	if err := os.Chmod(home, 0o711); err != nil {
		return refuse(err)
	}
	err = os.Symlink(filepath.Join(home, clusterName), filepath.Join(dir, clusterName))
	if errors.Is(err, fs.ErrExist) { // another first start was quicker: use its
		return os.Remove(home)
	}
	if err != nil {
		return plain(fmt.Errorf("link to %s: %w", home, err), dir)
	}
	return nil
}

// socketDir makes the directory of the cluster's socket. Its name comes from
// the cluster's path, so that restarts keep the address and leave no litter.
func socketDir(ctx context.Context, cluster string, acct account, bins binaries) (string, error) {
	sum := sha256.Sum256([]byte(cluster))
	name := "driftwatch-" + hex.EncodeToString(sum[:6])
	bases := []string{os.TempDir(), "/tmp"}
	if run := os.Getenv("XDG_RUNTIME_DIR"); run != "" && !acct.drop {
		bases = append([]string{run}, bases...)
	}
	var last error
	for _, base := range bases {
		dir, err := filepath.Abs(filepath.Join(base, name))
		if err != nil || len(dir) > maxSocketDir {
			continue
		}
		if err := claimDir(dir, acct); err != nil {
			last = err
			continue
		}
		ok, err := acct.canEnter(ctx, bins, dir)
		if err != nil {
			return "", err
		}
		if ok {
			return dir, nil
		}
	}
	return "", &Error{
		Code:    CodePermission,
		Message: fmt.Sprintf("There is no place for PostgreSQL's socket: neither of %s can be used. Set TMPDIR to a short directory that you may write to.", strings.Join(bases, ", ")),
		Err:     last,
	}
}

// claimDir makes dir, or takes it over if it is a directory of the account
// that nobody else can enter. In a directory that all may write to, the name
// might have been taken by someone else.
func claimDir(dir string, acct account) error {
	err := os.Mkdir(dir, 0o700)
	if err == nil {
		return acct.own(dir)
	}
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	st, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	sys, ok := st.Sys().(*syscall.Stat_t)
	if !ok || !st.IsDir() || sys.Uid != acct.uid || st.Mode().Perm() != 0o700 {
		return fmt.Errorf("%s is not a private directory of this account", dir)
	}
	return nil
}
