package command

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

const (
	stopByte   = 's' // on the guard's stdin: end the program, politely first
	reportFile = 3   // the descriptor of the report pipe

	killAfter   = 2 * time.Second        // from SIGTERM to SIGKILL
	measureEach = 200 * time.Millisecond // how often memory is looked at
	sweepEach   = 10 * time.Millisecond  // how often survivors are looked for while ending
	sweepLimit  = 5 * time.Second        // a process in the depths of the kernel is not waited for
)

// Guard is the body of the hidden command that stands between the server and a trainer's program.
// It runs argv, adopts whatever descends from it, and does not return before all of it is gone:
// after the program's end, after a word from the server on stdin, after stdin's end (the server
// died, by kill -9 too), or when memory is over its limit. Where the guard itself is killed, the
// kernel kills the program with it. It returns the exit code of the command.
func Guard(argv []string, stdin io.Reader) int {
	if len(argv) > 0 && argv[0] == "--" {
		argv = argv[1:]
	}
	if len(argv) == 0 || os.Getenv(runVariable) == "" {
		fmt.Fprintln(os.Stderr, "This command is started by the server, to guard a trainer.")
		return 2
	}
	// The program's signal at its parent's death belongs to the thread that starts it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	ends := make(chan os.Signal, 4)
	signal.Notify(ends, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	syscall.CloseOnExec(reportFile)
	out := json.NewEncoder(os.NewFile(reportFile, "report"))
	adoptOrphans()

	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = programAttr()
	if err := cmd.Start(); err != nil {
		_ = out.Encode(report{StartError: err.Error(), Ended: true})
		return 1
	}
	pid := cmd.Process.Pid
	yieldTo(pid)
	_ = out.Encode(report{PID: pid}) // to a dead server there is nothing to say

	limit, _ := strconv.ParseInt(os.Getenv(memoryVariable), 10, 64)
	r := watch(pid, limit, words(stdin), ends, reap(pid))
	_ = out.Encode(r)
	return 0
}

// reaped tells of the end of children: the program's, and that of all.
type reaped struct {
	program chan syscall.WaitStatus
	all     chan struct{}
}

// reap waits for every child, adopted ones included, until there is none. The program is one of
// them, so exec.Cmd's own Wait is not used.
func reap(program int) reaped {
	r := reaped{make(chan syscall.WaitStatus, 1), make(chan struct{})}
	go func() {
		defer close(r.all)
		for {
			var status syscall.WaitStatus
			pid, err := syscall.Wait4(-1, &status, 0, nil)
			switch {
			case err == syscall.EINTR:
			case err != nil: // ECHILD: none is left
				return
			case pid == program:
				r.program <- status
			}
		}
	}()
	return r
}

// words passes on what the server says and is closed when the server is gone.
func words(stdin io.Reader) <-chan byte {
	c := make(chan byte)
	go func() {
		defer close(c)
		for buf := make([]byte, 1); ; {
			n, err := stdin.Read(buf)
			if n > 0 {
				c <- buf[0]
			}
			if err != nil {
				return
			}
		}
	}()
	return c
}

// watch waits for the first reason to end, ends everything, and reports.
func watch(pid int, limit int64, words <-chan byte, ends <-chan os.Signal, r reaped) report {
	measure := time.NewTicker(measureEach)
	defer measure.Stop()
	var kill <-chan time.Time
	result := report{PID: pid}
	for {
		select {
		case status := <-r.program:
			return finish(pid, result, r, status, true)
		case word, ok := <-words:
			if !ok {
				return finish(pid, result, r, 0, false)
			}
			if word == stopByte && kill == nil {
				kill = time.After(killAfter)
				_ = syscall.Kill(-pid, syscall.SIGTERM)
				_ = syscall.Kill(-pid, syscall.SIGCONT) // a stopped process hears nothing else
			}
		case <-kill:
			return finish(pid, result, r, 0, false)
		case <-ends:
			return finish(pid, result, r, 0, false)
		case <-measure.C:
			if limit > 0 && residentBytes(pid) > limit {
				result.OverMemory = true
				return finish(pid, result, r, 0, false)
			}
		}
	}
}

// finish kills until nothing is left. A child that forks while it is looked for is found by the
// next look: it stays our descendant.
func finish(pid int, result report, r reaped, status syscall.WaitStatus, known bool) report {
	look := time.NewTicker(sweepEach)
	defer look.Stop()
	patience := time.After(sweepLimit)
	for gone := false; !gone; {
		killGroup(pid)
		killDescendants()
		select {
		case <-r.all:
			gone = true
		case <-look.C:
		case <-patience:
			gone = true
		}
	}
	if !known {
		select {
		case status = <-r.program:
		default:
			status = syscall.WaitStatus(syscall.SIGKILL) // sent, not heeded yet
		}
	}
	result.Ended = true
	if status.Signaled() {
		result.Signal = int(status.Signal())
	} else {
		result.Exit = status.ExitStatus()
	}
	return result
}

// killGroup kills a process group; one that is gone is no fault.
func killGroup(pid int) {
	if pid > 1 {
		_ = syscall.Kill(-pid, syscall.SIGKILL)
	}
}
