package localpg

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// childAttr puts PostgreSQL into a process group of its own, away from the
// terminal's Ctrl-C, and has the kernel ask it to shut down when the thread
// that started it ends.
func childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGINT}
}

// isPostmaster says whether pid is the postmaster of the cluster: its command
// line names the directory (its children's do not, they rewrite theirs).
func isPostmaster(pid int, cluster string) bool {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
	if err != nil {
		return false
	}
	args := strings.Split(string(bytes.TrimRight(text, "\x00")), "\x00")
	return filepath.Base(args[0]) == "postgres" && slices.Contains(args, cluster)
}

// clusterProcesses lists the processes that work in the cluster, as every
// process of PostgreSQL does in its own; unsure is true where a postgres of
// the cluster's owner runs whose directory may not be read (root in a
// container lacks the right). Other users' cannot be ours: PostgreSQL insists
// on owning its directory.
func clusterProcesses(cluster string) (pids []int, unsure bool) {
	owner, known := ownerOf(cluster)
	entries, err := os.ReadDir("/proc")
	if err != nil || !known {
		return nil, true
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		comm, err := os.ReadFile(filepath.Join("/proc", e.Name(), "comm"))
		if err != nil || strings.TrimSpace(string(comm)) != "postgres" {
			continue
		}
		cwd, err := os.Readlink(filepath.Join("/proc", e.Name(), "cwd"))
		switch {
		case err == nil && cwd == cluster:
			pids = append(pids, pid)
		case os.IsPermission(err):
			uid, known := ownerOf(filepath.Join("/proc", e.Name()))
			unsure = unsure || !known || uid == owner
		}
	}
	return pids, unsure
}

func ownerOf(path string) (uid uint32, known bool) {
	st, err := os.Stat(path)
	if err != nil {
		return 0, false
	}
	sys, ok := st.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return sys.Uid, true
}
