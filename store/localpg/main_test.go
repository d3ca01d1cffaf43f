package localpg

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// childEnv makes the test binary a launcher: it starts (or attaches to) the
// PostgreSQL of the data directory it names, prints the address and the
// postmaster's number, and waits for its standard input to end.
const childEnv = "LOCALPG_TEST_CHILD"

func TestMain(m *testing.M) {
	if spec := os.Getenv(childEnv); spec != "" {
		if err := child(spec); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(spec string) error {
	how, dir, _ := strings.Cut(spec, ":")
	start := Start
	if how == "attach" {
		start = Attach
	}
	s, err := start(context.Background(), Options{DataDir: dir, Volatile: true, Purpose: "test launcher"})
	if err != nil {
		return err
	}
	fmt.Println("ready", s.PID(), s.DSN())
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	return s.Stop(context.Background())
}

// launcher is a test binary that runs child.
type launcher struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	pid   int // the postmaster's
	dsn   string
}

func launch(t *testing.T, exe, spec string, attr *syscall.SysProcAttr) *launcher {
	t.Helper()
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), childEnv+"="+spec)
	cmd.SysProcAttr = attr
	cmd.Stderr = os.Stderr
	if attr != nil {
		cmd.Dir = filepath.Dir(exe)
	}
	stdin, err := cmd.StdinPipe()
	must(t, err)
	stdout, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		stdin.Close()
		_ = cmd.Wait() // a killed one reports that it was
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	fields := strings.Fields(line)
	if err != nil || len(fields) != 3 || fields[0] != "ready" {
		t.Fatalf("launcher said %q (%v)", line, err)
	}
	pid, err := strconv.Atoi(fields[1])
	must(t, err)
	return &launcher{cmd: cmd, stdin: stdin, pid: pid, dsn: fields[2]}
}

func (l *launcher) kill(t *testing.T) {
	t.Helper()
	must(t, l.cmd.Process.Kill())
	_ = l.cmd.Wait() // "signal: killed"
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// openDir is a directory that PostgreSQL's account can enter under root, as
// it cannot with t.TempDir.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "localpg-")
	must(t, err)
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("clean up: %v", err)
		}
	})
	must(t, os.Chmod(dir, 0o711))
	return dir
}

func dataDir(t *testing.T) string {
	t.Helper()
	return filepath.Join(openDir(t), "data")
}

func limit(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func start(t *testing.T, opt Options) *Server {
	t.Helper()
	opt.Volatile = true
	s, err := Start(limit(t), opt)
	must(t, err)
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return s
}

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(limit(t), dsn)
	must(t, err)
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func run(t *testing.T, dsn, sql string) {
	t.Helper()
	conn := connect(t, dsn)
	_, err := conn.Exec(limit(t), sql)
	must(t, err)
	must(t, conn.Close(limit(t)))
}

func ask[T any](t *testing.T, dsn, sql string) T {
	t.Helper()
	conn := connect(t, dsn)
	var v T
	must(t, conn.QueryRow(limit(t), sql).Scan(&v))
	must(t, conn.Close(limit(t)))
	return v
}

// eventually waits until ok, looking again every few milliseconds.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for ctx := limit(t); !ok(); {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("never: %s", what)
		}
	}
}

func alive(pid int) bool {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if os.IsNotExist(err) && exists("/proc/self/stat") {
		return false
	}
	if err == nil {
		return !strings.Contains(string(text), ") Z ")
	}
	return syscall.Kill(pid, 0) == nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
