package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// Emit gives the transaction an event; its number is given when it commits. A zero At is now.
func (tx *Tx) Emit(e drift.Event) { tx.events = append(tx.events, e) }

// Audit gives the transaction an entry of the audit log. A zero At is now, an empty Actor is the
// transaction's.
func (tx *Tx) Audit(e drift.AuditEntry) { tx.audits = append(tx.audits, e) }

// flush writes what Emit and Audit were given, in one round trip. Each function locks its head
// row, events before audit: nothing may follow in the transaction but COMMIT.
func (tx *Tx) flush(ctx context.Context) error {
	if len(tx.events)+len(tx.audits) == 0 {
		return nil
	}
	var b pgx.Batch
	for _, e := range tx.events {
		b.Queue(`SELECT append_event($1, $2, $3, $4)`,
			string(e.Type), nullID(e.TenantID), tx.orNow(e.At), jsonOrEmpty(e.Payload))
	}
	for _, e := range tx.audits {
		actor := e.Actor
		if actor == "" {
			actor = tx.By.Name
		}
		b.Queue(`SELECT append_audit($1, $2, $3, $4, $5, $6)`,
			tx.orNow(e.At), nullID(e.TenantID), actor, e.Action, e.Object, jsonOrEmpty(e.Detail))
	}
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("append events and audit: %w", err)
	}
	tx.events, tx.audits = nil, nil
	return nil
}

func (tx *Tx) orNow(t time.Time) time.Time {
	if t.IsZero() {
		return tx.now()
	}
	return t
}

// nullID writes 0, which is no tenant, as NULL.
func nullID(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

func jsonOrEmpty(doc json.RawMessage) json.RawMessage {
	if len(doc) == 0 {
		return json.RawMessage("{}")
	}
	return doc
}
