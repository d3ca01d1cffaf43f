package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// IngestOptions say how a batch is taken in. The zero value takes in what is good of it.
type IngestOptions struct {
	// Strict takes in nothing of a batch in which a row is refused.
	Strict bool
	// DryRun finds out what would be refused, and takes in nothing. Partitions that are missing are
	// made all the same; tenants and versions are not.
	DryRun bool
}

// intakeTries bounds how often a batch is begun again after losing a race.
const intakeTries = 8

// errStrict ends the transaction of a strict batch that has a bad row, errDryRun that of a trial.
var (
	errStrict = errors.New("a row was refused")
	errDryRun = errors.New("this was a trial")
)

// intake is what the intakes of predictions and of outcomes share.
type intake struct {
	db  *DB
	by  drift.Actor
	now time.Time
	opt IngestOptions
	res drift.ImportResult
}

// reject notes a refused row.
func (in *intake) reject(line int, field, reason string) {
	in.res.Rejected++
	if len(in.res.Errors) < drift.MaxRowErrors {
		in.res.Errors = append(in.res.Errors, drift.RowError{Line: line, Field: field, Error: reason})
	}
}

// begin starts the transaction: the owner's for the shell, the ingestion role's for everybody else.
func (in *intake) begin(ctx context.Context) (pgx.Tx, error) {
	// Everything here is looked up by a key. What the planner would guess of a partition that is
	// new, or of an array's length, could only mislead it.
	begin := "begin; set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_seqscan = off"
	if !in.by.System {
		begin += "; set local role " + roleIngest + "; set local app.tenants = '" + tenantList(in.by) + "'"
	}
	tx, err := in.db.pool.BeginTx(ctx, pgx.TxOptions{BeginQuery: begin})
	if err != nil {
		return nil, fmt.Errorf("begin tx: %w", unavailable(err))
	}
	return tx, nil
}

// repeat calls once until it does not lose a race any more; where a partition is gone, moved finds
// anew where the rows belong.
func (in *intake) repeat(ctx context.Context, once func(try int) error, moved func() error) error {
	var err error
	for try := range intakeTries {
		checked := in.res
		checked.Errors = slices.Clone(in.res.Errors)
		if err = once(try); err == nil || errors.Is(err, errStrict) || errors.Is(err, errDryRun) {
			return nil
		}
		if !lostRace(err) {
			break
		}
		in.res = checked
		if sqlState(err) != undefinedTable {
			continue
		}
		if _, err := in.db.reloadCatalog(ctx); err != nil {
			return err
		}
		if err := moved(); err != nil {
			return err
		}
	}
	return err
}

const undefinedTable = "42P01"

// ended closes the transaction of a try that failed and gives its error the form for the edge.
func (in *intake) ended(ctx context.Context, tx pgx.Tx, err error) error {
	err = told(tx, err)
	rollback(ctx, tx)
	return err
}

// commit ends a try. Where the connection breaks meanwhile nobody knows whether it was committed;
// sending the same rows again settles it, since then they are duplicates.
func (in *intake) commit(ctx context.Context, tx pgx.Tx) error {
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", away(err, "The database went away while these rows were being saved. Send them again: those that are there already count as duplicates."))
	}
	return nil
}

// lostRace tells the errors after which a batch is begun again: a deadlock or a serialization
// failure, a key that somebody else has just written, a partition that retention has just dropped.
func lostRace(err error) bool {
	switch sqlState(err) {
	case "40P01", "40001", "23505", undefinedTable:
		return true
	}
	return false
}

// keepsNothing reports whether nothing of the batch went in.
func (in *intake) keepsNothing() bool { return in.opt.DryRun || in.opt.Strict && in.res.Rejected > 0 }

// finish completes the result: nothing went in of a strict batch that had a bad row.
func (in *intake) finish() drift.ImportResult {
	if in.keepsNothing() {
		in.res.Inserted, in.res.Duplicates = 0, 0
	}
	slices.SortStableFunc(in.res.Errors, func(a, b drift.RowError) int { return cmp.Compare(a.Line, b.Line) })
	return in.res
}

// tenantRefused is one sentence for a tenant that is not there and for one that is not the actor's,
// so that nobody learns which names exist.
func tenantRefused(name string) string {
	return fmt.Sprintf("no tenant named %q is open to you: ask an administrator to add it, or to let you write to it", name)
}

const tooOld = "too_old: the predictions of that time have been removed after their retention, so no more are taken in"
