package command_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/drift/retrain/command"
)

// inFolder lists the processes of trainings in a folder, guards apart.
func inFolder(dir string) (guards, others []int) {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		env, _ := os.ReadFile(filepath.Join("/proc", e.Name(), "environ"))
		if !slices.Contains(strings.Split(string(env), "\x00"), "DRIFTWATCH_TRAINER_DIR="+dir) {
			continue
		}
		line, _ := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline"))
		if strings.Contains(string(line), "helper\x00guard") {
			guards = append(guards, pid)
		} else {
			others = append(others, pid)
		}
	}
	return guards, others
}

// Whenever its guard is killed, in the middle of the program's start too, nothing of a training is left.
// A process that just becomes another program has no environment for a moment, by which it is found.
func TestGuardKilledAtAnyMoment(t *testing.T) {
	tr, err := command.New(command.Options{
		Argv:  []string{"/bin/sh", "-c", "for i in 1 2 3 4 5; do setsid sleep 600 & done; exec sleep 600"},
		Guard: guardCommand(),
	})
	if err != nil {
		t.Fatal(err)
	}
	for round := range 12 {
		dir := t.TempDir()
		ended := make(chan error, 1)
		go func() { ended <- tr.Train(t.Context(), retrain.Job{Dir: dir, Timeout: time.Minute}) }()
		var guards []int
		for len(guards) == 0 && len(ended) == 0 {
			guards, _ = inFolder(dir)
		}
		<-time.After(time.Duration(rand.IntN(12_000)) * time.Microsecond)
		for _, pid := range guards {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		if err := <-ended; err == nil {
			t.Errorf("round %d: the training ended well", round)
		}
		for range 5 {
			if _, left := inFolder(dir); len(left) > 0 {
				t.Errorf("round %d: processes %v are left", round, left)
				for _, pid := range left {
					_ = syscall.Kill(pid, syscall.SIGKILL)
				}
			}
			<-time.After(2 * time.Millisecond)
		}
	}
}
