package store

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/ingest"
)

// What the HTTP API and the live channel ask for in one go.

// AlertStory returns an alert with its report and every move of it, oldest first, in one state of
// the database; CodeNotFound where it is not there for this actor.
func (db *DB) AlertStory(ctx context.Context, by drift.Actor, id int64) (a *drift.Alert, moves []drift.TimelineEntry, err error) {
	err = db.View(ctx, by, func(tx *Tx) error {
		if a, err = tx.Alert(ctx, id); err != nil {
			return err
		}
		moves, err = tx.Timeline(ctx, a)
		return err
	})
	return a, moves, err
}

// EventPage lists at most limit events after seq that the actor may see, with the oldest event kept
// and the newest written, whoever may see those, in one state of the database.
func (db *DB) EventPage(ctx context.Context, by drift.Actor, seq int64, limit int) (list []drift.Event, oldest, newest int64, err error) {
	err = db.View(ctx, by, func(tx *Tx) error {
		if list, err = tx.EventsAfter(ctx, seq, limit); err != nil {
			return err
		}
		oldest, newest, err = tx.EventBounds(ctx)
		return err
	})
	return list, oldest, newest, err
}

// MetricsPage lists daily metrics by tenant and version, newest date first, a page at a time.
func (db *DB) MetricsPage(ctx context.Context, by drift.Actor, f drift.MetricsFilter, after string, n int) (drift.Page[drift.DailyMetrics], error) {
	return view(ctx, db, by, func(tx *Tx) (drift.Page[drift.DailyMetrics], error) {
		return tx.metricsPage(ctx, f, after, limit(n))
	})
}

// metricsPage goes through the tenants one by one, so that it never holds more than a page and one
// tenant's rows. It goes on behind the last row by looking for it, not by comparing texts: the
// database has its own order of them.
func (tx *Tx) metricsPage(ctx context.Context, f drift.MetricsFilter, after string, n int) (page drift.Page[drift.DailyMetrics], err error) {
	tenants, err := tx.Tenants(ctx)
	if err != nil {
		return page, err
	}
	var last drift.DailyMetrics
	if after != "" {
		if err := readCursor(after, &last.Version.Tenant, &last.Date, &last.Version.Version); err != nil {
			return page, err
		}
		at := slices.IndexFunc(tenants, func(t drift.Tenant) bool { return t.Name == last.Version.Tenant })
		tenants = tenants[max(at, 0):]
	}
	for _, t := range tenants {
		if f.Tenant != "" && t.Name != f.Tenant {
			continue
		}
		rows, err := tx.metricsOf(ctx, f, t, last)
		if err != nil {
			return page, err
		}
		if room := n - len(page.Items); len(rows) > room {
			page.Items = append(page.Items, rows[:room]...)
			m := page.Items[n-1]
			page.Next = cursor(m.Version.Tenant, m.Date, m.Version.Version)
			return page, nil
		}
		page.Items = append(page.Items, rows...)
	}
	return page, nil
}

// metricsOf lists one tenant's metrics, those behind last where that is this tenant's.
func (tx *Tx) metricsOf(ctx context.Context, f drift.MetricsFilter, t drift.Tenant, last drift.DailyMetrics) ([]drift.DailyMetrics, error) {
	f.Tenant = t.Name
	goOn := last.Version.Tenant == t.Name
	if goOn {
		f.To = min(f.To, last.Date.Add(1))
	}
	rows, err := tx.Metrics(ctx, f)
	if err != nil || !goOn {
		return rows, err
	}
	at := slices.IndexFunc(rows, func(m drift.DailyMetrics) bool {
		return m.Date == last.Date && m.Version.Version == last.Version.Version
	})
	return rows[at+1:], nil
}

const versionColumns = `SELECT v.tenant_id, t.name, v.model_type, v.version, v.source, v.is_active, v.first_seen,
	v.activated_at, v.deactivated_at, COALESCE(encode(v.digest, 'hex'), '') FROM ml_model_version v JOIN tenant t ON t.id = v.tenant_id`

// scanVersion reads versionColumns.
func scanVersion(row pgx.CollectableRow) (v drift.Version, err error) {
	var begun, ended *time.Time
	err = row.Scan(&v.TenantID, &v.Tenant, &v.ModelType, &v.Version, &v.Source, &v.Active, &v.FirstSeen, &begun, &ended, &v.Digest)
	v.ActivatedAt, v.DeactivatedAt = orZero(begun), orZero(ended)
	return v, err
}

// ServingVersion returns the version of a model that is in service: the active one or, where none
// was activated yet, that of the newest prediction the log's day columns or its first batches tell
// of. CodeNotFound where the model has none for this actor.
func (db *DB) ServingVersion(ctx context.Context, by drift.Actor, m drift.Model) (drift.Version, error) {
	return view(ctx, db, by, func(tx *Tx) (drift.Version, error) { return tx.Serving(ctx, m) })
}

// TakePredictions takes in the good rows of a batch as the actor, see IngestPredictions.
func (db *DB) TakePredictions(ctx context.Context, by drift.Actor, b *ingest.PredictionBatch) (drift.ImportResult, error) {
	return db.IngestPredictions(ctx, by, b, IngestOptions{})
}

// TakeOutcomes takes in the good rows of a batch as the actor, see IngestOutcomes.
func (db *DB) TakeOutcomes(ctx context.Context, by drift.Actor, b *ingest.OutcomeBatch) (drift.ImportResult, error) {
	return db.IngestOutcomes(ctx, by, b, IngestOptions{})
}

// PoolUse says how many connections of the pool are in use, how many there are and may be, and how
// often somebody had to wait for one since the start.
func (db *DB) PoolUse() (used, open, most int32, waits int64) {
	s := db.pool.Stat()
	return s.AcquiredConns(), s.TotalConns(), s.MaxConns(), s.EmptyAcquireCount()
}
