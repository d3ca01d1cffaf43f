package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/driftwatch/driftwatch/drift"
)

// The roles of the database, see migrate.go.
const (
	roleApp    = "driftwatch_app"
	roleIngest = "driftwatch_ingest"
	roleReader = "driftwatch_reader"
)

// Options say how to work with the database. The zero value is ready to use.
type Options struct {
	MaxConns int32            // connections of the pool; 0 is DefaultMaxConns
	Now      func() time.Time // the clock; nil is time.Now
	Wall     func() time.Time // the machine's own clock, where Now may be stepped; nil is Now
	Logger   *slog.Logger     // nil: silent
	// FileSettings are the values of the configuration file, checked already: the layer between
	// the database and the defaults.
	FileSettings map[string]string
}

// DefaultMaxConns leaves room for several servers beside people's own sessions under PostgreSQL's
// default of 100 connections.
const DefaultMaxConns = 20

// DB is the database. Its methods may be called at the same time.
type DB struct {
	pool *pgxpool.Pool
	now  func() time.Time
	wall func() time.Time
	log  *slog.Logger
	memo *memo
	beat *beats
	file map[string]string // settings of the configuration file
}

// Open prepares a pool of connections to dsn, as the owner. It connects once, so that a wrong
// address is told at the start: the error then carries drift.CodeUnavailable.
func Open(ctx context.Context, dsn string, opt Options) (*DB, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", err)
	}
	cfg.MaxConns = DefaultMaxConns
	if opt.MaxConns > 0 {
		cfg.MaxConns = opt.MaxConns
	}
	params := cfg.ConnConfig.RuntimeParams
	params["timezone"] = "UTC"
	params["jit"] = "off" // compiling costs more than any statement here takes
	if params["application_name"] == "" {
		params["application_name"] = "driftwatch"
	}
	cfg.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		conn.TypeMap().RegisterType(&pgtype.Type{
			Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
		})
		return nil
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open pool: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("open database: %w", unavailable(err))
	}
	db := &DB{pool: pool, now: opt.Now, wall: opt.Wall, log: opt.Logger, memo: newMemo(), beat: newBeats(), file: opt.FileSettings}
	if db.now == nil {
		db.now = time.Now
	}
	if db.wall == nil {
		db.wall = db.now
	}
	if db.log == nil {
		db.log = slog.New(slog.DiscardHandler)
	}
	return db, nil
}

// Close writes what is still to be written of the feeds' beats, waits for the connections in use to
// be given back and closes them all.
func (db *DB) Close() {
	db.writeBeats(db.beat.add(nil, time.Time{}))
	db.pool.Close()
}

// Pool is the owner's pool, for the job queue and for listening to notifications.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }

// Tx is one transaction. What Emit and Audit are given is written as its last statements.
type Tx struct {
	pgx.Tx
	By     drift.Actor
	now    func() time.Time
	wall   func() time.Time
	file   map[string]string
	events []drift.Event
	audits []drift.AuditEntry
}

// InTx runs fn in one transaction under the actor's rights and commits where fn returns nil.
// Events and audit rows go in last, events first, so that their numbers are in commit order.
func (db *DB) InTx(ctx context.Context, by drift.Actor, fn func(*Tx) error) error {
	return db.run(ctx, by, beginAs("begin", by), fn)
}

// View runs fn in a transaction that only reads and sees one state of the database throughout.
func (db *DB) View(ctx context.Context, by drift.Actor, fn func(*Tx) error) error {
	return db.run(ctx, by, beginAs("begin isolation level repeatable read read only", by), fn)
}

func (db *DB) run(ctx context.Context, by drift.Actor, begin string, fn func(*Tx) error) error {
	ptx, err := db.pool.BeginTx(ctx, pgx.TxOptions{BeginQuery: begin})
	if err != nil {
		return fmt.Errorf("begin tx: %w", unavailable(err))
	}
	ended := false
	defer func() { // whatever way fn ends, a panic and the end of its goroutine included
		if !ended {
			rollback(ctx, ptx)
		}
	}()
	tx := &Tx{Tx: ptx, By: by, now: db.now, wall: db.wall, file: db.file}
	if err := fn(tx); err != nil {
		return told(ptx, err)
	}
	if err := tx.flush(ctx); err != nil {
		return told(ptx, err)
	}
	ended = true
	if err := ptx.Commit(ctx); err != nil {
		return fmt.Errorf("commit tx: %w", away(err, "The database went away while this was being saved. Look whether it was before trying again."))
	}
	return nil
}

// rollback ends a transaction that failed, also where its context has ended; a broken connection
// has no transaction left to end.
func rollback(ctx context.Context, tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = tx.Rollback(ctx)
}

// beginAs is the statement that begins a transaction and takes the actor's rights in the same
// round trip. Tenants are numbers, so that nothing needs quoting.
func beginAs(begin string, by drift.Actor) string {
	if by.System {
		return begin
	}
	return begin + "; set local role " + roleApp + "; set local app.tenants = '" + tenantList(by) + "'"
}

// tenantList writes an actor's tenants as the policies read them.
func tenantList(by drift.Actor) string {
	if by.AllTenants {
		return "*"
	}
	ids := make([]string, len(by.Tenants))
	for i, t := range by.Tenants {
		ids[i] = strconv.FormatInt(t, 10)
	}
	return strings.Join(ids, ",")
}

// unavailable is away for what failed before anything was changed.
func unavailable(err error) error {
	return away(err, "The database cannot be reached at the moment. Nothing was changed; try again shortly.")
}

// away marks an error that is not the server's answer to a statement as the database being away,
// so that the edge answers 503. A context that ended is left as it is.
func away(err error, message string) error {
	if err == nil {
		return nil
	}
	var pe *pgconn.PgError
	if errors.As(err, &pe) && !serverLeaving(pe.Code) {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("%w (%w)", &drift.Error{Code: drift.CodeUnavailable, Message: message}, err)
}

// serverLeaving tells the answers of a server that is starting, stopping or full.
func serverLeaving(code string) bool {
	switch code {
	case "57P01", "57P02", "57P03", "53300":
		return true
	}
	return strings.HasPrefix(code, "08")
}
