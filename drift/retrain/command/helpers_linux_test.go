package command_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/drift/retrain/command"
)

// TestMain is also every program that the tests run: the test binary started anew as
// "helper NAME".
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "helper" {
		code := help(os.Args[2], os.Args[3:])
		countStatements(m)
		// Not os.Exit: the race detector would hold each of them for a second.
		syscall.Exit(code)
	}
	goleak.VerifyTestMain(m)
}

// countStatements adds the statements that a program of the tests reached to those of the tests, where
// .ci/cover counts them, by a run of no test at all. The program of a training finds the folder in its
// arguments: its environment is not the tests'.
func countStatements(m *testing.M) {
	flag := slices.IndexFunc(os.Args, func(a string) bool { return strings.HasPrefix(a, coverFlag) })
	if flag < 0 {
		return
	}
	os.Args = []string{os.Args[0], "-test.run=^$", "-test.gocoverdir=" + strings.TrimPrefix(os.Args[flag], coverFlag)}
	os.Stdout, _ = os.Open(os.DevNull) // a run of tests says how it went
	os.Stderr = os.Stdout
	m.Run()
}

const coverFlag = "--cover="

// guardCommand starts this binary as a guard.
func guardCommand() []string {
	self, _ := os.Executable()
	words := []string{self, "helper", "guard"}
	if dir := os.Getenv("DRIFTWATCH_COVER_DIR"); dir != "" {
		words = append(words, coverFlag+dir)
	}
	return words
}

func help(name string, args []string) int {
	switch name {
	case "guard":
		if len(args) > 0 && strings.HasPrefix(args[0], coverFlag) {
			args = args[1:]
		}
		return command.Guard(args, os.Stdin)
	case "server": // runs a training until it is killed
		fmt.Println(train(context.Background(), args[0], "family", func(line string) { fmt.Println(line) }))
	case "good":
		leave("artifact", "predictions.ndjson", "metrics.json")
	case "forgets":
		leave("artifact", "metrics.json")
	case "links":
		leave("artifact", "metrics.json")
		_ = os.Symlink("/etc/passwd", "predictions.ndjson")
	case "fails":
		fmt.Println("reading")
		fmt.Fprintln(os.Stderr, "no such column: \x1b[31mamount\x1b[0m")
		return 3
	case "crashes":
		_ = syscall.Kill(os.Getpid(), syscall.SIGSEGV)
		hang()
	case "hangs":
		fmt.Println(os.Getpid())
		hang()
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
		fmt.Println(os.Getpid())
		hang()
	case "eats":
		var all [][]byte
		for range 400 {
			all = append(all, bytes.Repeat([]byte{1}, 1<<20))
		}
		fmt.Println(len(all))
		hang()
	case "prints":
		line := append(bytes.Repeat([]byte("x"), 1023), '\n')
		fmt.Println("the beginning")
		for range 64 << 10 {
			_, _ = os.Stdout.Write(line)
		}
		fmt.Println("the end")
		leave("artifact", "predictions.ndjson", "metrics.json")
	case "family": // itself, a child in its group, a child in a session of its own; then waits
		fmt.Println(os.Getppid(), os.Getpid(), child("hangs", false), child("stubborn", true))
		hang()
	case "leaves-child":
		fmt.Println(child("stubborn", true))
		leave("artifact", "predictions.ndjson", "metrics.json")
	case "environment":
		_ = os.WriteFile("environment", []byte(strings.Join(os.Environ(), "\n")), 0o600)
		dir, _ := os.Getwd()
		_ = os.WriteFile("cwd", []byte(dir), 0o600)
		leave("artifact", "predictions.ndjson", "metrics.json")
	}
	return 0
}

func leave(names ...string) {
	for _, name := range names {
		_ = os.WriteFile(name, []byte("{}\n"), 0o600)
	}
}

// hang waits for a signal, in a way that the runtime does not take for a deadlock.
func hang() { _, _ = io.Copy(io.Discard, endless()) }

func endless() io.Reader {
	r, _, err := os.Pipe()
	if err != nil {
		os.Exit(9)
	}
	return r
}

// child starts a helper and returns once it is running.
func child(name string, session bool) int {
	cmd := exec.Command(os.Args[0], "helper", name)
	out, err := cmd.StdoutPipe()
	if err != nil {
		os.Exit(9)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: session}
	if err := cmd.Start(); err != nil {
		os.Exit(9)
	}
	_, _ = out.Read(make([]byte, 1))
	return cmd.Process.Pid
}

// train runs one helper as the trainer in dir.
func train(ctx context.Context, dir, helper string, progress func(string), limits ...func(*retrain.Job)) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	tr, err := command.New(command.Options{
		Argv:  []string{self, "helper", helper},
		Guard: guardCommand(),
	})
	if err != nil {
		return err
	}
	job := retrain.Job{RetrainID: 7, Attempt: 1, Key: "7-1", Dir: dir, Timeout: 2 * time.Hour, MemoryBytes: 4 << 30, Progress: progress}
	for _, limit := range limits {
		limit(&job)
	}
	return tr.Train(ctx, job)
}

// watched is a process that must end: held by descriptor, so that no other can take its number.
type watched struct{ pid, fd int }

func watch(t *testing.T, pids string) (all []watched) {
	t.Helper()
	for _, word := range strings.Fields(pids) {
		pid, err := strconv.Atoi(word)
		if err != nil {
			t.Fatalf("%q names no processes", pids)
		}
		fd, err := unix.PidfdOpen(pid, 0)
		if errors.Is(err, unix.ESRCH) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { unix.Close(fd) })
		all = append(all, watched{pid, fd})
	}
	return all
}

// gone waits for the end of each.
func gone(t *testing.T, all []watched) {
	t.Helper()
	for _, p := range all {
		fds := []unix.PollFd{{Fd: int32(p.fd), Events: unix.POLLIN}}
		if n, err := unix.Poll(fds, 10_000); n != 1 {
			_ = unix.Kill(p.pid, unix.SIGKILL)
			t.Errorf("process %d survives (%v)", p.pid, err)
		}
	}
}

// absent checks that the processes are not in the table, not even as zombies.
func absent(t *testing.T, pids string) {
	t.Helper()
	for _, pid := range strings.Fields(pids) {
		if _, err := os.Stat(filepath.Join("/proc", pid)); err == nil {
			t.Errorf("process %s is still there", pid)
		}
	}
}
