package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// minMajor is the oldest major version that Driftwatch supports.
const minMajor = 14

// binDirEnv names the directory of PostgreSQL's binaries.
const binDirEnv = "DRIFTWATCH_PG_BIN"

// binaries is one installation of PostgreSQL.
type binaries struct {
	dir   string
	major int
}

func (b binaries) path(name string) string { return filepath.Join(b.dir, name) }

// FindBinaries returns the directory that Start would take initdb and
// postgres from on a first start: binDir, else DRIFTWATCH_PG_BIN, else the
// newest installation found. The error says what to install.
func FindBinaries(ctx context.Context, binDir string) (dir string, err error) {
	b, err := chooseBinaries(ctx, binDir, "", 0)
	return b.dir, err
}

// chooseBinaries picks an installation. A named one (binDir, or else the
// environment) is taken or refused, never passed over. Otherwise the one that
// ran the cluster before comes first, then the newest; major, when not 0, is
// the version that an existing cluster needs.
func chooseBinaries(ctx context.Context, binDir, before string, major int) (binaries, error) {
	if binDir == "" {
		binDir = os.Getenv(binDirEnv)
	}
	if binDir != "" {
		b, err := inspect(ctx, binDir)
		if err != nil {
			return binaries{}, &Error{
				Code:    CodeNoBinaries,
				Message: fmt.Sprintf("There is no usable PostgreSQL in %s (it needs initdb and postgres, version %d or later). Correct %s, or unset it to search the usual places.", binDir, minMajor, binDirEnv),
				Err:     err,
			}
		}
		if major != 0 && b.major != major {
			return binaries{}, wrongVersion(major, []binaries{b})
		}
		return b, nil
	}
	found := searchBinaries(ctx, before)
	if len(found) == 0 {
		return binaries{}, &Error{
			Code: CodeNoBinaries,
			Message: fmt.Sprintf("No PostgreSQL (version %d or later) was found on this machine. Install it (Debian, Ubuntu: apt-get install postgresql; macOS: brew install postgresql), "+
				"or set %s to the directory that holds initdb and postgres, or set DATABASE_URL to use a server elsewhere.", minMajor, binDirEnv),
		}
	}
	if major == 0 {
		return found[0], nil
	}
	if i := slices.IndexFunc(found, func(b binaries) bool { return b.major == major }); i >= 0 {
		return found[i], nil
	}
	return binaries{}, wrongVersion(major, found)
}

func wrongVersion(major int, found []binaries) error {
	have := make([]string, len(found))
	for i, b := range found {
		have[i] = fmt.Sprintf("%d (%s)", b.major, b.dir)
	}
	return &Error{
		Code: CodeWrongVersion,
		Message: fmt.Sprintf("The data was written by PostgreSQL %d, but here is only %s. Install PostgreSQL %d and set %s to its bin directory, "+
			"or carry the data over with pg_upgrade; nothing has been changed.", major, strings.Join(have, ", "), major, binDirEnv),
	}
}

// searchBinaries lists what it finds: the one that was used before first,
// then newest first.
func searchBinaries(ctx context.Context, before string) []binaries {
	var dirs []string
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",              // Debian
		"/usr/pgsql-*/bin",                       // Red Hat
		"/opt/homebrew/opt/postgresql*/bin",      // Homebrew on Apple silicon
		"/usr/local/opt/postgresql*/bin",         // Homebrew on Intel
		"/usr/local/pgsql/bin",                   // built from source
		"/usr/local/lib/driftwatch/postgres/bin", // fetched by our own set-up as root
	} {
		match, err := filepath.Glob(pattern)
		if err == nil {
			dirs = append(dirs, match...)
		}
	}
	// Fetched by our own set-up as a user: bin/driftwatch lies beside .tools.
	if exe, err := os.Executable(); err == nil {
		dirs = append(dirs, filepath.Join(filepath.Dir(exe), "..", ".tools", "postgres", "bin"))
	}
	if p, err := exec.LookPath("postgres"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			dirs = append(dirs, filepath.Dir(p))
		}
	}
	var found []binaries
	seen := map[string]bool{}
	add := func(dir string) {
		if dir = filepath.Clean(dir); seen[dir] {
			return
		}
		seen[dir] = true
		if b, err := inspect(ctx, dir); err == nil {
			found = append(found, b)
		}
	}
	for _, dir := range dirs {
		add(dir)
	}
	slices.SortStableFunc(found, func(a, b binaries) int { return b.major - a.major })
	if before == "" {
		return found
	}
	rest := found
	found, seen = nil, map[string]bool{}
	add(before)
	for _, b := range rest {
		if !seen[b.dir] {
			found = append(found, b)
		}
	}
	return found
}

var versionLine = regexp.MustCompile(`^postgres \(PostgreSQL\) (\d+)`)

// inspect asks the binaries in dir which version they are.
func inspect(ctx context.Context, dir string) (binaries, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return binaries{}, fmt.Errorf("binaries: %w", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return binaries{}, fmt.Errorf("initdb: %w", err)
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return binaries{}, fmt.Errorf("postgres --version: %w", err)
	}
	m := versionLine.FindSubmatch(out)
	if m == nil {
		return binaries{}, fmt.Errorf("postgres --version printed %q", out)
	}
	major, err := strconv.Atoi(string(m[1]))
	if err != nil {
		return binaries{}, fmt.Errorf("postgres --version printed %q: %w", out, err)
	}
	if major < minMajor {
		return binaries{}, fmt.Errorf("version %d is older than %d", major, minMajor)
	}
	return binaries{dir: dir, major: major}, nil
}

// clusterMajor reads which major version wrote a cluster; 0 where there is
// none yet.
func clusterMajor(cluster string) (int, error) {
	text, err := os.ReadFile(filepath.Join(cluster, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, plain(fmt.Errorf("read PG_VERSION: %w", err), cluster)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("read PG_VERSION of %s: %w", cluster, err)
	}
	return major, nil
}
