package store

import (
	"context"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// silencesPage is how many silences a page lists.
const silencesPage = 50

// over is the order of a list of silences: what is in force or planned before what is over.
const over = `(LEAST(s.ends_at, COALESCE(s.ended_at, s.ends_at)) <= $1)`

// SilencesPage reads the page of silences: in force and planned first, by their end, then the past ones,
// newest first.
func (db *DB) SilencesPage(ctx context.Context, by drift.Actor, now time.Time, cursorText string) (drift.SilencesData, error) {
	return view(ctx, db, by, func(tx *Tx) (d drift.SilencesData, err error) {
		if d.Watch, err = tx.watch(ctx, now); err != nil {
			return d, err
		}
		if d.Models, err = tx.ModelTypes(ctx); err != nil {
			return d, err
		}
		page, err := tx.Silences(ctx, now, cursorText, silencesPage)
		d.Silences, d.Next = page.Items, page.Next
		return d, err
	})
}

// Silences lists silences as SilencesPage does.
func (tx *Tx) Silences(ctx context.Context, now time.Time, cursorText string, most int) (p drift.Page[drift.Silence], err error) {
	offset := 0
	if cursorText != "" {
		if err := readCursor(cursorText, &offset); err != nil {
			return p, err
		}
	}
	if offset < 0 || offset > maxSilences {
		return p, drift.Invalid("cursor", "This cursor was not given by this list. Begin without one.")
	}
	list, err := tx.silences(ctx, `ORDER BY `+over+`, CASE WHEN `+over+` THEN NULL ELSE s.ends_at END, s.ends_at DESC, s.id DESC
		LIMIT $2 OFFSET $3`, now, most+1, offset)
	if err != nil {
		return p, err
	}
	if p.Items = list; len(list) > most {
		p.Items, p.Next = list[:most], cursor(offset+most)
	}
	return p, nil
}

// maxSilences bounds how far a list of silences is paged through.
const maxSilences = 100_000

// Silences lists silences: in force and planned first, then what is over.
func (db *DB) Silences(ctx context.Context, by drift.Actor, now time.Time, cursorText string, most int) (drift.Page[drift.Silence], error) {
	return view(ctx, db, by, func(tx *Tx) (drift.Page[drift.Silence], error) {
		return tx.Silences(ctx, now, cursorText, limit(most))
	})
}

// SilencePage reads the page of one silence; CodeNotFound where it is not there for this actor.
func (db *DB) SilencePage(ctx context.Context, by drift.Actor, id int64, now time.Time) (drift.SilenceData, error) {
	return view(ctx, db, by, func(tx *Tx) (d drift.SilenceData, err error) {
		s, err := tx.Silence(ctx, id)
		if err != nil {
			return d, err
		}
		d.Silence = *s
		if d.Watch, err = tx.watch(ctx, now); err != nil {
			return d, err
		}
		const hidden = `EXISTS (SELECT FROM silence_hidden h WHERE h.tenant_id = a.tenant_id AND h.alert_id = a.id AND h.silence_id = $1)`
		if d.Hidden, err = tx.listed(ctx, hidden, id); err != nil {
			return d, err
		}
		err = tx.QueryRow(ctx, `SELECT count(*) FROM noc_alert_event WHERE silence_id = $1 AND status = 'SUPPRESSED'`, id).Scan(&d.Waiting)
		if err != nil {
			return d, fmt.Errorf("count hidden alerts: %w", err)
		}
		return d, nil
	})
}

// listed reads the newest alerts of a condition, with how many there are.
func (tx *Tx) listed(ctx context.Context, cond string, args ...any) (l drift.Listed[drift.Alert], err error) {
	if err = tx.QueryRow(ctx, `SELECT count(*)`+alertTables+` WHERE `+cond, args...).Scan(&l.Total); err != nil {
		return l, fmt.Errorf("count alerts: %w", err)
	}
	rows, err := tx.Query(ctx, fmt.Sprintf(`SELECT %s%s WHERE %s ORDER BY a.created_at DESC, a.id DESC LIMIT %d`,
		alertColumns(withoutReport), alertTables, cond, drift.SilenceRows), args...)
	list, err := collected(rows, err, scanAlert, "alerts")
	l.Items = make([]drift.Alert, len(list))
	for i, a := range list {
		l.Items[i] = *a
	}
	return l, err
}

// PreviewSilence says which alerts a match would hide now, and would have hidden in the last 30 days.
func (db *DB) PreviewSilence(ctx context.Context, by drift.Actor, m drift.AlertMatch, now time.Time) (drift.SilencePreview, error) {
	return view(ctx, db, by, func(tx *Tx) (p drift.SilencePreview, err error) {
		// The match stands in for a silence, so that the preview and the silence cannot differ.
		const match = `EXISTS (SELECT FROM (VALUES ($1::bigint, $2::text, $3::text, $4::text, $5::text))
			s (scope, model_type, drift_type, alert_type, max_severity) WHERE ` + meets + `)`
		args := []any{m.TenantID, m.ModelType, string(m.DriftType), string(m.AlertType), m.Most.String()}
		if p.Open, err = tx.listed(ctx, `a.status = 'NEW' AND `+match, args...); err != nil {
			return p, err
		}
		if p.Stay, err = tx.listed(ctx, `a.status IN ('ACKNOWLEDGED', 'ASSIGNED', 'ESCALATED') AND `+match, args...); err != nil {
			return p, err
		}
		p.Taken = p.Stay.Total
		p.Raised, err = tx.listed(ctx, `a.created_at >= $6 AND a.created_at <= $7 AND `+match,
			append(args, now.Add(-drift.SilenceDays*24*time.Hour), now)...)
		return p, err
	})
}
