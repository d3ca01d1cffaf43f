package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// AuditLog lists the audit log as far as the transaction's actor may see it, newest first.
func (tx *Tx) AuditLog(ctx context.Context, f drift.AuditFilter) (drift.Page[drift.AuditEntry], error) {
	w := &where{}
	if f.Actor != "" {
		w.and(`actor = $`, f.Actor)
	}
	if f.Action != "" {
		w.and(`starts_with(action, $)`, f.Action)
	}
	if f.Object != "" {
		w.and(`object = $`, f.Object)
	}
	if !f.Since.IsZero() {
		w.and(`at >= $`, f.Since)
	}
	if f.Cursor != "" {
		var seq int64
		if err := readCursor(f.Cursor, &seq); err != nil {
			return drift.Page[drift.AuditEntry]{}, err
		}
		w.and(`seq < $`, seq)
	}
	n := limit(f.Limit)
	rows, err := tx.Query(ctx, `SELECT seq, at, COALESCE(tenant_id, 0), actor, action, object, detail, hash
		FROM audit_log`+w.sql()+` ORDER BY seq DESC LIMIT `+w.arg(n+1), w.args...)
	list, err := collected(rows, err, pgx.RowToStructByPos[drift.AuditEntry], "audit log")
	if err != nil {
		return drift.Page[drift.AuditEntry]{}, err
	}
	page := drift.Page[drift.AuditEntry]{Items: list}
	if len(list) > n {
		page.Items, page.Next = list[:n], cursor(list[n-1].Seq)
	}
	return page, nil
}

// auditNote queues an entry with a detail of plain values.
func (tx *Tx) auditNote(at time.Time, by drift.Actor, action, object string, detail map[string]any) error {
	doc, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("encode audit detail: %w", err)
	}
	tx.Audit(drift.AuditEntry{At: at, Actor: by.Name, Action: action, Object: object, Detail: doc})
	return nil
}
