// End-to-end tests: they start the program as an operator would, and look at it from
// outside only: its exit codes, its answers, its pages in a browser, its database through psql.
package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/store/storetest"
)

// program is the path of the program under test. TestMain builds it once, with the race detector
// where the tests have it.
var program string

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) (code int) {
	dir, err := os.MkdirTemp("", "driftwatch-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		if err := os.RemoveAll(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}()
	program = filepath.Join(dir, "driftwatch")
	args := []string{"build", "-o", program}
	if raced {
		args = append(args, "-race")
	}
	if out, err := exec.Command("go", append(args, ".")...).CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the program: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// freshDir names a data directory that does not exist yet, in a directory that PostgreSQL's own account
// can pass through where the tests run as root.
func freshDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp(storetest.Scratch(), "driftwatch-e2e-")
	if err == nil {
		err = os.Chmod(dir, 0o711) // see above
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return filepath.Join(dir, "dw")
}

// environment is what the program is given: nothing of ours that would lead it elsewhere.
func environment(dataDir string, more ...string) []string {
	var env []string
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if name == "DATABASE_URL" || strings.HasPrefix(name, "PG") ||
			strings.HasPrefix(name, "DRIFTWATCH_") && name != "DRIFTWATCH_PG_BIN" {
			continue
		}
		env = append(env, kv)
	}
	return append(append(env, "DRIFTWATCH_DATA_DIR="+dataDir, "DRIFTWATCH_ADDR=127.0.0.1:0"), more...)
}

// answer is what a command left.
type answer struct {
	out, err string
	code     int
}

// commandWithin bounds every command of a test.
const commandWithin = 4 * time.Minute

// command runs the program on a data directory, with input as its standard input.
func command(t testing.TB, dataDir, input string, args ...string) answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), commandWithin)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = environment(dataDir)
	cmd.Stdin = strings.NewReader(input)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("driftwatch %s: %v", strings.Join(args, " "), err)
	}
	return answer{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// must runs a command that has to end well and returns its answer.
func must(t testing.TB, dataDir, input string, args ...string) string {
	t.Helper()
	a := command(t, dataDir, input, args...)
	if a.code != 0 {
		t.Fatalf("driftwatch %s: exit code %d\n%s%s", strings.Join(args, " "), a.code, a.out, a.err)
	}
	return a.out
}

// mustJSON runs a command with --json and decodes its answer.
func mustJSON[T any](t testing.TB, dataDir, input string, args ...string) (v T) {
	t.Helper()
	out := must(t, dataDir, input, append(args, "--json")...)
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		t.Fatalf("driftwatch %s: %v in\n%s", strings.Join(args, " "), err, out)
	}
	return v
}

// imported is the answer of import --json.
type imported struct {
	Read, Inserted, Duplicates, Rejected int
	Errors                               []struct{ Line, Field, Error any }
}

// until waits for a condition, asking again and again, and fails the test when it takes too long.
func until(t testing.TB, within time.Duration, what string, cond func() bool) {
	t.Helper()
	ask := time.NewTicker(20 * time.Millisecond)
	defer ask.Stop()
	late := time.NewTimer(within)
	defer late.Stop()
	for !cond() {
		select {
		case <-ask.C:
		case <-late.C:
			t.Fatalf("%s: not within %v", what, within)
		}
	}
}

// repository is the root of the repository.
func repository(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the working directory")
		}
		dir = up
	}
}

// beside reads a file of the directory that lies beside the repository and is no part of it. Where
// it is missing, continuous integration fails; elsewhere the caller leaves its test out.
func beside(t testing.TB, path ...string) (file string, there bool) {
	t.Helper()
	file = filepath.Join(append([]string{repository(t), "..", "shared"}, path...)...)
	if _, err := os.Stat(file); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("continuous integration needs %s", file)
		}
		t.Logf("left out: %s is not here", file)
		return "", false
	}
	return file, true
}
