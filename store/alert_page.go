package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// AlertPage reads one alert's page; CodeNotFound where the alert is not there for this actor.
func (db *DB) AlertPage(ctx context.Context, by drift.Actor, q drift.AlertQuery) (drift.AlertData, error) {
	return view(ctx, db, by, func(tx *Tx) (d drift.AlertData, err error) {
		if d.Alert, err = tx.Alert(ctx, q.ID); err != nil {
			return d, err
		}
		if d.Watch, err = tx.watch(ctx, q.Now); err != nil {
			return d, err
		}
		if err = tx.alertLife(ctx, &d); err != nil {
			return d, err
		}
		if d.Alert.DriftType == nil {
			return d, tx.alertBlindness(ctx, q, &d)
		}
		return d, tx.alertEvidence(ctx, q, &d)
	})
}

// AlertLife reads what the live fragments of an alert need beside the alert: its moves up to the
// version, what falls due, and who can have it.
func (db *DB) AlertLife(ctx context.Context, by drift.Actor, a *drift.Alert) (d drift.AlertData, err error) {
	return view(ctx, db, by, func(tx *Tx) (d drift.AlertData, err error) {
		d.Alert = a
		if err = tx.alertLife(ctx, &d); err != nil {
			return d, err
		}
		if err = tx.alertPeople(ctx, &d); err != nil {
			return d, err
		}
		for i, e := range d.Timeline {
			if e.Version > a.Version { // it has moved on: that is another event's to tell
				d.Timeline = d.Timeline[:i]
				break
			}
		}
		return d, nil
	})
}

// alertLife reads an alert's moves, timers and the other side of the same drift.
func (tx *Tx) alertLife(ctx context.Context, d *drift.AlertData) (err error) {
	if d.Timeline, err = tx.Timeline(ctx, d.Alert); err != nil {
		return err
	}
	if d.Timers, err = tx.TimersOf(ctx, d.Alert); err != nil {
		return err
	}
	if d.Alert.DriftType == nil {
		return nil
	}
	if d.Alert.AlertType == drift.AlertDrift {
		if d.Successor, err = tx.successor(ctx, versionOf(d.Alert)); err != nil {
			return err
		}
	}
	key := drift.DriftKey(versionOf(d.Alert), otherType(*d.Alert.DriftType))
	d.Sibling, err = tx.OpenAlert(ctx, d.Alert.TenantID, key)
	return err
}

// successor is the version that was activated in place of another, nil where none was.
func (tx *Tx) successor(ctx context.Context, v drift.VersionKey) (*drift.Version, error) {
	now, err := tx.Serving(ctx, v.Model)
	if err != nil || now.Version == v.Version || now.ActivatedAt.IsZero() {
		return nil, err
	}
	return &now, nil
}

func versionOf(a *drift.Alert) drift.VersionKey {
	return drift.VersionKey{
		Model:   drift.Model{TenantID: a.TenantID, Tenant: a.Tenant, ModelType: a.ModelType},
		Version: a.ModelVersion,
	}
}

func otherType(t drift.DriftType) drift.DriftType {
	if t == drift.Statistical {
		return drift.Performance
	}
	return drift.Statistical
}

// alertBlindness reads what is heard of a model that cannot be seen, and who can mend it.
func (tx *Tx) alertBlindness(ctx context.Context, q drift.AlertQuery, d *drift.AlertData) (err error) {
	if err = tx.alertPeople(ctx, d); err != nil {
		return err
	}
	m := versionOf(d.Alert).Model
	if d.Feeds, err = tx.feeds(ctx, &m); err != nil {
		return err
	}
	today := drift.DateOf(q.Now)
	list, err := tx.Coverage(ctx, today.Add(-q.Days), today.Add(-7), today.Add(1))
	for _, c := range list {
		if c.Model.TenantID == m.TenantID && c.Model.ModelType == m.ModelType {
			d.Coverage = append(d.Coverage, c)
		}
	}
	return err
}

func (tx *Tx) alertPeople(ctx context.Context, d *drift.AlertData) (err error) {
	if d.People, err = tx.People(ctx, d.Alert.TenantID); err != nil {
		return err
	}
	if d.Teams, err = tx.Teams(ctx); err != nil {
		return err
	}
	d.PlansAt = tx.now()
	d.Plans, err = tx.plansAt(ctx, d.PlansAt)
	return err
}

// alertEvidence reads the reports, days and samples behind a drift alert.
func (tx *Tx) alertEvidence(ctx context.Context, q drift.AlertQuery, d *drift.AlertData) (err error) {
	if err = tx.alertPeople(ctx, d); err != nil {
		return err
	}
	a, v := d.Alert, versionOf(d.Alert)
	if d.Retraining, err = tx.retraining(ctx, v.Model, a); err != nil {
		return err
	}
	if a.ReportID != nil {
		if d.Own, err = tx.Report(ctx, *a.ReportID); err != nil {
			return err
		}
		if !d.Own.Current {
			if d.InForce, err = tx.CurrentReport(ctx, v, d.Own.Date, d.Own.DriftType); err != nil {
				return err
			}
		}
	}
	if d.Other, err = tx.newestReport(ctx, v, otherType(*a.DriftType), a.CheckDate); err != nil {
		return err
	}
	from, to := a.CheckDate.Add(1-q.Days), a.CheckDate.Add(1)
	checks, err := tx.Reports(ctx, drift.ReportFilter{
		Tenant: a.Tenant, ModelType: a.ModelType, Version: a.ModelVersion, DriftType: drift.Statistical,
		From: &from, To: &to, Limit: drift.MaxPage,
	})
	if err != nil {
		return err
	}
	d.Checks = checks.Items
	if d.Own != nil {
		_, baseline := q.Windows(*d.Own)
		from = min(from, baseline.From)
	}
	if d.Days, err = tx.ScoreDays(ctx, v, from.Add(-poolDays), to); err != nil {
		return err
	}
	if r := d.Statistical(); r != nil {
		recent, baseline := q.Windows(*r)
		d.Scores, err = tx.scorePicture(ctx, *r, recent, baseline)
	}
	return err
}

// poolDays is how many days more than shown are read, so that the first day shown has its pool.
const poolDays = 7

// newestReport returns the newest report in force of a drift type up to a date, nil where none.
func (tx *Tx) newestReport(ctx context.Context, v drift.VersionKey, t drift.DriftType, date drift.Date) (*drift.Report, error) {
	return tx.oneReport(ctx, `r.tenant_id = $1 AND r.model_type = $2 AND r.model_version = $3 AND r.drift_type = $4
		AND r.is_current AND r.check_date <= $5 ORDER BY r.check_date DESC LIMIT 1`,
		v.TenantID, v.ModelType, v.Version, string(t), date.Time())
}

// scorePicture counts both samples of a report as they are now, and how many values lie at or
// below the score where D lies: of the bin that holds it the values are read, of the others nothing.
func (tx *Tx) scorePicture(ctx context.Context, r drift.Report, recent, baseline drift.DriftWindow) (*drift.ScorePicture, error) {
	rs, bs, fetch, err := tx.Runs(ctx, r.Version, recent, baseline)
	if err != nil {
		return nil, err
	}
	p := &drift.ScorePicture{Recent: shapeOf(rs), Baseline: shapeOf(bs)}
	if at := r.Statistical.KSLocation; at.Defined() {
		p.Recent.AtOrBelow, p.Baseline.AtOrBelow, err = stats.AtOrBelow(rs, bs, fetch, float64(at))
	}
	return p, err
}

func shapeOf(runs []stats.Run) drift.ScoreShape {
	counts, mean := stats.Pool(runs)
	s := drift.ScoreShape{Counts: counts, Mean: drift.Number(mean)}
	for _, r := range runs {
		s.N += int64(r.N())
	}
	return s
}

// feeds lists what comes in of one model, or of all where it is nil.
func (tx *Tx) feeds(ctx context.Context, m *drift.Model) ([]drift.Feed, error) {
	w := &where{}
	if m != nil {
		w.and(`f.tenant_id = $`, m.TenantID)
		w.and(`f.model_type = $`, m.ModelType)
	}
	rows, err := tx.Query(ctx, `SELECT f.tenant_id, t.name, f.model_type, f.kind, f.last_received, f.last_at, f.received
		FROM feed_beat f JOIN tenant t ON t.id = f.tenant_id`+w.sql()+` ORDER BY t.name, f.model_type, f.kind DESC`, w.args...)
	return collected(rows, err, func(row pgx.CollectableRow) (f drift.Feed, err error) {
		return f, row.Scan(&f.Model.TenantID, &f.Model.Tenant, &f.Model.ModelType, &f.Kind, &f.LastReceived, &f.LastAt, &f.Received)
	}, "feeds")
}

// countedRows bounds how many rows of the log are counted for a page.
const countedRows = 200_000

// hoursOf counts the predictions of the last 24 hours by hour and model. Where there are more than
// can be counted while somebody waits, it says so by false.
func (tx *Tx) hoursOf(ctx context.Context, now time.Time) (map[drift.Model][]int64, bool, error) {
	from := now.Add(-24 * time.Hour)
	rows, err := tx.Query(ctx, `SELECT l.tenant_id, t.name, l.model_type, l.hour, count(*) FROM (
			SELECT tenant_id, model_type, (extract(epoch FROM created_at - $1)::bigint / 3600)::int AS hour
			FROM ml_prediction_log WHERE created_at >= $1 AND created_at < $2 LIMIT $3) l
		JOIN tenant t ON t.id = l.tenant_id GROUP BY 1, 2, 3, 4`, from, from.Add(24*time.Hour), countedRows+1)
	if err != nil {
		return nil, false, fmt.Errorf("count by hour: %w", err)
	}
	byModel := map[drift.Model][]int64{}
	total := int64(0)
	var m drift.Model
	var hour int
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&m.TenantID, &m.Tenant, &m.ModelType, &hour, &n}, func() error {
		if byModel[m] == nil {
			byModel[m] = make([]int64, 24)
		}
		byModel[m][min(max(hour, 0), 23)] += n
		total += n
		return nil
	})
	if err != nil {
		return nil, false, fmt.Errorf("count by hour: %w", err)
	}
	return byModel, total <= countedRows, nil
}
