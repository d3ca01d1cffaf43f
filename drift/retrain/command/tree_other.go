//go:build unix && !linux

package command

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// Elsewhere a process group is all there is: a program that leaves its group is not followed, and
// neither is one whose guard was killed with SIGKILL while the server died.

func guardAttr() *syscall.SysProcAttr   { return &syscall.SysProcAttr{Setsid: true} }
func programAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
func adoptOrphans()                     {}
func yieldTo(pid int)                   { _ = syscall.Setpriority(syscall.PRIO_PGRP, pid, 10) }
func killDescendants()                  {}
func killMarked(string)                 {}
func killBelow(string, []string)        {}

// residentBytes is the memory of the program's group.
func residentBytes(group int) (sum int64) {
	// The guard's reaper may be faster than this command's own Wait, which then fails after the
	// output was read in full.
	out, _ := exec.Command("ps", "-A", "-o", "pgid=,rss=").Output()
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) == 2 && fields[0] == strconv.Itoa(group) {
			kib, _ := strconv.ParseInt(fields[1], 10, 64)
			sum += kib << 10
		}
	}
	return sum
}
