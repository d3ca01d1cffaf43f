package command

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/driftwatch/driftwatch/drift/retrain"
)

const (
	defaultLogLimit = 1 << 20

	// stopPatience is how long the guard has to end everything once told to. It kills after
	// killAfter, so that only a guard which hangs itself reaches this.
	stopPatience = killAfter + 2*time.Second

	// drainPatience is how long what is left in the pipe may take to be read after the end.
	drainPatience = time.Second

	progressEvery = 500 * time.Millisecond
)

// errTimeLimit is why the context of a run ended that took too long.
var errTimeLimit = errors.New("time limit")

// Options say which program trains, and how our own binary is started as its guard.
type Options struct {
	Argv     []string // the program and its arguments; looked up in PATH where it has no slash
	Guard    []string // our own binary and its hidden command that calls Guard
	LogLimit int64    // bytes of output kept, 1 MiB where 0
}

// Trainer runs a program for each job.
type Trainer struct {
	argv, guard []string
	logLimit    int64
}

var _ retrain.Trainer = (*Trainer)(nil)

// New returns a trainer that runs the program.
func New(o Options) (*Trainer, error) {
	if len(o.Argv) == 0 || o.Argv[0] == "" {
		return nil, errors.New("a command trainer needs a program to run")
	}
	if len(o.Guard) == 0 {
		return nil, errors.New("a command trainer needs the command of its guard")
	}
	if o.LogLimit == 0 {
		o.LogLimit = defaultLogLimit
	}
	return &Trainer{argv: o.Argv, guard: o.Guard, logLimit: o.LogLimit}, nil
}

// Train runs the program in the job's folder and returns once it and everything it started are
// gone. A cancelled ctx ends it within seconds; the error is then ctx's cause.
func (t *Trainer) Train(ctx context.Context, job retrain.Job) error {
	for _, name := range results {
		if err := os.Remove(filepath.Join(job.Dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove an earlier attempt's %s: %w", name, err)
		}
	}
	log := newLog(t.logLimit)
	lines := startProgress(job.Progress, progressEvery)
	end, err := t.run(ctx, job, io.MultiWriter(log, lines))
	last := lines.stop()
	if job.Printed != nil {
		job.Printed(log.text())
	}
	if err != nil {
		return err
	}
	return end.judge(job, last)
}

// Sweep ends what trainings left below root, the folder of job folders of a server that was killed, and
// returns once it is gone. Guards that live end theirs by themselves and are given their time for it;
// where a guard was killed too, what the program had started beside itself still runs. guard is the
// command of the guards, as in [Options].
func Sweep(root string, guard []string) { killBelow(root, guard) }

// run starts the guard, and through it the program, and waits for the end of both.
func (t *Trainer) run(ctx context.Context, job retrain.Job, output io.Writer) (ending, error) {
	if job.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, job.Timeout, errTimeLimit)
		defer cancel()
	}
	if ctx.Err() != nil {
		return ending{cause: context.Cause(ctx)}, nil
	}

	token := rand.Text()
	g, err := t.startGuard(job, token)
	if err != nil {
		return ending{}, err
	}
	defer g.close()

	read := make(chan struct{})
	go func() {
		defer close(read)
		// The end of the pipe, or of the patience with it: nothing else is to be told apart.
		_, _ = io.Copy(output, g.output)
	}()
	reported := make(chan report, 1)
	go func() { reported <- readReport(g.report) }()

	var end ending
	select {
	case <-g.ended:
	case <-ctx.Done():
		end.cause = context.Cause(ctx)
		g.stop()
	}
	// Whatever the guard did not live to end is found by its mark and its group.
	_ = g.report.SetReadDeadline(time.Now().Add(drainPatience))
	end.report = <-reported
	if !end.Ended {
		killGroup(end.PID)
		killMarked(runVariable + "=" + token)
	}
	_ = g.output.SetReadDeadline(time.Now().Add(drainPatience))
	<-read
	return end, nil
}

// guardProcess is a running guard, seen from the server.
type guardProcess struct {
	cmd     *exec.Cmd
	control *os.File // our end of its stdin: while it is open, the server lives
	output  *os.File // what the program prints
	report  *os.File
	ended   chan struct{}
}

func (t *Trainer) startGuard(job retrain.Job, token string) (*guardProcess, error) {
	var pipes [3][2]*os.File
	for i := range pipes {
		r, w, err := os.Pipe()
		if err != nil {
			for _, p := range pipes[:i] {
				p[0].Close()
				p[1].Close()
			}
			return nil, fmt.Errorf("open a pipe to the trainer: %w", err)
		}
		pipes[i] = [2]*os.File{r, w}
	}
	control, output, rep := pipes[0], pipes[1], pipes[2]

	args := append(append([]string{}, t.guard[1:]...), "--")
	cmd := exec.Command(t.guard[0], append(args, t.argv...)...)
	cmd.Dir = job.Dir
	cmd.Env = environment(job, token)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = control[0], output[1], output[1]
	cmd.ExtraFiles = []*os.File{rep[1]}
	cmd.SysProcAttr = guardAttr()

	g := &guardProcess{cmd: cmd, control: control[1], output: output[0], report: rep[0], ended: make(chan struct{})}
	started := make(chan error)
	go func() {
		// The kernel signals the guard when the thread that started it ends, not the process: the
		// thread is kept for as long as the guard runs.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		for _, f := range []*os.File{control[0], output[1], rep[1]} {
			f.Close()
		}
		started <- err
		if err == nil {
			_ = cmd.Wait() // what it has to say stands in its report
		}
		close(g.ended)
	}()
	if err := <-started; err != nil {
		g.close()
		return nil, fmt.Errorf("start the trainer's guard: %w", err)
	}
	return g, nil
}

// stop has the guard end everything, and ends the guard where it does not obey.
func (g *guardProcess) stop() {
	_, _ = g.control.Write([]byte{stopByte}) // a guard that is gone needs no telling
	patience := time.NewTimer(stopPatience)
	defer patience.Stop()
	select {
	case <-g.ended:
	case <-patience.C:
		_ = g.cmd.Process.Signal(syscall.SIGKILL)
		<-g.ended
	}
}

func (g *guardProcess) close() {
	g.control.Close()
	g.output.Close()
	g.report.Close()
}

// report is what the guard says on its report pipe: once when the program runs, once at the end.
type report struct {
	PID        int    `json:"pid,omitempty"`
	StartError string `json:"start_error,omitempty"`
	Ended      bool   `json:"ended,omitempty"`
	Exit       int    `json:"exit,omitempty"`
	Signal     int    `json:"signal,omitempty"` // that killed it, 0 where it exited
	OverMemory bool   `json:"over_memory,omitempty"`
}

// readReport reads all the guard says; later lines add to earlier ones.
func readReport(r io.Reader) (all report) {
	for dec := json.NewDecoder(r); ; {
		if err := dec.Decode(&all); err != nil {
			return all
		}
	}
}
