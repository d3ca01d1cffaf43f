package localpg

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestFirstStartAndRestart(t *testing.T) {
	dir := dataDir(t)
	s := start(t, Options{DataDir: dir})
	if !s.Owned() {
		t.Error("a server that Start started is not owned")
	}
	for sql, want := range map[string]string{
		"SHOW timezone":         "UTC",
		"SHOW server_encoding":  "UTF8",
		"SHOW listen_addresses": "",
		"SHOW data_checksums":   "on",
		"SELECT current_database() || '/' || current_user": "driftwatch/driftwatch",
	} {
		if got := ask[string](t, s.DSN(), sql); got != want {
			t.Errorf("%s: %q, want %q", sql, got, want)
		}
	}
	run(t, s.DSN(), "CREATE TABLE kept (n int); INSERT INTO kept SELECT generate_series(1, 1000)")
	sock := s.socket
	if st, err := os.Stat(sock); err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("socket directory: %v %v, want mode 0700", st, err)
	}
	if st, err := os.Stat(s.layout.cluster); err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("cluster: %v %v, want mode 0700", st, err)
	}
	pid, dsn := s.PID(), s.DSN()
	must(t, s.Stop(limit(t)))
	if alive(pid) {
		t.Error("the postmaster outlived Stop")
	}
	if exists(sock) {
		t.Error("the socket directory outlived Stop")
	}
	s = start(t, Options{DataDir: dir})
	if s.DSN() != dsn {
		t.Errorf("the address changed from %s to %s", dsn, s.DSN())
	}
	if n := ask[int](t, s.DSN(), "SELECT count(*) FROM kept"); n != 1000 {
		t.Errorf("%d rows after a restart, want 1000", n)
	}
}

func TestDurableUnlessVolatile(t *testing.T) {
	args := func(o Options) string { return strings.Join(o.serverArgs(layout{cluster: "/c"}, "/s"), " ") }
	for _, name := range []string{"fsync", "full_page_writes"} {
		if a := args(Options{}); !strings.Contains(a, name+"=on") {
			t.Errorf("%s is not on in %s", name, a)
		}
		if a := args(Options{Volatile: true}); !strings.Contains(a, name+"=off") {
			t.Errorf("%s is not off in %s", name, a)
		}
	}
	if a := args(Options{Volatile: true}); !strings.Contains(a, "synchronous_commit=on") {
		t.Errorf("synchronous_commit is not on in %s", a)
	}
	if a := args(Options{Settings: map[string]string{"work_mem": "9MB"}}); !strings.Contains(a, "work_mem=9MB") {
		t.Errorf("a setting of the caller's is missing in %s", a)
	}
}

func TestSecondHolderRefused(t *testing.T) {
	dir := dataDir(t)
	start(t, Options{DataDir: dir, Purpose: "driftwatch serve"})
	_, err := Start(limit(t), Options{DataDir: dir})
	wantCode(t, err, CodeInUse, `"driftwatch serve"`, "process ", "DRIFTWATCH_DATA_DIR")
	var held *HeldError
	if !errors.As(err, &held) || held.Holder.PID != os.Getpid() {
		t.Errorf("holder %+v, want process %d", held, os.Getpid())
	}
}

func TestPostmasterKilled(t *testing.T) {
	s := start(t, Options{DataDir: dataDir(t)})
	run(t, s.DSN(), "CREATE TABLE kept (n int)")
	for round := range 3 {
		run(t, s.DSN(), "INSERT INTO kept VALUES (1); CHECKPOINT; INSERT INTO kept VALUES (2)")
		// A busy child keeps the shared memory after the postmaster is gone.
		busy := connect(t, s.DSN())
		go busy.Exec(context.Background(), "SELECT pg_sleep(600)")
		pid := s.PID()
		must(t, syscall.Kill(pid, syscall.SIGKILL))
		eventually(t, "it answers again", func() bool { return s.PID() != pid && ping(limit(t), s.DSN()) == nil })
		if n := ask[int](t, s.DSN(), "SELECT count(*) FROM kept"); n != 2*(round+1) {
			t.Fatalf("%d rows after kill %d, want %d", n, round+1, 2*(round+1))
		}
	}
}

func TestLauncherKilled(t *testing.T) {
	dir := dataDir(t)
	for _, both := range []bool{false, true} {
		child := launch(t, os.Args[0], "start:"+dir, nil)
		run(t, child.dsn, "CREATE TABLE IF NOT EXISTS kept (n int); INSERT INTO kept VALUES (1)")
		child.kill(t)
		if both {
			_ = syscall.Kill(child.pid, syscall.SIGKILL) // may have ended by itself
		} else if runtime.GOOS == "linux" {
			eventually(t, "the kernel ends an orphan", func() bool { return !alive(child.pid) })
		}
		s := start(t, Options{DataDir: dir})
		if alive(child.pid) {
			t.Error("the killed launcher's postmaster still runs")
		}
		want := 1
		if both {
			want = 2
		}
		if n := ask[int](t, s.DSN(), "SELECT count(*) FROM kept"); n != want {
			t.Errorf("%d rows, want %d (postmaster killed too: %v)", n, want, both)
		}
		must(t, s.Stop(limit(t)))
	}
}

// An orphan is what a killed launcher leaves where the kernel does not end
// its children: here, a postmaster that no launcher of ours started.
func TestOrphanEnded(t *testing.T) {
	dir := dataDir(t)
	s := start(t, Options{DataDir: dir})
	run(t, s.DSN(), "CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
	cmd, l, dsn := s.sup.command(), s.layout, s.DSN()
	must(t, s.Stop(limit(t)))
	acct, err := chooseAccount(l.cluster)
	must(t, err)
	must(t, os.Mkdir(s.socket, 0o700))
	must(t, acct.own(s.socket))
	cmd.SysProcAttr.Pdeathsig = 0
	must(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	eventually(t, "the orphan answers", func() bool { return ping(limit(t), dsn) == nil })

	s = start(t, Options{DataDir: dir})
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("the orphan was not ended cleanly: %v", err)
		}
	case <-limit(t).Done():
		t.Fatal("the orphan still runs")
	}
	if n := ask[int](t, s.DSN(), "SELECT count(*) FROM kept"); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
}

// After a restart of the machine or container the number in postmaster.pid
// may be anybody's: here, this test's own.
func TestStalePidOfAStranger(t *testing.T) {
	dir := dataDir(t)
	s := start(t, Options{DataDir: dir})
	must(t, s.Stop(limit(t)))
	acct, err := chooseAccount(s.layout.cluster)
	must(t, err)
	stranger := exec.Command("sleep", "600")
	acct.apply(stranger, "/") // PostgreSQL overlooks other users' processes by itself
	must(t, stranger.Start())
	t.Cleanup(func() { _, _ = stranger.Process.Kill(), stranger.Wait() })
	pidfile := s.layout.inCluster("postmaster.pid")
	must(t, os.WriteFile(pidfile, []byte(strings.Join([]string{itoa(stranger.Process.Pid), s.layout.cluster, "1", "5432", "/nowhere", "", "  1 1", "ready   "}, "\n")+"\n"), 0o600))
	must(t, acct.own(pidfile))
	start(t, Options{DataDir: dir})
	if !alive(stranger.Process.Pid) {
		t.Error("a stranger's process was ended")
	}
}

func TestWrongVersion(t *testing.T) {
	dir := dataDir(t)
	s := start(t, Options{DataDir: dir})
	must(t, s.Stop(limit(t)))
	file := s.layout.inCluster("PG_VERSION")
	old, err := os.ReadFile(file)
	must(t, err)
	must(t, os.WriteFile(file, []byte("9\n"), 0o600))
	_, err = Start(limit(t), Options{DataDir: dir})
	wantCode(t, err, CodeWrongVersion, "written by PostgreSQL 9", "Install PostgreSQL 9", "DRIFTWATCH_PG_BIN")
	must(t, os.WriteFile(file, old, 0o600))
	start(t, Options{DataDir: dir})
}

func TestNoBinaries(t *testing.T) {
	_, err := Start(limit(t), Options{DataDir: dataDir(t), BinDir: t.TempDir()})
	wantCode(t, err, CodeNoBinaries, "initdb", "DRIFTWATCH_PG_BIN")
}

func TestLongPath(t *testing.T) {
	dir := filepath.Join(openDir(t), strings.Repeat("long-", 30), "with space", "data")
	s := start(t, Options{DataDir: dir})
	if n := len(s.socket); n > maxSocketDir {
		t.Errorf("socket directory of %d bytes", n)
	}
	if n := ask[int](t, s.DSN(), "SELECT 1"); n != 1 {
		t.Error("no answer")
	}
}

// Below a home of mode 0700 an ordinary user's PostgreSQL runs in place;
// under root, where it is another account's, its files are put elsewhere.
func TestClosedHome(t *testing.T) {
	system := filepath.Join(openDir(t), "system")
	defer func(old string) { systemHome = old }(systemHome)
	systemHome = system
	home := filepath.Join(t.TempDir(), "home")
	must(t, os.Mkdir(home, 0o700))
	dir := filepath.Join(home, "clone", ".driftwatch")
	s := start(t, Options{DataDir: dir})
	run(t, s.DSN(), "CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
	if moved := strings.HasPrefix(s.layout.cluster, system); moved != (os.Geteuid() == 0) {
		t.Errorf("as user %d the cluster lies in %s", os.Geteuid(), s.layout.cluster)
	}
	must(t, s.Stop(limit(t)))
	s = start(t, Options{DataDir: dir})
	if n := ask[int](t, s.DSN(), "SELECT count(*) FROM kept"); n != 1 {
		t.Errorf("%d rows after a restart, want 1", n)
	}
	_, err := Start(limit(t), Options{DataDir: dir})
	wantCode(t, err, CodeInUse)

	// A second clone under the old path begins afresh.
	must(t, s.Stop(limit(t)))
	must(t, os.RemoveAll(dir))
	s = start(t, Options{DataDir: dir})
	if there := ask[bool](t, s.DSN(), "SELECT to_regclass('kept') IS NOT NULL"); there {
		t.Error("a new data directory has the old one's table")
	}
}

// Under root the whole of it also runs in a process of another user.
func TestOrdinaryUser(t *testing.T) {
	exe := filepath.Join(openDir(t), "launcher.test")
	text, err := os.ReadFile(os.Args[0])
	must(t, err)
	must(t, os.WriteFile(exe, text, 0o755))
	dir := filepath.Join(openDir(t), "theirs")
	must(t, os.Mkdir(dir, 0o755))
	var attr *syscall.SysProcAttr
	if os.Geteuid() == 0 {
		const nobody = 65534
		must(t, os.Chown(dir, nobody, nobody))
		attr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	child := launch(t, exe, "start:"+filepath.Join(dir, "data"), attr)
	run(t, child.dsn, "CREATE TABLE kept (n int)")
	st, err := os.Stat(filepath.Join(dir, "data", "postgres"))
	must(t, err)
	parent, err := os.Stat(dir)
	must(t, err)
	if a, b := st.Sys().(*syscall.Stat_t).Uid, parent.Sys().(*syscall.Stat_t).Uid; a != b {
		t.Errorf("the cluster belongs to user %d, want %d", a, b)
	}
	must(t, child.stdin.Close())
	if err := child.cmd.Wait(); err != nil {
		t.Errorf("launcher: %v", err)
	}
	if alive(child.pid) {
		t.Error("the postmaster outlived its launcher")
	}
	// Under root, another user's cluster is run as that user.
	s := start(t, Options{DataDir: filepath.Join(dir, "data")})
	if n := ask[int](t, s.DSN(), "SELECT count(*) FROM kept"); n != 0 {
		t.Errorf("%d rows, want 0", n)
	}
}

func TestStopInTime(t *testing.T) {
	s := start(t, Options{DataDir: dataDir(t)})
	must(t, syscall.Kill(s.PID(), syscall.SIGSTOP)) // it cannot even hear SIGINT
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	pid := s.PID()
	err := s.Stop(ctx)
	if !errors.Is(err, context.DeadlineExceeded) || alive(pid) {
		t.Errorf("stop: %v, still alive: %v", err, alive(pid))
	}
	s.stopErr = nil // told; the cleanup need not tell again
}

func wantCode(t *testing.T, err error, code Code, parts ...string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code != code {
		t.Fatalf("error %v, want code %s", err, code)
	}
	for _, part := range parts {
		if !strings.Contains(e.Message, part) {
			t.Errorf("%q does not say %q", e.Message, part)
		}
	}
}
