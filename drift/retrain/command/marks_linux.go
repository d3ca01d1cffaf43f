package command

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Every process of a run carries the run's mark in the environment it was started with, whatever
// its parent, group or session has become.

// procList reads one of the lists of a process that /proc writes with zero bytes between.
func procList(pid int, file string) []string {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/" + file)
	if err != nil {
		return nil // ended, or another user's
	}
	return strings.Split(strings.TrimSuffix(string(text), "\x00"), "\x00")
}

// cleanLooks is how often in a row nothing has to be found: a process that just becomes another program
// has no environment for a moment.
const cleanLooks = 3

// killWhere kills every process whose environment satisfies which, until none is left: what a killed
// guard leaves behind in sessions of its own.
func killWhere(which func(env []string) bool) {
	clean := 0
	for deadline := time.Now().Add(sweepLimit); clean < cleanLooks && time.Now().Before(deadline); time.Sleep(sweepEach) {
		clean++
		for _, pid := range pids() {
			if pid != os.Getpid() && which(procList(pid, "environ")) {
				clean = 0
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
	}
}

// killMarked kills every process of one run.
func killMarked(mark string) {
	killWhere(func(env []string) bool { return slices.Contains(env, mark) })
}

// killBelow kills every process of the runs in folders below root, once their guards have ended, or have
// had their time to.
func killBelow(root string, guard []string) {
	below := dirVariable + "=" + strings.TrimSuffix(root, "/") + "/"
	inside := func(env []string) bool {
		return slices.ContainsFunc(env, func(v string) bool { return strings.HasPrefix(v, below) })
	}
	guarded := func(pid int) bool {
		args := procList(pid, "cmdline")
		return len(args) > len(guard) && slices.Equal(args[:len(guard)], guard) && inside(procList(pid, "environ"))
	}
	for deadline := time.Now().Add(stopPatience); slices.ContainsFunc(pids(), guarded) && time.Now().Before(deadline); {
		time.Sleep(sweepEach)
	}
	killWhere(inside)
}
