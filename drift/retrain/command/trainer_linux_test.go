package command_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/drift/retrain/command"
)

func timeout(d time.Duration) func(*retrain.Job) {
	return func(j *retrain.Job) { j.Timeout = d }
}

func TestEndings(t *testing.T) {
	memory := func(j *retrain.Job) { j.MemoryBytes = 200 << 20 }
	for helper, c := range map[string]struct {
		limit func(*retrain.Job)
		want  string
	}{
		"good":    {nil, ""},
		"forgets": {nil, "The trainer ended without leaving the file predictions.ndjson."},
		"links":   {nil, "The trainer ended without leaving the file predictions.ndjson."},
		"fails":   {nil, "The trainer ended with exit code 3. Its last line: no such column: amount"},
		"hangs":   {timeout(50 * time.Millisecond), "The trainer did not finish within 50ms and was stopped."},
		"eats":    {memory, "The trainer used more than 200 MiB of memory and was stopped."},
	} {
		t.Run(helper, func(t *testing.T) {
			var limits []func(*retrain.Job)
			if c.limit != nil {
				limits = append(limits, c.limit)
			}
			got := ""
			if err := train(t.Context(), t.TempDir(), helper, nil, limits...); err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestCrashIsNamed(t *testing.T) {
	err := train(t.Context(), t.TempDir(), "crashes", nil)
	// Go's runtime answers the signal itself, with a trace and exit code 2.
	if err == nil || !strings.Contains(err.Error(), "exit code 2") && !strings.Contains(err.Error(), "signal") {
		t.Error(err)
	}
}

func TestNothingOfAnEarlierAttemptCounts(t *testing.T) {
	dir := t.TempDir()
	if err := train(t.Context(), dir, "good", nil); err != nil {
		t.Fatal(err)
	}
	if err := train(t.Context(), dir, "forgets", nil); err == nil {
		t.Error("the predictions of the attempt before were taken for this one's")
	}
}

func TestProgramThatIsNotThere(t *testing.T) {
	tr, err := command.New(command.Options{Argv: []string{"/no/such/trainer"}, Guard: guardCommand()})
	if err != nil {
		t.Fatal(err)
	}
	err = tr.Train(t.Context(), retrain.Job{Dir: t.TempDir()})
	want := "The trainer could not be started: fork/exec /no/such/trainer: no such file or directory."
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %q", err, want)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []command.Options{{}, {Argv: []string{"x"}}, {Argv: []string{""}, Guard: []string{"x"}}} {
		if _, err := command.New(o); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
}

func TestMuchOutputIsBounded(t *testing.T) {
	last, text := "", []byte(nil)
	err := train(t.Context(), t.TempDir(), "prints", func(line string) { last = line }, func(job *retrain.Job) {
		job.Printed = func(output []byte) { text = output }
	})
	if err != nil {
		t.Fatal(err)
	}
	left := 64<<20 + len("the beginning\nthe end\n")
	_, note, found := bytes.Cut(text, []byte("\n[… "))
	note, after, _ := bytes.Cut(note, []byte(" bytes left out …]\n"))
	dropped, err := strconv.Atoi(string(note))
	if !found || err != nil {
		t.Fatalf("no word of what is missing: %v", err)
	}
	kept := bytes.Index(text, []byte("\n[… ")) + len(after)
	if len(text) > 1<<20 || kept+dropped != left {
		t.Errorf("%d bytes of log, %d kept, %d dropped, of %d", len(text), kept, dropped, left)
	}
	if !bytes.HasPrefix(text, []byte("the beginning\n")) || !bytes.HasSuffix(text, []byte("\nthe end\n")) || last != "the end" {
		t.Errorf("the beginning or the end is missing; the last line shown was %q", last)
	}
}

func TestEnvironmentIsMinimal(t *testing.T) {
	t.Setenv("DATABASE_URL", "postgres://secret")
	t.Setenv("SOME_TOKEN", "secret")
	dir := t.TempDir()
	if err := train(t.Context(), dir, "environment", nil); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "environment"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "secret") {
		t.Errorf("the program was told a secret:\n%s", text)
	}
	for _, want := range []string{"HOME=" + dir, "DRIFTWATCH_TRAINER_DIR=" + dir, "DRIFTWATCH_TRAINER_SECONDS=7200", fmt.Sprint("DRIFTWATCH_TRAINER_MEMORY_BYTES=", 4<<30)} {
		if !strings.Contains(string(text)+"\n", want+"\n") {
			t.Errorf("%s is missing:\n%s", want, text)
		}
	}
	if cwd, _ := os.ReadFile(filepath.Join(dir, "cwd")); string(cwd) != dir {
		t.Errorf("worked in %s, want %s", cwd, dir)
	}
}

// TestCancelled cancels trainers that would never end, one of them deaf to SIGTERM.
func TestCancelled(t *testing.T) {
	for _, helper := range []string{"hangs", "stubborn", "family"} {
		t.Run(helper, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			reason := errors.New("a manager said so")
			var family string
			var at time.Time
			err := train(ctx, t.TempDir(), helper, func(line string) {
				family, at = line, time.Now()
				cancel(reason)
			})
			if !errors.Is(err, reason) {
				t.Errorf("got %v, want the cause of the cancellation", err)
			}
			if took := time.Since(at); took > 5*time.Second {
				t.Errorf("ended only after %v", took)
			}
			absent(t, family)
		})
	}
}

func TestCancelledBeforeItStarted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := train(ctx, t.TempDir(), "good", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestChildInItsOwnSessionEndsWithTheTrainer(t *testing.T) {
	var pid string
	if err := train(t.Context(), t.TempDir(), "leaves-child", func(line string) { pid = line }); err != nil {
		t.Fatal(err)
	}
	if pid == "" {
		t.Fatal("the child was not named")
	}
	absent(t, pid)
}

func TestGuardKilled(t *testing.T) {
	var family []watched
	err := train(t.Context(), t.TempDir(), "family", func(line string) {
		family = watch(t, line)
		if err := syscall.Kill(family[0].pid, syscall.SIGKILL); err != nil {
			t.Error(err)
		}
	})
	if want := "The process that guards the trainer was killed, and the trainer with it."; err == nil || err.Error() != want {
		t.Errorf("got %v, want %q", err, want)
	}
	if len(family) != 4 {
		t.Fatalf("%d processes were watched, want guard, trainer and two children", len(family))
	}
	gone(t, family)
}

// startServer runs a training in a process of its own and returns it with guard, trainer and the
// trainer's children.
func startServer(t *testing.T, dir string) (*exec.Cmd, []watched) {
	t.Helper()
	self, _ := os.Executable()
	server := exec.Command(self, "helper", "server", dir)
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	family := watch(t, line)
	if len(family) != 4 {
		t.Fatalf("%d processes are watched of %q", len(family), line)
	}
	return server, family
}

func TestServerKilled(t *testing.T) {
	server, family := startServer(t, t.TempDir())
	if err := server.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = server.Wait()
	gone(t, family)
}

// TestServerAndGuardKilled holds the guard still while the server dies, so that it cannot help.
func TestServerAndGuardKilled(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"dies", "lives"} {
		if err := os.MkdirAll(filepath.Join(root, name, "job"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	server, family := startServer(t, filepath.Join(root, "dies", "job"))
	other, untouched := startServer(t, filepath.Join(root, "lives", "job"))
	guard := family[0].pid
	_ = syscall.Kill(guard, syscall.SIGSTOP)
	_ = server.Process.Kill()
	_ = server.Wait()
	_ = syscall.Kill(guard, syscall.SIGKILL)
	gone(t, family[:2]) // the kernel kills the trainer with its guard, but not the trainer's children

	guards := guardCommand()
	command.Sweep(root+"/dies-elsewhere", guards)
	for _, p := range family[2:] {
		if err := syscall.Kill(p.pid, 0); err != nil {
			t.Errorf("another folder's process %d was killed: %v", p.pid, err)
		}
	}
	command.Sweep(root+"/dies", guards)
	gone(t, family[2:])
	for _, p := range untouched {
		if err := syscall.Kill(p.pid, 0); err != nil {
			t.Errorf("process %d of a training elsewhere was killed: %v", p.pid, err)
		}
	}
	_ = other.Process.Kill()
	_ = other.Wait()
	gone(t, untouched)
}

// TestSweepWaitsForGuards: what a killed server leaves is ended by its guard, politely, while the
// sweep waits; a guard that hangs is killed with the rest.
func TestSweepWaitsForGuards(t *testing.T) {
	for _, hangs := range []bool{false, true} {
		root := t.TempDir()
		if err := os.Mkdir(filepath.Join(root, "job"), 0o700); err != nil {
			t.Fatal(err)
		}
		server, family := startServer(t, filepath.Join(root, "job"))
		if hangs {
			_ = syscall.Kill(family[0].pid, syscall.SIGSTOP)
		}
		_ = server.Process.Kill()
		_ = server.Wait()
		command.Sweep(root, guardCommand())
		gone(t, family)
	}
}

func TestGuardIsNotStartedByHand(t *testing.T) {
	self, _ := os.Executable()
	cmd := exec.Command(self, "helper", "guard", "--", "/bin/true")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 2 || !strings.Contains(string(out), "started by the server") {
		t.Errorf("%v: %s", err, out)
	}
}
