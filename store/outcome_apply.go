package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// outcome is what became known of one prediction, perhaps several values one after another.
type outcome struct {
	tenant    int64
	id        string
	hash      [16]byte
	values    []outcomeValue // in the order they came
	part      *partition     // nil where the prediction is not known
	createdAt time.Time      // the prediction's
	modelType string
	before    *outcomeValue // what was known when it was locked
	missing   bool          // the row was not there when it was to be locked
	changed   bool
}

type outcomeValue struct {
	actual   bool
	observed time.Time
}

func (o *outcome) day() modelDay {
	return modelDay{o.tenant, o.modelType, drift.DateOf(o.createdAt)}
}

func (o *outcome) last() outcomeValue { return o.values[len(o.values)-1] }

// sortOutcomes puts outcomes of logged predictions into the order in which log rows are locked.
func sortOutcomes(list []*outcome) {
	slices.SortFunc(list, func(a, b *outcome) int {
		return cmp.Or(cmp.Compare(a.part.from, b.part.from), cmp.Compare(a.tenant, b.tenant),
			a.createdAt.Compare(b.createdAt), cmp.Compare(a.id, b.id))
	})
}

// applyOutcomes gives logged predictions their outcomes; the last value counts, what it replaces is
// kept. The caller holds the day locks. It returns the days that changed.
func applyOutcomes(ctx context.Context, tx pgx.Tx, list []*outcome, now time.Time) ([]modelDay, error) {
	if len(list) == 0 {
		return nil, nil
	}
	sortOutcomes(list)
	if err := lockLogged(ctx, tx, list); err != nil {
		return nil, err
	}
	var changed []*outcome
	var replaced []replacedOutcome
	days := map[modelDay]struct{}{}
	for _, o := range list {
		if o.missing {
			continue
		}
		current := o.before
		for _, v := range o.values {
			if current != nil && current.actual == v.actual {
				continue
			}
			if current != nil {
				replaced = append(replaced, replacedOutcome{inboxKey{o.tenant, o.id}, o.createdAt, current.actual, current.observed})
			}
			current, o.changed = &v, true
		}
		if o.changed {
			o.values = []outcomeValue{*current}
			changed = append(changed, o)
			days[o.day()] = struct{}{}
		}
	}
	if err := writeOutcomes(ctx, tx, changed); err != nil {
		return nil, err
	}
	if err := keepReplaced(ctx, tx, replaced, now); err != nil {
		return nil, err
	}
	touched := make([]modelDay, 0, len(days))
	for d := range days {
		touched = append(touched, d)
	}
	return touched, nil
}

// eachPartition calls fn with the stretches of a sorted list that lie in one partition, and with
// the columns that find their rows.
func eachPartition(list []*outcome, fn func(table string, group []*outcome, tenants []int64, times []time.Time, ids []string)) {
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].part == list[0].part {
			n++
		}
		group := list[:n]
		tenants, times, ids := make([]int64, n), make([]time.Time, n), make([]string, n)
		for i, o := range group {
			tenants[i], times[i], ids[i] = o.tenant, o.createdAt, o.id
		}
		fn(pgx.Identifier{group[0].part.name}.Sanitize(), group, tenants, times, ids)
		list = list[n:]
	}
}

// lockLogged locks the rows in the order of the list and reads what is known of them.
func lockLogged(ctx context.Context, tx pgx.Tx, list []*outcome) error {
	var b pgx.Batch
	eachPartition(list, func(table string, group []*outcome, tenants []int64, times []time.Time, ids []string) {
		for _, o := range group {
			o.missing = true
		}
		b.Queue(`SELECT x.ord::int, l.actual, l.outcome_at
			FROM unnest($1::bigint[], $2::timestamptz[], $3::text[]) WITH ORDINALITY x (tenant_id, created_at, prediction_id, ord)
			JOIN `+table+` l USING (tenant_id, created_at, prediction_id) ORDER BY x.ord FOR NO KEY UPDATE OF l`,
			tenants, times, ids).Query(func(rows pgx.Rows) error {
			var ord int
			var actual *bool
			var at *time.Time
			_, err := pgx.ForEachRow(rows, []any{&ord, &actual, &at}, func() error {
				o := group[ord-1]
				o.missing, o.before = false, nil
				if actual != nil && at != nil {
					o.before = &outcomeValue{*actual, *at}
				}
				return nil
			})
			return err
		})
	})
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("lock predictions: %w", err)
	}
	return nil
}

func writeOutcomes(ctx context.Context, tx pgx.Tx, list []*outcome) error {
	if len(list) == 0 {
		return nil
	}
	var b pgx.Batch
	eachPartition(list, func(table string, group []*outcome, tenants []int64, times []time.Time, ids []string) {
		actuals, observed := make([]bool, len(group)), make([]time.Time, len(group))
		for i, o := range group {
			actuals[i], observed[i] = o.last().actual, o.last().observed
		}
		b.Queue(`UPDATE `+table+` l SET actual = x.actual, outcome_at = x.outcome_at
			FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::boolean[], $5::timestamptz[])
				x (tenant_id, created_at, prediction_id, actual, outcome_at)
			WHERE l.tenant_id = x.tenant_id AND l.created_at = x.created_at AND l.prediction_id = x.prediction_id`,
			tenants, times, ids, actuals, observed)
	})
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("write outcomes: %w", err)
	}
	return nil
}
