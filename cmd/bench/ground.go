package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/localpg"
)

// ground is what the measurements stand on. What only some need is made when first asked for.
type ground struct {
	short    bool
	progress io.Writer
	dir      string
	pg       *localpg.Server
	binary   string
}

func newGround(short bool, progress io.Writer) (*ground, error) {
	dir, err := os.MkdirTemp("", "driftwatch-bench-")
	if err != nil {
		return nil, fmt.Errorf("make directory: %w", err)
	}
	g := &ground{short: short, progress: progress, dir: dir}
	// The account that PostgreSQL runs as has to get through.
	if err := os.Chmod(dir, 0o711); err != nil {
		return nil, errors.Join(fmt.Errorf("open directory: %w", err), g.close())
	}
	return g, nil
}

// close ends what was started and removes what was written.
func (g *ground) close() error {
	var err error
	if g.pg != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		err = g.pg.Stop(ctx)
	}
	return errors.Join(err, os.RemoveAll(g.dir))
}

func (g *ground) say(format string, args ...any) {
	fmt.Fprintf(g.progress, "bench: "+format+"\n", args...)
}

// size is a size of the full form, or that of the quick one.
func (g *ground) size(full, short int) int {
	if g.short {
		return short
	}
	return full
}

// database makes a database of its own for one measurement and returns its address.
func (g *ground) database(ctx context.Context, name string) (dsn string, err error) {
	if g.pg == nil {
		g.say("starting PostgreSQL")
		if g.pg, err = localpg.Start(ctx, localpg.Options{DataDir: filepath.Join(g.dir, "data"), Purpose: "bench"}); err != nil {
			return "", err
		}
	}
	if err := g.order(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()+" TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
		return "", err
	}
	u, err := url.Parse(g.pg.DSN())
	if err != nil {
		return "", fmt.Errorf("read address: %w", err)
	}
	u.Path = "/" + name
	return u.String(), nil
}

// drop removes a database, so that the next measurement has the disk and the memory to itself.
func (g *ground) drop(ctx context.Context, name string) error {
	return g.order(context.WithoutCancel(ctx), "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)")
}

// order runs one statement beside all databases.
func (g *ground) order(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, g.pg.DSN())
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

// open makes a migrated database and opens it; end closes and removes it.
func (g *ground) open(ctx context.Context, name string, conns int32) (db *store.DB, dsn string, end func() error, err error) {
	if dsn, err = g.database(ctx, name); err != nil {
		return nil, "", nil, err
	}
	db, err = store.Open(ctx, dsn, store.Options{MaxConns: conns})
	if err == nil {
		if err = db.Migrate(ctx); err != nil {
			db.Close()
		}
	}
	if err != nil {
		return nil, "", nil, errors.Join(err, g.drop(ctx, name))
	}
	return db, dsn, func() error { db.Close(); return g.drop(ctx, name) }, nil
}

// settle writes out what the last measurement left behind, so that it does not burden the next.
func settle(ctx context.Context, db *store.DB) error {
	if _, err := db.Pool().Exec(ctx, "CHECKPOINT"); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}

// program builds driftwatch itself, once.
func (g *ground) program(ctx context.Context) (string, error) {
	if g.binary != "" {
		return g.binary, nil
	}
	g.say("building driftwatch")
	path := filepath.Join(g.dir, "driftwatch")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", path, "github.com/driftwatch/driftwatch/cmd/driftwatch")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build driftwatch: %w: %s", err, out)
	}
	g.binary = path
	return path, nil
}

// run runs one of driftwatch's commands on a database and returns what it printed.
func (g *ground) run(ctx context.Context, dsn, stdin string, args ...string) (string, error) {
	path, err := g.program(ctx)
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = g.dir
	cmd.Env = append(os.Environ(), "DATABASE_URL="+dsn)
	cmd.Stdin = strings.NewReader(stdin)
	var problems strings.Builder
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("driftwatch %s: %w: %s", strings.Join(args, " "), err, problems.String())
	}
	return strings.TrimSpace(string(out)), nil
}

// yesterday is the newest day that is over.
func yesterday() drift.Date { return drift.DateOf(time.Now()).Add(-1) }

// median of what was measured; the list is left in order.
func median(took []time.Duration) time.Duration {
	slices.Sort(took)
	return took[len(took)/2]
}

// timed says how long fn took.
func timed(fn func() error) (time.Duration, error) {
	began := time.Now()
	err := fn()
	return time.Since(began), err
}

// load is the machine's load average over the last minute, 0 where it is not told.
func load() float64 {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(b), " ")
	v, err := strconv.ParseFloat(first, 64)
	if err != nil {
		return 0
	}
	return v
}

func loadText() string { return fmt.Sprintf("load %.1f", load()) }
