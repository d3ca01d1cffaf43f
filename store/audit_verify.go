package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// VerifyAudit walks the audit log's chain: every row must hash to what it holds and follow the row
// before it, and the last must be the one that audit_head names. It says which row was changed,
// removed or inserted, or that the end was cut off. Somebody who may write as the owner and
// recomputes every hash, the head included, is found only by comparing the head with a copy of it
// kept elsewhere.
func (db *DB) VerifyAudit(ctx context.Context) (drift.AuditVerdict, error) {
	c := &chain{}
	err := db.View(ctx, drift.SystemActor(), func(tx *Tx) error {
		var count int64
		var last []byte
		if err := tx.QueryRow(ctx, `SELECT count, last_hash FROM audit_head`).Scan(&count, &last); err != nil {
			return fmt.Errorf("audit head: %w", err)
		}
		// The neighbours' texts tell a row that was moved from one that was changed.
		rows, err := tx.Query(ctx, `SELECT seq, prev_hash, hash,
				audit_text(seq, at, tenant_id, actor, action, object, detail, prev_hash),
				audit_text(seq - 1, at, tenant_id, actor, action, object, detail, prev_hash),
				audit_text(seq + 1, at, tenant_id, actor, action, object, detail, prev_hash)
			FROM audit_log ORDER BY seq`)
		if err != nil {
			return fmt.Errorf("audit log: %w", err)
		}
		var r auditRow
		_, err = pgx.ForEachRow(rows, []any{&r.seq, &r.prev, &r.hash, &r.text, &r.ifInserted, &r.ifRemoved}, func() error {
			c.row(r, count)
			return nil
		})
		if err != nil {
			return fmt.Errorf("audit log: %w", err)
		}
		c.end(count, last)
		return nil
	})
	return c.verdict, err
}

type auditRow struct {
	seq                         int64
	prev, hash                  []byte
	text, ifInserted, ifRemoved string
}

// chain is a verification under way.
type chain struct {
	verdict drift.AuditVerdict
	seq     int64  // of the row before
	hash    []byte // of the row before
	shift   int64  // by how much the rows here are numbered wrongly
}

func (c *chain) fault(seq int64, kind, format string, args ...any) {
	if len(c.verdict.Faults) < drift.MaxAuditFaults {
		c.verdict.Faults = append(c.verdict.Faults, drift.AuditFault{Seq: seq, Kind: kind, Message: fmt.Sprintf(format, args...)})
	}
}

func (c *chain) row(r auditRow, count int64) {
	c.verdict.Rows++
	whole := true
	switch {
	case r.seq > count:
		c.fault(r.seq, "inserted", "Row %d was inserted: the log has only %d rows.", r.seq, count)
		whole = false
	case r.seq <= c.seq: // 0 or below
		c.fault(r.seq, "inserted", "Row %d was inserted: rows are numbered from 1.", r.seq)
		return
	case r.seq == c.seq+2:
		c.fault(c.seq+1, "removed", "Row %d was removed.", c.seq+1)
		whole = false
	case r.seq > c.seq+2:
		c.fault(c.seq+1, "removed", "Rows %d to %d were removed.", c.seq+1, r.seq-1)
		whole = false
	}
	switch {
	case hashes(r.text, r.hash):
		c.shift = 0
	case hashes(r.ifInserted, r.hash):
		c.moved(r.seq, 1, "inserted", "A row was inserted before row %d: this one was written as row %d.", r.seq, r.seq-1)
		whole = false
	case hashes(r.ifRemoved, r.hash):
		c.moved(r.seq, -1, "removed", "A row before row %d was removed: this one was written as row %d.", r.seq, r.seq+1)
		whole = false
	default:
		c.fault(r.seq, "changed", "Row %d was changed.", r.seq)
		whole = false
	}
	if whole && !bytes.Equal(r.prev, c.hash) {
		c.fault(r.seq, "changed", "Row %d does not follow row %d: one of the two was rewritten.", r.seq, c.seq)
	}
	c.seq, c.hash = r.seq, bytes.Clone(r.hash)
}

// moved reports the first of several rows that are numbered wrongly in the same way.
func (c *chain) moved(seq, shift int64, kind, format string, args ...any) {
	if c.shift != shift {
		c.fault(seq, kind, format, args...)
	}
	c.shift = shift
}

func (c *chain) end(count int64, last []byte) {
	switch {
	case c.seq < count:
		c.fault(c.seq+1, "cut", "The end was cut off: rows %d to %d are missing.", c.seq+1, count)
	case c.seq == count && !bytes.Equal(c.hash, last):
		c.fault(c.seq, "head", "Row %d is not the one that was written last: it or the head was rewritten.", c.seq)
	}
}

func hashes(text string, hash []byte) bool {
	sum := sha256.Sum256([]byte(text))
	return bytes.Equal(sum[:], hash)
}
