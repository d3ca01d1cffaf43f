package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// What a whole page says, each read in one state of the database, the number of the newest event
// included: a socket that goes on after it misses nothing and repeats nothing.

// recentWork is how long ago finished work is still told of.
const recentWork = time.Minute

// watch reads what every page says of the watching itself.
func (tx *Tx) watch(ctx context.Context, now time.Time) (w drift.Watch, err error) {
	if _, w.Seq, err = tx.EventBounds(ctx); err != nil {
		return w, err
	}
	i, err := tx.installation(ctx)
	if err != nil && !none(err) {
		return w, err
	}
	w.Demo, w.FirstStart = i.Demo, i.FirstStart
	today := drift.DateOf(now).Time()
	if w.Runs, err = tx.ScheduleRuns(ctx, today.AddDate(0, 0, -1), today.AddDate(0, 0, 1)); err != nil {
		return w, err
	}
	if w.Last, err = tx.LastScheduleRuns(ctx); err != nil {
		return w, err
	}
	if w.Checks, err = tx.lastChecks(ctx); err != nil {
		return w, err
	}
	if w.Progress, err = tx.ProgressSince(ctx, now.Add(-recentWork)); err != nil {
		return w, err
	}
	if w.Halt, err = tx.Halt(ctx); err != nil {
		return w, err
	}
	var turn *time.Time
	err = tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM ml_retrain WHERE state = 'waiting_approval'),
		count(*) FILTER (WHERE `+inForce+`), min(CASE WHEN s.starts_at > $1 THEN s.starts_at ELSE s.ends_at END)
		FROM silence s WHERE s.ends_at > $1 AND (s.ended_at IS NULL OR s.ended_at > $1)`, now).Scan(&w.Undecided, &w.Silences, &turn)
	if err != nil {
		return w, fmt.Errorf("count retrains that wait, and silences: %w", err)
	}
	w.SilencesTurn = orZero(turn)
	w.Tenants, err = tx.Tenants(ctx)
	return w, err
}

// Watching reads what every page says of the watching itself, for a page that says nothing else of the
// reader's tenants.
func (db *DB) Watching(ctx context.Context, by drift.Actor, now time.Time) (drift.Watch, error) {
	return view(ctx, db, by, func(tx *Tx) (drift.Watch, error) { return tx.watch(ctx, now) })
}

// lastChecks returns the newest check of each drift type that left a report for the reader.
func (tx *Tx) lastChecks(ctx context.Context) ([]drift.LastCheck, error) {
	rows, err := tx.Query(ctx, `SELECT k.t, r.check_date, r.created_at
		FROM (VALUES ('statistical'), ('performance')) k (t), LATERAL (
			SELECT check_date, created_at FROM ml_drift_report
			WHERE is_current AND drift_type = k.t ORDER BY check_date DESC, created_at DESC LIMIT 1) r`)
	return collected(rows, err, func(row pgx.CollectableRow) (c drift.LastCheck, err error) {
		var date time.Time
		err = row.Scan(&c.DriftType, &date, &c.At)
		c.Date = drift.DateOf(date)
		return c, err
	}, "last checks")
}

// BoardPage reads the board.
func (db *DB) BoardPage(ctx context.Context, by drift.Actor, q drift.BoardQuery) (drift.BoardData, error) {
	return view(ctx, db, by, func(tx *Tx) (d drift.BoardData, err error) {
		if d.Watch, err = tx.watch(ctx, q.Now); err != nil {
			return d, err
		}
		if err = tx.boardIncidents(ctx, q.Filter, &d); err != nil {
			return d, err
		}
		if d.Tally, d.Resting, err = tx.boardTally(ctx); err != nil {
			return d, err
		}
		if d.Urgent, err = tx.urgent(ctx); err != nil {
			return d, err
		}
		if d.Listed, err = tx.boardModels(ctx); err != nil {
			return d, err
		}
		today := drift.DateOf(q.Now)
		if d.Models, err = tx.ServingVersions(ctx, today.Add(1)); err != nil {
			return d, err
		}
		if d.Marks, err = tx.ReportMarks(ctx, today.Add(1-drift.StripDays), today.Add(1)); err != nil {
			return d, err
		}
		if d.Coverage, err = tx.Coverage(ctx, today.Add(-7), today.Add(-7), today.Add(1)); err != nil {
			return d, err
		}
		if d.People, err = tx.owners(ctx); err != nil {
			return d, err
		}
		if d.Actors, err = tx.actors(ctx); err != nil {
			return d, err
		}
		if d.Teams, err = tx.Teams(ctx); err != nil {
			return d, err
		}
		if d.Types, err = tx.seenTypes(ctx); err != nil {
			return d, err
		}
		d.Logged, d.LastRow, err = tx.logged(ctx)
		return d, err
	})
}

// logged counts the predictions that came in, as the feeds' beats have it: to a few seconds.
func (tx *Tx) logged(ctx context.Context) (n int64, last time.Time, err error) {
	var at *time.Time
	err = tx.QueryRow(ctx, `SELECT COALESCE(sum(received), 0)::bigint, max(last_received) FROM feed_beat WHERE kind = $1`,
		feedPredictions).Scan(&n, &at)
	if err != nil {
		return 0, last, fmt.Errorf("count of predictions: %w", err)
	}
	return n, orZero(at), nil
}

// SettingsPage reads the settings in force for a tenant, or for no tenant in particular (0).
func (db *DB) SettingsPage(ctx context.Context, by drift.Actor, tenant int64, now time.Time) (drift.SettingsData, error) {
	return view(ctx, db, by, func(tx *Tx) (d drift.SettingsData, err error) {
		if d.Watch, err = tx.watch(ctx, now); err != nil {
			return d, err
		}
		if d.Settings, err = tx.Settings(ctx, tenant); err != nil {
			return d, err
		}
		if d.Types, err = tx.ModelTypes(ctx); err != nil {
			return d, err
		}
		if d.Proposals, err = tx.Proposals(ctx, tenant); err != nil {
			return d, err
		}
		if tenant == 0 {
			if d.Own, err = tx.ownValues(ctx); err != nil {
				return d, err
			}
		}
		d.History, err = tx.lastChanges(ctx, tenant)
		return d, err
	})
}

// ownValues counts by setting the tenants of the reader that have a value of their own.
func (tx *Tx) ownValues(ctx context.Context) (map[string]int, error) {
	out := map[string]int{}
	rows, err := tx.Query(ctx, `SELECT s.name, count(*) FROM setting s JOIN tenant t ON t.id = s.scope GROUP BY 1`)
	if err != nil {
		return nil, fmt.Errorf("count values of tenants: %w", err)
	}
	var name string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&name, &n}, func() error {
		out[name] = n
		return nil
	})
	return out, errOr(err, "count values of tenants")
}

// historyRows is how many changes of one setting its page lists.
const historyRows = 100

// SettingPage reads one setting with its history: a tenant's own, or with 0 everybody's and each
// tenant's.
func (db *DB) SettingPage(ctx context.Context, by drift.Actor, name string, tenant int64, now time.Time) (drift.SettingsData, error) {
	return view(ctx, db, by, func(tx *Tx) (d drift.SettingsData, err error) {
		if d.Watch, err = tx.watch(ctx, now); err != nil {
			return d, err
		}
		if d.Settings, err = tx.Settings(ctx, tenant); err != nil {
			return d, err
		}
		d.History, err = tx.SettingHistory(ctx, name, tenant, historyRows)
		return d, err
	})
}

// lastChanges returns the newest change of each setting at a tenant's scope and at everybody's.
func (tx *Tx) lastChanges(ctx context.Context, tenant int64) ([]drift.SettingChange, error) {
	rows, err := tx.Query(ctx, `SELECT DISTINCT ON (c.name, c.scope) c.id, c.scope, COALESCE(t.name, ''), c.name, c.old_value,
			c.new_value, c.changed_by, c.reason, c.changed_at
		FROM setting_change c LEFT JOIN tenant t ON t.id = c.scope
		WHERE c.scope IN (0, $1) ORDER BY c.name, c.scope, c.id DESC`, tenant)
	return collected(rows, err, pgx.RowToStructByPos[drift.SettingChange], "last changes")
}

// AuditPage reads one page of the audit log.
func (db *DB) AuditPage(ctx context.Context, by drift.Actor, f drift.AuditFilter, now time.Time) (drift.AuditData, error) {
	return view(ctx, db, by, func(tx *Tx) (d drift.AuditData, err error) {
		if d.Watch, err = tx.watch(ctx, now); err != nil {
			return d, err
		}
		d.Entries, err = tx.AuditLog(ctx, f)
		return d, err
	})
}

// Scores hands the version's scores in [from, to) to fn as the actor may see them, a day at a
// time. Each day is read for itself and no connection is held while fn has it: fn may be writing to
// a reader that takes its time. fn must not keep the slice.
func (db *DB) Scores(ctx context.Context, by drift.Actor, v drift.VersionKey, from, to drift.Date, fn func(chunk []float64) error) error {
	for day := from; day < to; day = day.Add(1) {
		scores, err := view(ctx, db, by, func(tx *Tx) (scores []float64, err error) {
			err = tx.Scores(ctx, v, day, day.Add(1), func(chunk []float64) error {
				scores = chunk
				return nil
			})
			return scores, err
		})
		if err == nil && len(scores) > 0 {
			err = fn(scores)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
