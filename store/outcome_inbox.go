package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// inboxKey names an outcome that waits for its prediction.
type inboxKey struct {
	tenant int64
	id     string
}

type waitingOutcome struct {
	inboxKey
	actual   bool
	observed time.Time
}

// replacedOutcome is what a later outcome replaced. A zero createdAt: the prediction was not known.
type replacedOutcome struct {
	inboxKey
	createdAt time.Time
	actual    bool
	observed  time.Time
}

// inboxColumns sorts keys as the inbox is locked and writes them as arrays.
func inboxColumns(keys []inboxKey) (tenants []int64, ids []string) {
	keys = slices.Clone(keys)
	slices.SortFunc(keys, func(a, b inboxKey) int {
		return cmp.Or(cmp.Compare(a.tenant, b.tenant), cmp.Compare(a.id, b.id))
	})
	for _, k := range slices.Compact(keys) {
		tenants, ids = append(tenants, k.tenant), append(ids, k.id)
	}
	return tenants, ids
}

// takeFromInbox removes and returns the outcomes that wait for these predictions.
func takeFromInbox(ctx context.Context, tx pgx.Tx, keys []inboxKey) ([]waitingOutcome, error) {
	tenants, ids := inboxColumns(keys)
	rows, err := tx.Query(ctx, `
WITH hit AS (
    SELECT i.tenant_id, i.prediction_id FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY x (tenant_id, prediction_id, ord)
    JOIN outcome_inbox i USING (tenant_id, prediction_id) ORDER BY x.ord FOR UPDATE OF i)
DELETE FROM outcome_inbox d USING hit WHERE d.tenant_id = hit.tenant_id AND d.prediction_id = hit.prediction_id
RETURNING d.tenant_id, d.prediction_id, d.actual, d.observed_at`, tenants, ids)
	if err != nil {
		return nil, fmt.Errorf("take from inbox: %w", err)
	}
	taken, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (w waitingOutcome, err error) {
		return w, row.Scan(&w.tenant, &w.id, &w.actual, &w.observed)
	})
	if err != nil {
		return nil, fmt.Errorf("take from inbox: %w", err)
	}
	return taken, nil
}

// putInInbox keeps outcomes until their predictions come and tells which of them were new or other
// than what waited already. The list holds each key once.
func putInInbox(ctx context.Context, tx pgx.Tx, list []*outcome, now time.Time) error {
	if len(list) == 0 {
		return nil
	}
	slices.SortFunc(list, func(a, b *outcome) int {
		return cmp.Or(cmp.Compare(a.tenant, b.tenant), cmp.Compare(a.id, b.id))
	})
	replaced, err := lockWaiting(ctx, tx, list)
	if err != nil {
		return err
	}
	n := len(list)
	tenants, ids, hashes := make([]int64, n), make([]string, n), make([][16]byte, n)
	actuals, observed := make([]bool, n), make([]time.Time, n)
	for i, o := range list {
		tenants[i], ids[i], hashes[i] = o.tenant, o.id, o.hash
		actuals[i], observed[i] = o.last().actual, o.last().observed
	}
	rows, err := tx.Query(ctx, `
INSERT INTO outcome_inbox AS i (tenant_id, prediction_id, id_hash, actual, observed_at, received_at)
SELECT tenant_id, prediction_id, id_hash, actual, observed_at, $6
FROM unnest($1::bigint[], $2::text[], $3::uuid[], $4::boolean[], $5::timestamptz[])
    WITH ORDINALITY x (tenant_id, prediction_id, id_hash, actual, observed_at, ord) ORDER BY ord
ON CONFLICT (tenant_id, prediction_id) DO UPDATE
    SET actual = excluded.actual, observed_at = excluded.observed_at, received_at = excluded.received_at
    WHERE i.actual <> excluded.actual
RETURNING tenant_id, prediction_id`, tenants, ids, hashes, actuals, observed, now)
	if err != nil {
		return fmt.Errorf("put in inbox: %w", err)
	}
	written := map[inboxKey]bool{}
	var k inboxKey
	if _, err := pgx.ForEachRow(rows, []any{&k.tenant, &k.id}, func() error {
		written[k] = true
		return nil
	}); err != nil {
		return fmt.Errorf("put in inbox: %w", err)
	}
	for _, o := range list {
		o.changed = o.changed || written[inboxKey{o.tenant, o.id}]
	}
	return keepReplaced(ctx, tx, replaced, now)
}

// lockWaiting locks what waits already for the same predictions, and lists what the list's values
// replace, one after another.
func lockWaiting(ctx context.Context, tx pgx.Tx, list []*outcome) ([]replacedOutcome, error) {
	byKey := make(map[inboxKey]*outcome, len(list))
	keys := make([]inboxKey, len(list))
	for i, o := range list {
		keys[i] = inboxKey{o.tenant, o.id}
		byKey[keys[i]] = o
		o.before = nil
	}
	tenants, ids := inboxColumns(keys)
	rows, err := tx.Query(ctx, `
SELECT i.tenant_id, i.prediction_id, i.actual, i.observed_at
FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY x (tenant_id, prediction_id, ord)
JOIN outcome_inbox i USING (tenant_id, prediction_id) ORDER BY x.ord FOR UPDATE OF i`, tenants, ids)
	if err != nil {
		return nil, fmt.Errorf("read inbox: %w", err)
	}
	var w waitingOutcome
	if _, err := pgx.ForEachRow(rows, []any{&w.tenant, &w.id, &w.actual, &w.observed}, func() error {
		byKey[w.inboxKey].before = &outcomeValue{w.actual, w.observed}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("read inbox: %w", err)
	}
	var replaced []replacedOutcome
	for _, o := range list {
		current := o.before
		for _, v := range o.values {
			if current != nil && current.actual != v.actual {
				replaced = append(replaced, replacedOutcome{inboxKey{o.tenant, o.id}, time.Time{}, current.actual, current.observed})
				o.changed = true
			}
			if current == nil || current.actual != v.actual {
				current = &v
			}
		}
	}
	return replaced, nil
}

// keepReplaced writes down what later outcomes replaced.
func keepReplaced(ctx context.Context, tx pgx.Tx, list []replacedOutcome, now time.Time) error {
	if len(list) == 0 {
		return nil
	}
	n := len(list)
	tenants, ids, created := make([]int64, n), make([]string, n), make([]*time.Time, n)
	actuals, observed := make([]bool, n), make([]time.Time, n)
	for i := range list {
		r := &list[i]
		tenants[i], ids[i], actuals[i], observed[i] = r.tenant, r.id, r.actual, r.observed
		if !r.createdAt.IsZero() {
			created[i] = &r.createdAt
		}
	}
	_, err := tx.Exec(ctx, `
INSERT INTO outcome_replaced (tenant_id, prediction_id, created_at, actual, observed_at, replaced_at)
SELECT x.*, $6 FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::boolean[], $5::timestamptz[]) x`,
		tenants, ids, created, actuals, observed, now)
	if err != nil {
		return fmt.Errorf("keep replaced outcomes: %w", err)
	}
	return nil
}
