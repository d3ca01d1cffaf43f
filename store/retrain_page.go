package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// earlierShown is how many earlier attempts, and how many later reports, stand on a retrain's page.
const earlierShown = 5

// RetrainsPage reads the list of retrains: all live ones on its first page, a stretch of the ended.
func (db *DB) RetrainsPage(ctx context.Context, by drift.Actor, q drift.RetrainsQuery) (drift.RetrainsData, error) {
	return view(ctx, db, by, func(tx *Tx) (d drift.RetrainsData, err error) {
		if d.Watch, err = tx.watch(ctx, q.Now); err != nil {
			return d, err
		}
		if d.Settings, err = tx.Settings(ctx, 0); err != nil {
			return d, err
		}
		rows, err := tx.Query(ctx, `SELECT t.name FROM setting s JOIN tenant t ON t.id = s.scope
			WHERE s.name = 'ENABLE_AUTO_RETRAIN' AND s.value = 'true' ORDER BY t.name`)
		if d.SwitchedOn, err = collected(rows, err, pgx.RowTo[string], "tenants switched on"); err != nil {
			return d, err
		}
		if d.Types, err = tx.ModelTypes(ctx); err != nil {
			return d, err
		}
		if d.Standing, err = tx.liveByState(ctx); err != nil {
			return d, err
		}
		live, ended := splitStates(q.Filter.States)
		if q.Filter.Cursor == "" && len(live) > 0 {
			if d.Live, err = tx.liveRetrains(ctx, q.Filter, live); err != nil {
				return d, err
			}
		}
		if len(ended) > 0 {
			f := q.Filter
			f.States = ended
			if d.Ended, err = tx.Retrains(ctx, f); err != nil {
				return d, err
			}
		}
		if err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM ml_retrain)`).Scan(&d.Ever); err != nil {
			return d, fmt.Errorf("look for retrains: %w", err)
		}
		err = tx.QueryRow(ctx, `SELECT count(*) FROM noc_alert_event a WHERE a.alert_type = 'ML_DRIFT_DETECTED'
			AND a.severity IN ('HIGH', 'CRITICAL') AND `+waiting).Scan(&d.Recommended)
		if err != nil {
			return d, fmt.Errorf("count recommendations: %w", err)
		}
		return d, nil
	})
}

// liveByState counts the retrains in each live state.
func (tx *Tx) liveByState(ctx context.Context) (map[drift.RetrainState]int, error) {
	live, _ := splitStates(nil)
	rows, err := tx.Query(ctx, `SELECT state, count(*) FROM ml_retrain WHERE state = ANY($1) GROUP BY state`, live)
	type count struct {
		State drift.RetrainState
		N     int
	}
	list, err := collected(rows, err, pgx.RowToStructByPos[count], "live retrains by state")
	out := make(map[drift.RetrainState]int, len(list))
	for _, c := range list {
		out[c.State] = c.N
	}
	return out, err
}

// splitStates are the live and the ended states of a filter; none of it is all.
func splitStates(states []drift.RetrainState) (live, ended []drift.RetrainState) {
	if len(states) == 0 {
		states = drift.RetrainStates
	}
	for _, s := range states {
		if s.Ended() {
			ended = append(ended, s)
		} else {
			live = append(live, s)
		}
	}
	return live, ended
}

// liveRetrains lists what has not ended, oldest first. A model has one at most.
func (tx *Tx) liveRetrains(ctx context.Context, f drift.RetrainFilter, states []drift.RetrainState) ([]drift.Retrain, error) {
	f.States, f.Limit = states, drift.MaxPage
	page, err := tx.Retrains(ctx, f)
	slices.Reverse(page.Items)
	return page.Items, err
}

// RetrainDetail reads one retrain's page; CodeNotFound where it is not there for this actor.
func (db *DB) RetrainDetail(ctx context.Context, by drift.Actor, q drift.RetrainQuery) (drift.RetrainData, error) {
	return view(ctx, db, by, func(tx *Tx) (d drift.RetrainData, err error) {
		r, err := tx.Retrain(ctx, q.ID)
		if err != nil {
			return d, err
		}
		if d.Watch, err = tx.watch(ctx, q.Now); err != nil {
			return d, err
		}
		if err = tx.retrainLife(ctx, r, &d); err != nil {
			return d, err
		}
		if err = tx.retrainEvidence(ctx, &d); err != nil {
			return d, err
		}
		if q.Windows != nil && d.Report != nil && d.Report.Statistical != nil {
			recent, baseline := q.Windows(*d.Report)
			if d.Scores, err = tx.scorePicture(ctx, *d.Report, recent, baseline); err != nil {
				return d, err
			}
		}
		if err = tx.retrainModel(ctx, q, &d); err != nil {
			return d, err
		}
		d.Log, err = tx.TrainerLog(ctx, r)
		return d, err
	})
}

// RetrainLife reads what the live fragments of a retrain need, as it stands now.
func (db *DB) RetrainLife(ctx context.Context, by drift.Actor, id int64) (drift.RetrainData, error) {
	return view(ctx, db, by, func(tx *Tx) (d drift.RetrainData, err error) {
		r, err := tx.Retrain(ctx, id)
		if err != nil {
			return d, err
		}
		if d.Halt, err = tx.Halt(ctx); err != nil {
			return d, err
		}
		return d, tx.retrainLife(ctx, r, &d)
	})
}

func (tx *Tx) retrainLife(ctx context.Context, r *drift.Retrain, d *drift.RetrainData) (err error) {
	d.Retrain = r
	if d.Timeline, err = tx.RetrainTimeline(ctx, r); err != nil {
		return err
	}
	if d.Settings, err = tx.Settings(ctx, r.TenantID); err != nil {
		return err
	}
	serving, err := tx.Serving(ctx, r.Model())
	switch {
	case err == nil:
		d.Serving = &serving
	case drift.CodeOf(err) != drift.CodeNotFound:
		return err
	}
	d.Services, err = tx.Services(ctx, r.Model())
	return err
}

// retrainEvidence reads the report that it was proposed on and those in force that are newer.
func (tx *Tx) retrainEvidence(ctx context.Context, d *drift.RetrainData) (err error) {
	r := d.Retrain
	if r.AlertID != nil {
		if d.Alert, err = tx.Alert(ctx, *r.AlertID); err != nil {
			return err
		}
	}
	if r.ReportID == nil {
		return nil
	}
	if d.Report, err = tx.Report(ctx, *r.ReportID); err != nil {
		return err
	}
	page, err := tx.Reports(ctx, drift.ReportFilter{
		Tenant: r.Tenant, ModelType: r.ModelType, From: &d.Report.Date, Limit: earlierShown + 2,
	})
	for _, later := range page.Items {
		if later.ID > d.Report.ID && len(d.Later) < earlierShown {
			d.Later = append(d.Later, later)
		}
	}
	if err != nil {
		return err
	}
	err = tx.QueryRow(ctx, `SELECT count(*) FROM ml_drift_report
		WHERE tenant_id = $1 AND model_type = $2 AND is_current AND check_date >= $3 AND id > $4`,
		r.TenantID, r.ModelType, d.Report.Date.Time(), d.Report.ID).Scan(&d.Laters)
	if err != nil {
		return fmt.Errorf("count later reports: %w", err)
	}
	return nil
}

// retrainModel reads what serves, what there is to train on and what was tried before.
func (tx *Tx) retrainModel(ctx context.Context, q drift.RetrainQuery, d *drift.RetrainData) (err error) {
	m, today := d.Retrain.Model(), drift.DateOf(q.Now)
	d.From = today.Add(-d.Settings.Int("TRAINING_DATA_DAYS"))
	rows, err := tx.Labelled(ctx, m, d.From, today.Add(1))
	if err != nil {
		return err
	}
	d.Rows, d.First = rows.Rows, rows.First
	if d.Serving != nil {
		if d.Days, err = tx.ScoreDays(ctx, d.Serving.VersionKey, today.Add(-q.Days), today.Add(1)); err != nil {
			return err
		}
	}
	if err = tx.retrainTerms(ctx, q.Now, d); err != nil {
		return err
	}
	if d.Pause, err = tx.Paused(ctx, m); err != nil {
		return err
	}
	earlier, err := tx.Retrains(ctx, drift.RetrainFilter{Tenant: m.Tenant, ModelType: m.ModelType, Limit: earlierShown + 1})
	for _, e := range earlier.Items {
		if e.ID != d.Retrain.ID && len(d.Earlier) < earlierShown {
			d.Earlier = append(d.Earlier, e)
		}
	}
	return err
}

// retrainTerms reads the stretches of service that a retrain's page compares, the outcomes in each counted
// as the watch and the preview of a rollback count them.
func (tx *Tx) retrainTerms(ctx context.Context, now time.Time, d *drift.RetrainData) error {
	r := d.Retrain
	records, err := tx.VersionRecords(ctx, r.Model())
	if err != nil {
		return err
	}
	term := func(s drift.Service) (*drift.Term, error) {
		t := &drift.Term{Service: s}
		for _, v := range records {
			t.Trained = t.Trained || v.Version.Version == s.Version && v.Source == "trained"
		}
		var err error
		t.Tally, err = tx.lastDays(ctx, drift.VersionKey{Model: r.Model(), Version: s.Version}, s, now)
		return t, err
	}
	if d.Serving != nil {
		serves := drift.Service{Version: d.Serving.Version, From: d.Serving.FirstSeen} // nothing was activated here
		if len(d.Services) > 0 && d.Services[0].To == nil {
			serves = d.Services[0]
		}
		if d.Serves, err = term(serves); err != nil {
			return err
		}
	}
	own, before := activation(r, d.Services)
	if own != nil {
		if d.Own, err = term(*own); err != nil {
			return err
		}
	}
	if before != nil {
		d.Before, err = term(*before)
	}
	return err
}

// activation finds the stretch of service that a candidate's activation began and the one that it ended,
// among services newest first.
func activation(r *drift.Retrain, services []drift.Service) (own, before *drift.Service) {
	if r.ActivatedAt == nil {
		return nil, nil
	}
	for i, s := range services {
		switch {
		case s.Version == r.CandidateVersion && !s.From.Before(*r.ActivatedAt):
			own = &services[i] // the oldest of them: it may have come back since
		case s.Version == r.ParentVersion && s.To != nil && !s.To.After(*r.ActivatedAt) && before == nil:
			before = &services[i]
		}
	}
	return own, before
}
