package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

func scanNote(row pgx.CollectableRow) (n drift.ModelNote, err error) {
	var from, to time.Time
	err = row.Scan(&n.ID, &n.TenantID, &n.ModelType, &from, &to, &n.Text, &n.Author, &n.CreatedAt, &n.RemovedAt, &n.RemovedBy)
	n.From, n.To = drift.DateOf(from), drift.DateOf(to)
	return n, err
}

func (tx *Tx) notes(ctx context.Context, tail string, args ...any) ([]drift.ModelNote, error) {
	rows, err := tx.Query(ctx, `SELECT id, tenant_id, model_type, from_day, to_day, note, author, created_at, removed_at, removed_by
		FROM model_note `+tail, args...)
	return collected(rows, err, scanNote, "notes on a model")
}

// ModelNotes lists the notes on a model that hold on any day of [from, to), by their first day.
func (tx *Tx) ModelNotes(ctx context.Context, m drift.Model, from, to drift.Date) ([]drift.ModelNote, error) {
	return tx.notes(ctx, `WHERE tenant_id = $1 AND model_type = $2 AND removed_at IS NULL AND to_day >= $3 AND from_day < $4
		ORDER BY from_day, id LIMIT $5`, m.TenantID, m.ModelType, from.Time(), to.Time(), drift.MaxPage)
}

// ModelNotes lists the notes on a model that hold on any day of [from, to).
func (db *DB) ModelNotes(ctx context.Context, by drift.Actor, m drift.Model, from, to drift.Date) ([]drift.ModelNote, error) {
	return view(ctx, db, by, func(tx *Tx) ([]drift.ModelNote, error) { return tx.ModelNotes(ctx, m, from, to) })
}

// AddModelNote keeps a note on a model and sets its ID.
func (db *DB) AddModelNote(ctx context.Context, by drift.Actor, m drift.Model, n *drift.ModelNote) error {
	if !by.Role.AtLeast(drift.RoleOperator) {
		return drift.Forbidden("Your role may look but not write notes. An operator can.")
	}
	if err := n.Check(); err != nil {
		return err
	}
	return db.InTx(ctx, by, func(tx *Tx) error {
		if err := tx.modelThere(ctx, m); err != nil {
			return err
		}
		n.TenantID, n.ModelType, n.Author, n.CreatedAt = m.TenantID, m.ModelType, by.Name, tx.now()
		err := tx.QueryRow(ctx, `INSERT INTO model_note (tenant_id, model_type, from_day, to_day, note, author, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
			n.TenantID, n.ModelType, n.From.Time(), n.To.Time(), n.Text, n.Author, n.CreatedAt).Scan(&n.ID)
		if err != nil {
			return fmt.Errorf("add note: %w", err)
		}
		return tx.auditOf(m.TenantID, "model.note", modelObject(m), n)
	})
}

// RemoveModelNote takes a note back: its author or a manager. It stays in the table, with who and when.
func (db *DB) RemoveModelNote(ctx context.Context, by drift.Actor, m drift.Model, id int64) error {
	return db.InTx(ctx, by, func(tx *Tx) error {
		list, err := tx.notes(ctx, `WHERE tenant_id = $1 AND model_type = $2 AND id = $3`, m.TenantID, m.ModelType, id)
		if err != nil {
			return err
		}
		if len(list) == 0 || list[0].RemovedAt != nil {
			return drift.NotFound("There is no such note any more.")
		}
		n := list[0]
		if !by.Role.AtLeast(drift.RoleManager) && (n.Author != by.Name || !by.Role.AtLeast(drift.RoleOperator)) {
			return drift.Forbidden("Only its author or a manager removes a note.")
		}
		now := tx.now()
		n.RemovedAt, n.RemovedBy = &now, by.Name
		_, err = tx.Exec(ctx, `UPDATE model_note SET removed_at = $3, removed_by = $4 WHERE tenant_id = $1 AND id = $2`,
			m.TenantID, id, now, by.Name)
		if err != nil {
			return fmt.Errorf("remove note: %w", err)
		}
		return tx.auditOf(m.TenantID, "model.remove_note", modelObject(m), n)
	})
}

// Runbooks lists a model's runbooks, the worst severity first.
func (tx *Tx) Runbooks(ctx context.Context, m drift.Model) ([]drift.Runbook, error) {
	rows, err := tx.Query(ctx, `SELECT a.severity, url, set_by, set_at FROM runbook a WHERE tenant_id = $1 AND model_type = $2
		ORDER BY `+urgency+` DESC`, m.TenantID, m.ModelType)
	return collected(rows, err, func(row pgx.CollectableRow) (r drift.Runbook, err error) {
		var severity string
		if err = row.Scan(&severity, &r.URL, &r.SetBy, &r.SetAt); err != nil {
			return r, err
		}
		r.Severity, err = drift.ParseSeverity(severity)
		return r, err
	}, "runbooks")
}

// Runbooks lists a model's runbooks, the worst severity first.
func (db *DB) Runbooks(ctx context.Context, by drift.Actor, m drift.Model) ([]drift.Runbook, error) {
	return view(ctx, db, by, func(tx *Tx) ([]drift.Runbook, error) { return tx.Runbooks(ctx, m) })
}

// SetRunbook sets where to read what to do about a model's alerts of a severity; "" takes it away.
func (db *DB) SetRunbook(ctx context.Context, by drift.Actor, m drift.Model, severity drift.Severity, url string) error {
	if !by.Role.AtLeast(drift.RoleManager) {
		return drift.Forbidden("A manager sets runbooks.")
	}
	if severity < drift.SeverityMedium {
		return drift.Invalid("severity", "A runbook is for MEDIUM, HIGH or CRITICAL.")
	}
	if url != "" {
		if err := drift.CheckRunbookURL(url); err != nil {
			return err
		}
	}
	return db.InTx(ctx, by, func(tx *Tx) error {
		if err := tx.modelThere(ctx, m); err != nil {
			return err
		}
		var err error
		if url == "" {
			_, err = tx.Exec(ctx, `DELETE FROM runbook WHERE tenant_id = $1 AND model_type = $2 AND severity = $3`,
				m.TenantID, m.ModelType, severity.String())
		} else {
			_, err = tx.Exec(ctx, `INSERT INTO runbook (tenant_id, model_type, severity, url, set_by, set_at)
				VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, model_type, severity)
				DO UPDATE SET url = excluded.url, set_by = excluded.set_by, set_at = excluded.set_at`,
				m.TenantID, m.ModelType, severity.String(), url, by.Name, tx.now())
		}
		if err != nil {
			return fmt.Errorf("set runbook: %w", err)
		}
		return tx.auditOf(m.TenantID, "model.runbook", modelObject(m), map[string]any{"severity": severity, "url": url})
	})
}

// ModelWork reads what people keep of a model.
func (db *DB) ModelWork(ctx context.Context, by drift.Actor, m drift.Model, today drift.Date) (drift.ModelWork, error) {
	return view(ctx, db, by, func(tx *Tx) (w drift.ModelWork, err error) {
		w.Notes, err = tx.notes(ctx, `WHERE tenant_id = $1 AND model_type = $2 AND removed_at IS NULL
			ORDER BY to_day < $3, to_day DESC, id DESC LIMIT $4`, m.TenantID, m.ModelType, today.Time(), drift.NoteRows)
		if err != nil {
			return w, err
		}
		w.Runbooks, err = tx.Runbooks(ctx, m)
		return w, err
	})
}

// modelThere refuses a model whose tenant the actor does not see, or whose type is not registered.
func (tx *Tx) modelThere(ctx context.Context, m drift.Model) error {
	there, err := tx.exists(ctx, `SELECT FROM tenant t, model_type k WHERE t.id = $1 AND k.name = $2`, m.TenantID, m.ModelType)
	if err == nil && !there {
		return drift.NotFound("There is no such model.")
	}
	return err
}

func modelObject(m drift.Model) string { return fmt.Sprintf("model/%s/%s", m.Tenant, m.ModelType) }

// auditOf keeps a change of a tenant's thing by the transaction's actor.
func (tx *Tx) auditOf(tenant int64, action, object string, detail any) error {
	doc, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("encode audit detail: %w", err)
	}
	tx.Audit(drift.AuditEntry{TenantID: tenant, Action: action, Object: object, Detail: doc})
	return nil
}
