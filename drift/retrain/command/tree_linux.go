package command

import (
	"bytes"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// guardAttr gives the guard a session of its own, away from the terminal's Ctrl-C, and has the
// kernel tell it of the server's death: the second belt beside the end of its stdin.
func guardAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGTERM}
}

// programAttr gives the program a group of its own and has the kernel kill it with the guard.
func programAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// adoptOrphans makes every descendant whose parent ends our child, whatever session it fled to.
func adoptOrphans() { _ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }

// yieldTo has the program stand back: behind the server for the processor, before it where the
// kernel has to kill somebody for memory. Neither is a promise, so neither failing is a fault.
func yieldTo(pid int) {
	_ = unix.Setpriority(unix.PRIO_PGRP, pid, 10)
	_ = os.WriteFile("/proc/"+strconv.Itoa(pid)+"/oom_score_adj", []byte("800"), 0)
}

// process is a line of /proc.
type process struct{ pid, parent, resident int }

// processes reads the process table; what ends meanwhile is left out.
func processes() (all []process) {
	for _, pid := range pids() {
		text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil {
			continue
		}
		// The name in brackets may hold anything, brackets too: count from the last one.
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		if len(fields) < 22 {
			continue
		}
		parent, _ := strconv.Atoi(fields[1])
		pages, _ := strconv.Atoi(fields[21])
		all = append(all, process{pid, parent, pages * os.Getpagesize()})
	}
	return all
}

func pids() (all []int) {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			all = append(all, pid)
		}
	}
	return all
}

// descendants are the processes below us.
func descendants() (below []process) {
	children := map[int][]process{}
	for _, p := range processes() {
		children[p.parent] = append(children[p.parent], p)
	}
	below = slices.Clone(children[os.Getpid()])
	for i := 0; i < len(below); i++ {
		below = append(below, children[below[i].pid]...)
	}
	return below
}

// residentBytes is the memory of the program and of all that it started. Pages shared between them
// count once for each.
func residentBytes(int) (sum int64) {
	for _, p := range descendants() {
		sum += int64(p.resident)
	}
	return sum
}

func killDescendants() {
	for _, p := range descendants() {
		_ = syscall.Kill(p.pid, syscall.SIGKILL)
	}
}
