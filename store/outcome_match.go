package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// matcher leads outcomes to their predictions within one transaction.
type matcher struct {
	db  *DB
	tx  pgx.Tx
	now time.Time

	known    []*outcome // their prediction is logged
	unknown  []*outcome
	unmarked []modelDay
	changed  []modelDay
	inbox    bool // something waits in the inbox for a tenant of the known
}

// find looks up the predictions, then locks their days.
func (m *matcher) find(ctx context.Context, list []*outcome) error {
	tenants, hashes := make([]int64, len(list)), make([][16]byte, len(list))
	for i, o := range list {
		tenants[i], hashes[i] = o.tenant, o.hash
	}
	rows, err := m.tx.Query(ctx, keysQuery, tenants, hashes)
	if err != nil {
		return fmt.Errorf("read keys: %w", err)
	}
	var ord int
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&ord, &at}, func() error {
		list[ord-1].createdAt = at
		return nil
	})
	if err != nil {
		return fmt.Errorf("read keys: %w", err)
	}
	if err := m.place(ctx, list); err != nil {
		return err
	}
	if err := m.readTypes(ctx); err != nil {
		return err
	}
	return m.lockDays(ctx)
}

// place finds the partition of each prediction that has a key.
func (m *matcher) place(ctx context.Context, list []*outcome) error {
	parts := m.db.memo.catalog()
	reloaded := false
	for _, o := range list {
		o.part = nil
		if !o.createdAt.IsZero() {
			day := drift.DateOf(o.createdAt)
			if o.part = parts.find(day); o.part == nil && !reloaded {
				var err error
				// In this transaction: the pool might have no other connection to give.
				if parts, err = readCatalog(ctx, m.tx, catalogQuery); err != nil {
					return err
				}
				m.db.memo.setCatalog(parts)
				reloaded = true
				o.part = parts.find(day)
			}
		}
		if o.part == nil {
			m.unknown = append(m.unknown, o)
		} else {
			m.known = append(m.known, o)
		}
	}
	return nil
}

// readTypes reads the model types of the logged predictions, which name their days. A key that
// leads to no row of this id belongs to another id with the same hash: this one is not known.
func (m *matcher) readTypes(ctx context.Context) error {
	if len(m.known) == 0 {
		return nil
	}
	sortOutcomes(m.known)
	var b pgx.Batch
	eachPartition(m.known, func(table string, group []*outcome, tenants []int64, times []time.Time, ids []string) {
		b.Queue(`SELECT x.ord::int, l.model_type
			FROM unnest($1::bigint[], $2::timestamptz[], $3::text[]) WITH ORDINALITY x (tenant_id, created_at, prediction_id, ord)
			JOIN `+table+` l USING (tenant_id, created_at, prediction_id)`, tenants, times, ids).Query(func(rows pgx.Rows) error {
			var ord int
			var modelType string
			_, err := pgx.ForEachRow(rows, []any{&ord, &modelType}, func() error {
				group[ord-1].modelType = modelType
				return nil
			})
			return err
		})
	})
	if err := m.tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("read predictions: %w", err)
	}
	logged := m.known[:0:0]
	for _, o := range m.known {
		if o.modelType == "" {
			o.part = nil
			m.unknown = append(m.unknown, o)
			continue
		}
		logged = append(logged, o)
	}
	m.known = logged
	return nil
}

func (m *matcher) lockDays(ctx context.Context) error {
	var days []modelDay
	seen := map[modelDay]bool{}
	for _, o := range m.known {
		if d := o.day(); !seen[d] {
			seen[d] = true
			days = append(days, d)
		}
	}
	if len(days) == 0 {
		return nil
	}
	var b pgx.Batch
	b.Queue(lockSharedQuery, dayLocks(days))
	tenants, types, dates := columns(days)
	b.Queue(unmarkedQuery, tenants, types, dates).Query(func(rows pgx.Rows) error {
		var ord int
		_, err := pgx.ForEachRow(rows, []any{&ord}, func() error {
			m.unmarked = append(m.unmarked, days[ord-1])
			return nil
		})
		return err
	})
	b.Queue(`SELECT EXISTS (SELECT FROM outcome_inbox WHERE tenant_id = ANY ($1))`, distinctTenants(days)).
		QueryRow(func(row pgx.Row) error { return row.Scan(&m.inbox) })
	if err := m.tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("lock days: %w", err)
	}
	return nil
}

// settle gives the logged predictions their outcomes.
func (m *matcher) settle(ctx context.Context) error {
	changed, err := applyOutcomes(ctx, m.tx, m.known, m.now)
	m.changed = changed
	return err
}

// supersedeWaiting removes what still waits for a prediction that has an outcome by now: left
// there, it would later pass for the newer one.
func (m *matcher) supersedeWaiting(ctx context.Context) error {
	if !m.inbox {
		return nil
	}
	keys := make([]inboxKey, len(m.known))
	known := make(map[inboxKey]*outcome, len(m.known))
	for i, o := range m.known {
		keys[i] = inboxKey{o.tenant, o.id}
		known[keys[i]] = o
	}
	waiting, err := takeFromInbox(ctx, m.tx, keys)
	if err != nil {
		return err
	}
	var replaced []replacedOutcome
	for _, w := range waiting {
		if o := known[w.inboxKey]; o.last().actual != w.actual {
			replaced = append(replaced, replacedOutcome{w.inboxKey, o.createdAt, w.actual, w.observed})
		}
	}
	return keepReplaced(ctx, m.tx, replaced, m.now)
}

// mark marks the days that changed and have no mark yet.
func (m *matcher) mark(ctx context.Context) error {
	touched := make(map[modelDay]bool, len(m.changed))
	for _, d := range m.changed {
		touched[d] = true
	}
	var days []modelDay
	for _, d := range m.unmarked {
		if touched[d] {
			days = append(days, d)
		}
	}
	return markDays(ctx, m.tx, days, m.now)
}
