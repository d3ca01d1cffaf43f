package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store/migrations"
)

// migrateLock is the advisory lock under which one process migrates a database.
const migrateLock = 0x6472_6966_7477_6d31

// oldestServer is the oldest PostgreSQL that the schema runs on.
const oldestServer = 140000

// Migrate brings the database to this program's schema: the roles, our tables, the job queue's
// tables. Any number of processes may call it at once, on one database or on several of a cluster.
// Where the database's user may not create the roles, the error is a drift.Error that says what an
// administrator has to run.
func (db *DB) Migrate(ctx context.Context) error {
	conn, err := db.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", unavailable(err))
	}
	defer conn.Release()
	if err := checkServer(ctx, conn); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, int64(migrateLock)); err != nil {
		return fmt.Errorf("lock for migration: %w", err)
	}
	defer func() {
		if _, err := conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(migrateLock)); err != nil {
			db.log.Error("unlock after migration", "error", err)
		}
	}()
	if err := ensureRoles(ctx, conn); err != nil {
		return err
	}
	if err := db.migrateTables(ctx); err != nil {
		return err
	}
	return db.migrateQueue(ctx)
}

// PendingMigrations reports whether the schema is older than this program.
func (db *DB) PendingMigrations(ctx context.Context) (bool, error) {
	provider, done, err := db.provider()
	if err != nil {
		return false, err
	}
	defer done()
	pending, err := provider.HasPending(ctx)
	if err != nil {
		return false, fmt.Errorf("read schema version: %w", err)
	}
	return pending, nil
}

func (db *DB) provider() (*goose.Provider, func(), error) {
	sqlDB := stdlib.OpenDBFromPool(db.pool)
	provider, err := goose.NewProvider(goose.DialectPostgres, sqlDB, migrations.FS,
		goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("read migrations: %w", err), sqlDB.Close())
	}
	return provider, func() { _ = sqlDB.Close() }, nil // closes the wrapper, not the pool
}

func (db *DB) migrateTables(ctx context.Context) error {
	provider, done, err := db.provider()
	if err != nil {
		return err
	}
	defer done()
	current, target, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	if current > target {
		return &drift.Error{Code: drift.CodeUnavailable, Message: fmt.Sprintf(
			"The database was written by a newer Driftwatch (schema %d, this program knows %d). Start the newer program.", current, target)}
	}
	results, err := provider.Up(ctx)
	for _, r := range results {
		db.log.Info("migrated", "file", r.Source.Path, "took", r.Duration)
	}
	if err != nil {
		return fmt.Errorf("migrate tables: %w", err)
	}
	return nil
}

func (db *DB) migrateQueue(ctx context.Context) error {
	migrator, err := rivermigrate.New(riverpgxv5.New(db.pool), &rivermigrate.Config{Logger: db.log})
	if err != nil {
		return fmt.Errorf("read job queue migrations: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate job queue: %w", err)
	}
	return nil
}

func checkServer(ctx context.Context, conn *pgxpool.Conn) error {
	var version int
	if err := conn.QueryRow(ctx, `SELECT current_setting('server_version_num')::int`).Scan(&version); err != nil {
		return fmt.Errorf("read server version: %w", err)
	}
	if version < oldestServer {
		return &drift.Error{Code: drift.CodeUnavailable, Message: fmt.Sprintf(
			"This PostgreSQL is version %d; Driftwatch needs 14 or later.", version/10000)}
	}
	return nil
}
