//go:build unix && !linux

package localpg

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// childAttr puts PostgreSQL into a process group of its own, away from the
// terminal's Ctrl-C. There is no signal at a parent's death here: an orphan
// is found at the next start.
func childAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// isPostmaster says whether pid is the postmaster of the cluster: its command
// line names the directory.
func isPostmaster(pid int, cluster string) bool {
	out, err := exec.Command("ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.Contains(string(out), "postgres") && strings.Contains(string(out), cluster)
}

// clusterProcesses cannot be told here; PostgreSQL's own look at its shared
// memory has to do.
func clusterProcesses(string) (pids []int, unsure bool) { return nil, true }
