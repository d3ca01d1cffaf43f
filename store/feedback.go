package store

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// maxFeedbackNote bounds a note, in characters.
const maxFeedbackNote = 1000

// SayFeedback keeps what an alert turned out to be; what was said before is replaced, and stays in the
// audit log.
func (db *DB) SayFeedback(ctx context.Context, by drift.Actor, id int64, v drift.Verdict, note string) (f drift.Feedback, err error) {
	if !by.Role.AtLeast(drift.RoleOperator) {
		return f, drift.Forbidden("Your role may look but not judge. An operator can.")
	}
	if v, err = drift.ParseVerdict(string(v)); err != nil {
		return f, err
	}
	err = db.InTx(ctx, by, func(tx *Tx) error {
		a, err := tx.Alert(ctx, id)
		if err != nil {
			return err
		}
		f = drift.Feedback{AlertID: id, Verdict: v, Note: strings.TrimSpace(note), By: by.Name, At: tx.now()}
		return tx.PutFeedback(ctx, a, f)
	})
	return f, err
}

// PutFeedback keeps what somebody says an alert turned out to be, and writes it in the audit log.
func (tx *Tx) PutFeedback(ctx context.Context, a *drift.Alert, f drift.Feedback) error {
	if utf8.RuneCountInString(f.Note) > maxFeedbackNote {
		return drift.Invalid("note", fmt.Sprintf("A note has at most %d characters.", maxFeedbackNote))
	}
	_, err := tx.Exec(ctx, `INSERT INTO alert_feedback (tenant_id, alert_id, verdict, note, said_by, said_at)
			VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, alert_id)
			DO UPDATE SET verdict = excluded.verdict, note = excluded.note, said_by = excluded.said_by, said_at = excluded.said_at`,
		a.TenantID, a.ID, string(f.Verdict), f.Note, f.By, f.At)
	if err != nil {
		return fmt.Errorf("keep feedback: %w", err)
	}
	return tx.auditOf(a.TenantID, "alert.feedback", fmt.Sprintf("alert/%d", a.ID), f)
}

// Feedback returns what was said of an alert last; nil where nobody has said.
func (tx *Tx) Feedback(ctx context.Context, a *drift.Alert) (*drift.Feedback, error) {
	rows, err := tx.Query(ctx, `SELECT alert_id, verdict, note, said_by, said_at FROM alert_feedback
		WHERE tenant_id = $1 AND alert_id = $2`, a.TenantID, a.ID)
	list, err := collected(rows, err, pgx.RowToStructByPos[drift.Feedback], "feedback")
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// JudgedAlerts lists the alerts raised in [from, to) with what people said of them, oldest first: of one
// model, of one type where its tenant is 0, or of all where the type is "" too. It stops at most, with more
// set.
func (tx *Tx) JudgedAlerts(ctx context.Context, m drift.Model, from, to time.Time, most int) (list []drift.JudgedAlert, more bool, err error) {
	rows, err := tx.Query(ctx, `SELECT a.tenant_id, t.name, a.model_type, a.model_version, a.id, a.drift_type, a.severity, a.check_date, a.created_at,
			COALESCE(f.verdict, '')`+alertTables+` LEFT JOIN alert_feedback f ON f.tenant_id = a.tenant_id AND f.alert_id = a.id
		WHERE a.created_at >= $1 AND a.created_at < $2 AND ($3 = 0 OR a.tenant_id = $3) AND ($4 = '' OR a.model_type = $4)
		ORDER BY a.created_at, a.id LIMIT $5`, from, to, m.TenantID, m.ModelType, most+1)
	list, err = collected(rows, err, func(row pgx.CollectableRow) (j drift.JudgedAlert, err error) {
		var severity string
		var checked time.Time
		err = row.Scan(&j.TenantID, &j.Tenant, &j.ModelType, &j.ModelVersion, &j.AlertID, &j.DriftType, &severity, &checked, &j.RaisedAt, &j.Verdict)
		if err != nil {
			return j, err
		}
		j.CheckDate = drift.DateOf(checked)
		j.Severity, err = drift.ParseSeverity(severity)
		return j, err
	}, "judged alerts")
	if len(list) > most {
		list, more = list[:most], true
	}
	return list, more, err
}

// AlertWork reads what people keep of an alert and its model.
func (db *DB) AlertWork(ctx context.Context, by drift.Actor, a *drift.Alert, now time.Time) (drift.AlertWork, error) {
	return view(ctx, db, by, func(tx *Tx) (w drift.AlertWork, err error) {
		m, today := versionOf(a).Model, drift.DateOf(now)
		from, to := min(a.CheckDate, today), max(a.CheckDate, today)
		notes, err := tx.ModelNotes(ctx, m, from, to.Add(1))
		if err != nil {
			return w, err
		}
		for _, n := range notes {
			if holds(n, a.CheckDate) || holds(n, today) {
				w.Notes = append(w.Notes, n)
			}
		}
		books, err := tx.Runbooks(ctx, m)
		if err != nil {
			return w, err
		}
		for i := range books {
			if books[i].Severity == a.Severity {
				w.Runbook = &books[i]
			}
		}
		w.Feedback, err = tx.Feedback(ctx, a)
		return w, err
	})
}

func holds(n drift.ModelNote, d drift.Date) bool { return n.From <= d && d <= n.To }
