package storetest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/localpg"
)

// server is what all tests of one process share.
type server struct {
	admin    string // a connection string of a database to give orders from
	template string // "" until it has been made
	end      func() error
}

var (
	mu      sync.Mutex
	shared  *server
	hasMain bool
)

// Main runs a package's tests and ends the server that they used.
func Main(m *testing.M) {
	hasMain = true
	code := m.Run()
	if err := stop(); err != nil {
		fmt.Fprintln(os.Stderr, "storetest:", err)
		code = 1
	}
	os.Exit(code)
}

// Fresh gives the test a migrated database of its own. It is closed and dropped when the test ends.
func Fresh(t testing.TB, opts ...store.Options) *store.DB {
	t.Helper()
	return open(t, FreshDSN(t), opts)
}

// FreshDSN is Fresh for tests that open the database themselves, several times perhaps.
func FreshDSN(t testing.TB) string {
	t.Helper()
	return makeDatabase(t, true)
}

// Empty gives the connection string of a new database without any table.
func Empty(t testing.TB) string {
	t.Helper()
	return makeDatabase(t, false)
}

func open(t testing.TB, dsn string, opts []store.Options) *store.DB {
	t.Helper()
	var opt store.Options
	if len(opts) > 0 {
		opt = opts[0]
	}
	if opt.MaxConns == 0 {
		opt.MaxConns = 8
	}
	db, err := store.Open(t.Context(), dsn, opt)
	if err != nil {
		t.Fatalf("open test database: %v", err)
	}
	t.Cleanup(db.Close)
	return db
}

func makeDatabase(t testing.TB, migrated bool) string {
	t.Helper()
	mu.Lock()
	defer mu.Unlock()
	if !hasMain {
		t.Fatal("the package's tests lack: func TestMain(m *testing.M) { storetest.Main(m) }")
	}
	s, err := start()
	if err != nil {
		t.Fatalf("start test server: %v", err)
	}
	statement := "CREATE DATABASE %s TEMPLATE template0 ENCODING 'UTF8'"
	if migrated {
		if err := s.ensureTemplate(); err != nil {
			t.Fatalf("make template database: %v", err)
		}
		statement = "CREATE DATABASE %s TEMPLATE " + s.template
	}
	name := "driftwatch_test_" + rand.Text()[:12]
	if err := s.order(fmt.Sprintf(statement, quote(name))); err != nil {
		t.Fatalf("make test database: %v", err)
	}
	t.Cleanup(func() {
		if err := s.order("DROP DATABASE IF EXISTS " + quote(name) + " WITH (FORCE)"); err != nil {
			t.Errorf("drop test database: %v", err)
		}
	})
	if migrated {
		// A copy does not take over what ALTER DATABASE has set.
		if err := s.order("ALTER DATABASE " + quote(name) + " SET timezone = 'UTC'"); err != nil {
			t.Fatalf("set time zone: %v", err)
		}
	}
	return onDatabase(s.admin, name)
}

// start finds or starts the server; the caller holds mu.
func start() (*server, error) {
	if shared != nil {
		return shared, nil
	}
	if dsn := os.Getenv("TEST_DATABASE_URL"); dsn != "" {
		shared = &server{admin: dsn, end: func() error { return nil }}
		return shared, nil
	}
	dir, err := os.MkdirTemp(Scratch(), "driftwatch-test-")
	if err != nil {
		return nil, fmt.Errorf("make directory: %w", err)
	}
	// The account that PostgreSQL runs as has to get through.
	if err := os.Chmod(dir, 0o711); err != nil {
		return nil, fmt.Errorf("open directory: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	pg, err := localpg.Start(ctx, localpg.Options{
		DataDir: filepath.Join(dir, "data"), Purpose: "tests", Volatile: true,
	})
	if err != nil {
		return nil, err
	}
	shared = &server{admin: pg.DSN(), end: func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := pg.Stop(ctx); err != nil {
			return fmt.Errorf("stop test server: %w", err)
		}
		return os.RemoveAll(dir)
	}}
	return shared, nil
}

func stop() error {
	mu.Lock()
	defer mu.Unlock()
	if shared == nil {
		return nil
	}
	s := shared
	shared = nil
	if s.template != "" {
		if err := s.order("DROP DATABASE IF EXISTS " + s.template); err != nil {
			return err
		}
	}
	return s.end()
}

func (s *server) ensureTemplate() error {
	if s.template != "" {
		return nil
	}
	name := "driftwatch_template_" + rand.Text()[:12]
	if err := s.order("CREATE DATABASE " + quote(name) + " TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	db, err := store.Open(ctx, onDatabase(s.admin, name), store.Options{MaxConns: 4})
	if err != nil {
		return err
	}
	err = db.Migrate(ctx)
	db.Close()
	if err != nil {
		return err
	}
	s.template = quote(name)
	return nil
}

// order runs one statement as the server's administrator.
func (s *server) order(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.admin)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	_, err = conn.Exec(ctx, statement)
	if err != nil {
		err = fmt.Errorf("%s: %w", statement, err)
	}
	if closeErr := conn.Close(ctx); err == nil {
		err = closeErr
	}
	return err
}

// onDatabase is the same server's connection string for another database.
func onDatabase(dsn, name string) string {
	u, err := url.Parse(dsn)
	if err != nil || u.Scheme == "" {
		return dsn + " dbname=" + name // the key=value form; the last one counts
	}
	u.Path = "/" + name
	return u.String()
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }
