package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/ingest"
)

// drainAtOnce is how many waiting outcomes are matched in one transaction.
const drainAtOnce = 5000

// DrainInbox matches the outcomes that arrived before now and waited for their prediction. It
// returns how many found theirs and how many wait on. Being stopped half-way loses nothing.
func (db *DB) DrainInbox(ctx context.Context, now time.Time) (matched, waiting int, err error) {
	var after inboxKey
	for {
		n, last, err := db.drainSome(ctx, now, after)
		matched += n
		if err != nil {
			return matched, 0, fmt.Errorf("drain inbox: %w", err)
		}
		if last == after {
			break
		}
		after = last
	}
	err = db.pool.QueryRow(ctx, `SELECT count(*) FROM outcome_inbox WHERE received_at < $1`, now).Scan(&waiting)
	if err != nil {
		return matched, 0, fmt.Errorf("drain inbox: %w", err)
	}
	return matched, waiting, nil
}

// drainSome matches those that come after a key and returns the last key looked at.
func (db *DB) drainSome(ctx context.Context, now time.Time, after inboxKey) (n int, last inboxKey, err error) {
	in := intake{db: db, by: drift.SystemActor(), now: db.now()}
	once := func(int) error {
		n, last, err = db.drainOnce(ctx, &in, now, after)
		return err
	}
	err = in.repeat(ctx, once, func() error { return nil })
	return n, last, err
}

func (db *DB) drainOnce(ctx context.Context, in *intake, now time.Time, after inboxKey) (n int, last inboxKey, err error) {
	last = after
	tx, err := in.begin(ctx)
	if err != nil {
		return 0, last, err
	}
	defer func() {
		if err != nil {
			err = in.ended(ctx, tx, err)
		}
	}()
	rows, err := tx.Query(ctx, `
SELECT i.tenant_id, i.prediction_id FROM outcome_inbox i JOIN prediction_key k USING (tenant_id, id_hash)
WHERE i.received_at < $1 AND (i.tenant_id, i.prediction_id) > ($2, $3) ORDER BY 1, 2 LIMIT $4`,
		now, after.tenant, after.id, drainAtOnce)
	if err != nil {
		return 0, last, fmt.Errorf("read inbox: %w", err)
	}
	keys, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k inboxKey, err error) {
		return k, row.Scan(&k.tenant, &k.id)
	})
	if err != nil {
		return 0, last, fmt.Errorf("read inbox: %w", err)
	}
	if len(keys) > 0 {
		last = keys[len(keys)-1]
		if n, err = db.drainKeys(ctx, tx, keys, in.now); err != nil {
			return 0, after, err
		}
	}
	return n, last, in.commit(ctx, tx)
}

// drainKeys leads these outcomes to their predictions. The rows of the log are locked before those
// of the inbox, as everybody does.
func (db *DB) drainKeys(ctx context.Context, tx pgx.Tx, keys []inboxKey, now time.Time) (int, error) {
	list, err := readWaiting(ctx, tx, keys)
	if err != nil {
		return 0, err
	}
	m := &matcher{db: db, tx: tx, now: now}
	if err := m.find(ctx, list); err != nil {
		return 0, err
	}
	if len(m.known) == 0 {
		return 0, nil
	}
	sortOutcomes(m.known)
	if err := lockLogged(ctx, tx, m.known); err != nil {
		return 0, err
	}
	found := make([]inboxKey, len(m.known))
	for i, o := range m.known {
		found[i] = inboxKey{o.tenant, o.id}
	}
	// What was read is old by now: what is taken counts.
	taken, err := takeFromInbox(ctx, tx, found)
	if err != nil {
		return 0, err
	}
	values := make(map[inboxKey]outcomeValue, len(taken))
	for _, w := range taken {
		values[w.inboxKey] = outcomeValue{w.actual, w.observed}
	}
	var due []*outcome
	for _, o := range m.known {
		if v, ok := values[inboxKey{o.tenant, o.id}]; ok {
			o.values = []outcomeValue{v}
			due = append(due, o)
		}
	}
	m.known = due
	if err := m.settle(ctx); err != nil {
		return 0, err
	}
	return len(due), m.mark(ctx)
}

// readWaiting reads what waits for these predictions, without locking it.
func readWaiting(ctx context.Context, tx pgx.Tx, keys []inboxKey) ([]*outcome, error) {
	tenants, ids := inboxColumns(keys)
	rows, err := tx.Query(ctx, `
SELECT i.tenant_id, i.prediction_id, i.actual, i.observed_at
FROM unnest($1::bigint[], $2::text[]) x (tenant_id, prediction_id)
JOIN outcome_inbox i USING (tenant_id, prediction_id)`, tenants, ids)
	if err != nil {
		return nil, fmt.Errorf("read inbox: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*outcome, error) {
		var o outcome
		var v outcomeValue
		if err := row.Scan(&o.tenant, &o.id, &v.actual, &v.observed); err != nil {
			return nil, err
		}
		o.hash, o.values = ingest.IDHash(o.id), []outcomeValue{v}
		return &o, nil
	})
	if err != nil {
		return nil, fmt.Errorf("read inbox: %w", err)
	}
	return list, nil
}
