package localpg

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	superuser = "driftwatch"
	database  = "driftwatch"
	port      = 5432

	// retryWait is how long a start waits for the remains of an earlier
	// PostgreSQL to go away.
	retryWait = 60 * time.Second
)

// Server is a private PostgreSQL in use by this process. Its methods may be
// called at the same time.
type Server struct {
	opt    Options
	layout layout
	dsn    string

	sup    *supervisor // nil where another process runs it
	socket string      // the socket's directory, of a server of our own
	out    *logFile
	lock   *os.File // the data directory is ours
	users  *os.File // we are using somebody else's
	linger bool     // Stop waits for the other users

	stopOnce sync.Once
	stopErr  error
}

// Start runs the PostgreSQL of a data directory for this process, making the
// directory and an empty database named driftwatch where there is none. Where
// another process runs it the error is of CodeInUse and says which. ctx ends
// the starting, not the server.
func Start(ctx context.Context, opt Options) (*Server, error) {
	opt = opt.withDefaults()
	l, err := opt.layout(ctx)
	if err != nil {
		return nil, err
	}
	lock, err := hold(l, opt.Purpose)
	if err != nil {
		return nil, err
	}
	return startHeld(ctx, opt, l, lock)
}

// startHeld starts the cluster whose lock is held, and lets go of the lock if
// that fails.
func startHeld(ctx context.Context, opt Options, l layout, lock *os.File) (_ *Server, err error) {
	s := &Server{opt: opt, layout: l, lock: lock}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.release())
		}
	}()
	acct, bins, err := s.prepare(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := socketDir(ctx, l.cluster, acct, bins)
	if err != nil {
		return nil, err
	}
	s.socket, s.dsn = dir, dsnOf(dir, port, database)
	if s.out, err = openLog(l.log()); err != nil {
		return nil, err
	}
	args := opt.serverArgs(l, dir)
	s.sup = supervise(l, func() *exec.Cmd {
		cmd := exec.Command(bins.path("postgres"), args...)
		cmd.SysProcAttr = childAttr()
		acct.apply(cmd, l.cluster)
		return cmd
	}, s.out, opt.Logger)
	if err = s.awaitReady(ctx, dsnOf(dir, port, "postgres")); err != nil {
		quick, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		return nil, errors.Join(err, s.sup.stop(quick))
	}
	opt.Logger.Info("private PostgreSQL is up", "version", bins.major, "data", l.cluster, "log", l.log())
	return s, nil
}

// prepare leaves a cluster that is ours to start: the right version, nobody
// else in it, made if it was missing.
func (s *Server) prepare(ctx context.Context) (account, binaries, error) {
	l := s.layout
	fail := func(err error) (account, binaries, error) { return account{}, binaries{}, err }
	acct, err := chooseAccount(l.cluster)
	if err != nil {
		return fail(err)
	}
	major, err := clusterMajor(l.cluster)
	if err != nil {
		return fail(err)
	}
	before, err := os.ReadFile(l.binNote())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fail(plain(fmt.Errorf("read note: %w", err), l.home))
	}
	bins, err := chooseBinaries(ctx, s.opt.BinDir, strings.TrimSpace(string(before)), major)
	if err != nil {
		return fail(err)
	}
	if major == 0 {
		s.opt.Logger.Info("making a private PostgreSQL", "version", bins.major, "data", l.cluster)
		if err := initCluster(ctx, l, acct, bins, s.opt.Volatile); err != nil {
			return fail(err)
		}
	}
	ok, err := acct.canEnter(ctx, bins, l.cluster)
	if err != nil {
		return fail(err)
	}
	if !ok {
		return fail(&Error{
			Code:    CodePermission,
			Message: fmt.Sprintf("PostgreSQL runs as user %s here, who cannot enter %s. Move that directory to where it can, or let others pass through the directories above it (chmod o+x).", acct.name, l.cluster),
		})
	}
	if err := endOrphan(ctx, l, s.opt.Logger); err != nil {
		return fail(err)
	}
	if err := os.WriteFile(l.binNote(), []byte(bins.dir+"\n"), 0o600); err != nil {
		return fail(plain(fmt.Errorf("write note: %w", err), l.home))
	}
	return acct, bins, likeDir(l.binNote())
}

// awaitReady waits until the server answers and has our database. Recovery
// after a crash takes what it takes; only ctx bounds it.
func (s *Server) awaitReady(ctx context.Context, dsn string) error {
	began := time.Now()
	note := began.Add(10 * time.Second)
	for {
		select {
		case end := <-s.sup.exits:
			if !passes(end.tail) || time.Since(began) > retryWait {
				return plainOutput("postgres", s.layout.cluster, end.tail, end.err)
			}
		default:
		}
		err := ensureDatabase(ctx, dsn)
		if err == nil {
			return nil
		}
		var server *pgconn.PgError
		if errors.As(err, &server) && server.Code != "57P03" && !strings.HasPrefix(server.Code, "57P0") {
			return fmt.Errorf("first connection: %w", plain(pgPlain(server, err), s.layout.cluster))
		}
		if now := time.Now(); now.After(note) {
			note = now.Add(10 * time.Second)
			s.opt.Logger.Info("still waiting for PostgreSQL; after a crash it reads its log first", "since", began.UTC())
		}
		if err := pause(ctx, poll); err != nil {
			return fmt.Errorf("wait for PostgreSQL: %w", err)
		}
	}
}

// passes says whether a failed start is worth another: something of an
// earlier server is still on its way out.
func passes(output string) bool {
	return strings.Contains(output, "pre-existing shared memory block") ||
		strings.Contains(output, `lock file "postmaster.pid" already exists`) ||
		strings.Contains(output, ".lock\" already exists")
}

// pgPlain makes "disk full" as told by the server what it is when told by the
// operating system.
func pgPlain(server *pgconn.PgError, err error) error {
	if server.Code == "53100" {
		return fmt.Errorf("%w: %w", err, syscall.ENOSPC)
	}
	return err
}

func ensureDatabase(ctx context.Context, dsn string) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	var there bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", database).Scan(&there); err != nil {
		return fmt.Errorf("look for the database: %w", err)
	}
	if !there {
		if _, err := conn.Exec(ctx, "CREATE DATABASE "+database+" TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
			return fmt.Errorf("create the database: %w", err)
		}
		// Holds under another launcher too, such as one started by hand.
		if _, err := conn.Exec(ctx, "ALTER DATABASE "+database+" SET timezone = 'UTC'"); err != nil {
			return fmt.Errorf("set the time zone: %w", err)
		}
	}
	return nil
}

func ping(ctx context.Context, dsn string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	return conn.Close(ctx)
}

func dsnOf(socket string, port int, db string) string {
	q := url.Values{"host": {socket}, "port": {strconv.Itoa(port)}}
	return (&url.URL{Scheme: "postgres", User: url.User(superuser), Path: "/" + db, RawQuery: q.Encode()}).String()
}

// DSN is the connection string of the database, as its owner, for pgx and
// libpq alike. It stays the same over restarts.
func (s *Server) DSN() string { return s.dsn }

// Owned says whether this process runs the server, so that Stop ends it.
func (s *Server) Owned() bool { return s.sup != nil }

// PID is the postmaster's process id; 0 while none runs.
func (s *Server) PID() int {
	if s.sup != nil {
		return s.sup.pid()
	}
	p, err := readPostmaster(s.layout)
	if err != nil {
		return 0
	}
	return p.pid
}

// Stop ends the server if this process runs it: clients are cut off, all that
// was committed is written. If ctx ends first it is stopped at once, and the
// next start recovers. Further calls return what the first did.
func (s *Server) Stop(ctx context.Context) error {
	s.stopOnce.Do(func() { s.stopErr = s.stop(ctx) })
	return s.stopErr
}

func (s *Server) stop(ctx context.Context) error {
	if s.sup == nil {
		return s.release()
	}
	// From here on nobody attaches any more.
	users, err := s.lastUser(ctx)
	if err != nil {
		s.opt.Logger.Warn("stopping PostgreSQL although another command uses it", "error", err)
		// The waiting took all the time there was; a clean end needs little.
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
	}
	if users != nil {
		defer users.Close()
	}
	return errors.Join(s.sup.stop(ctx), s.release())
}

// lastUser locks out those who would attach; after Attach it first waits for
// those who have.
func (s *Server) lastUser(ctx context.Context) (*os.File, error) {
	for {
		f, err := lockFile(s.layout.users(), syscall.LOCK_EX)
		if errors.Is(err, errBusy) && !s.linger {
			return nil, nil
		}
		if !errors.Is(err, errBusy) {
			return f, err
		}
		if err := pause(ctx, poll); err != nil {
			return nil, err
		}
	}
}

// release gives back the files; closing the locks comes last.
func (s *Server) release() error {
	var errs []error
	if s.out != nil {
		errs = append(errs, s.out.Close())
	}
	if s.socket != "" {
		// Empty after a clean end. What cannot be removed the next start
		// takes over.
		for _, name := range []string{".s.PGSQL." + strconv.Itoa(port), ".s.PGSQL." + strconv.Itoa(port) + ".lock", ""} {
			_ = os.Remove(filepath.Join(s.socket, name))
		}
	}
	for _, f := range []*os.File{s.users, s.lock} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}
