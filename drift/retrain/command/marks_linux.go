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

// killMarked kills every process of one run until none is left: what a killed guard leaves behind
// in sessions of its own.
func killMarked(mark string) {
	for deadline := time.Now().Add(sweepLimit); time.Now().Before(deadline); time.Sleep(sweepEach) {
		found := false
		for _, pid := range pids() {
			if pid != os.Getpid() && slices.Contains(procList(pid, "environ"), mark) {
				found = true
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
		if !found {
			return
		}
	}
}

// killUnguarded kills the runs in folders below root that have no process with the guard's command.
func killUnguarded(root string, guard []string) {
	guarded := map[string]bool{} // by mark
	below := dirVariable + "=" + strings.TrimSuffix(root, "/") + "/"
	for _, pid := range pids() {
		env := procList(pid, "environ")
		mark := slices.IndexFunc(env, func(v string) bool { return strings.HasPrefix(v, runVariable+"=") })
		if mark < 0 || !slices.ContainsFunc(env, func(v string) bool { return strings.HasPrefix(v, below) }) {
			continue
		}
		args := procList(pid, "cmdline")
		isGuard := len(args) > len(guard) && slices.Equal(args[:len(guard)], guard)
		guarded[env[mark]] = guarded[env[mark]] || isGuard
	}
	for mark, lives := range guarded {
		if !lives {
			killMarked(mark)
		}
	}
}
