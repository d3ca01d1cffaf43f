package store

import (
	"context"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// What pages and programs read, each in a transaction of its own that sees what the actor may see.
// Several of them in one state of the database: DB.View and the methods of Tx.

func view[T any](ctx context.Context, db *DB, by drift.Actor, read func(*Tx) (T, error)) (out T, err error) {
	err = db.View(ctx, by, func(tx *Tx) error {
		out, err = read(tx)
		return err
	})
	return out, err
}

// Alerts lists alerts without their reports.
func (db *DB) Alerts(ctx context.Context, by drift.Actor, f drift.AlertFilter) (drift.Page[drift.Alert], error) {
	return view(ctx, db, by, func(tx *Tx) (drift.Page[drift.Alert], error) { return tx.Alerts(ctx, f) })
}

// AlertCounts tallies alerts.
func (db *DB) AlertCounts(ctx context.Context, by drift.Actor, f drift.AlertFilter) ([]drift.AlertCount, error) {
	return view(ctx, db, by, func(tx *Tx) ([]drift.AlertCount, error) { return tx.AlertCounts(ctx, f) })
}

// Alert returns one alert with its report; CodeNotFound where it is not there for this actor.
func (db *DB) Alert(ctx context.Context, by drift.Actor, id int64) (*drift.Alert, error) {
	return view(ctx, db, by, func(tx *Tx) (*drift.Alert, error) { return tx.Alert(ctx, id) })
}

// Timeline lists every move of an alert, oldest first; CodeNotFound where the alert is not there.
func (db *DB) Timeline(ctx context.Context, by drift.Actor, id int64) ([]drift.TimelineEntry, error) {
	return view(ctx, db, by, func(tx *Tx) ([]drift.TimelineEntry, error) {
		a, err := tx.Alert(ctx, id)
		if err != nil {
			return nil, err
		}
		return tx.Timeline(ctx, a)
	})
}

// Reports lists reports, newest date first.
func (db *DB) Reports(ctx context.Context, by drift.Actor, f drift.ReportFilter) (drift.Page[drift.Report], error) {
	return view(ctx, db, by, func(tx *Tx) (drift.Page[drift.Report], error) { return tx.Reports(ctx, f) })
}

// Report returns one report; CodeNotFound where it is not there for this actor.
func (db *DB) Report(ctx context.Context, by drift.Actor, id int64) (*drift.Report, error) {
	return view(ctx, db, by, func(tx *Tx) (*drift.Report, error) { return tx.Report(ctx, id) })
}

// ReportMarks lists what the serving versions' checks in [from, to) found.
func (db *DB) ReportMarks(ctx context.Context, by drift.Actor, from, to drift.Date) ([]drift.ReportMark, error) {
	return view(ctx, db, by, func(tx *Tx) ([]drift.ReportMark, error) { return tx.ReportMarks(ctx, from, to) })
}

// Metrics lists daily metrics.
func (db *DB) Metrics(ctx context.Context, by drift.Actor, f drift.MetricsFilter) ([]drift.DailyMetrics, error) {
	return view(ctx, db, by, func(tx *Tx) ([]drift.DailyMetrics, error) { return tx.Metrics(ctx, f) })
}

// AuditLog lists the audit log, newest first.
func (db *DB) AuditLog(ctx context.Context, by drift.Actor, f drift.AuditFilter) (drift.Page[drift.AuditEntry], error) {
	return view(ctx, db, by, func(tx *Tx) (drift.Page[drift.AuditEntry], error) { return tx.AuditLog(ctx, f) })
}

// EventsAfter lists the events after seq, in order.
func (db *DB) EventsAfter(ctx context.Context, by drift.Actor, seq int64, limit int) ([]drift.Event, error) {
	return view(ctx, db, by, func(tx *Tx) ([]drift.Event, error) { return tx.EventsAfter(ctx, seq, limit) })
}

// EventBounds returns the oldest event kept and the newest written.
func (db *DB) EventBounds(ctx context.Context, by drift.Actor) (oldest, newest int64, err error) {
	err = db.View(ctx, by, func(tx *Tx) error {
		oldest, newest, err = tx.EventBounds(ctx)
		return err
	})
	return oldest, newest, err
}

// Settings returns the values in force for a tenant, or for no tenant in particular.
func (db *DB) Settings(ctx context.Context, by drift.Actor, tenant int64) (drift.Settings, error) {
	return view(ctx, db, by, func(tx *Tx) (drift.Settings, error) { return tx.Settings(ctx, tenant) })
}

// SettingHistory lists the changes of a setting, or of all, newest first.
func (db *DB) SettingHistory(ctx context.Context, by drift.Actor, name string, limit int) ([]drift.SettingChange, error) {
	return view(ctx, db, by, func(tx *Tx) ([]drift.SettingChange, error) { return tx.SettingHistory(ctx, name, 0, limit) })
}

// People lists who may see the tenant and can be assigned.
func (db *DB) People(ctx context.Context, by drift.Actor, tenant int64) ([]string, error) {
	return view(ctx, db, by, func(tx *Tx) ([]string, error) { return tx.People(ctx, tenant) })
}

// Teams lists the teams that an alert can be escalated to.
func (db *DB) Teams(ctx context.Context, by drift.Actor) ([]string, error) {
	return view(ctx, db, by, func(tx *Tx) ([]string, error) { return tx.Teams(ctx) })
}

// ScheduleRuns lists the slots of the daily jobs in [from, to).
func (db *DB) ScheduleRuns(ctx context.Context, by drift.Actor, from, to time.Time) ([]drift.ScheduleRun, error) {
	return view(ctx, db, by, func(tx *Tx) ([]drift.ScheduleRun, error) { return tx.ScheduleRuns(ctx, from, to) })
}

// LastScheduleRuns returns the newest slot of each job that is over or under way.
func (db *DB) LastScheduleRuns(ctx context.Context, by drift.Actor) ([]drift.ScheduleRun, error) {
	return view(ctx, db, by, func(tx *Tx) ([]drift.ScheduleRun, error) { return tx.LastScheduleRuns(ctx) })
}

// ProgressSince lists the long work that is under way or was touched since the given time.
func (db *DB) ProgressSince(ctx context.Context, by drift.Actor, since time.Time) ([]drift.Progress, error) {
	return view(ctx, db, by, func(tx *Tx) ([]drift.Progress, error) { return tx.ProgressSince(ctx, since) })
}

// Servers lists the servers seen within the given time.
func (db *DB) Servers(ctx context.Context, by drift.Actor, within time.Duration) ([]drift.Server, error) {
	return view(ctx, db, by, func(tx *Tx) ([]drift.Server, error) { return tx.Servers(ctx, within) })
}
