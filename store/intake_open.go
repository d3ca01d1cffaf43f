package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// probes is how many keys of a batch are looked up before it is tried straight.
const probes = 8

// opening is what a batch learns as it takes its locks.
type opening struct {
	unmarked []modelDay // without a mark yet
	met      bool       // one of the probed keys is there already
	inbox    bool       // some outcome of these tenants waits for its prediction
}

// open takes the day locks, registers new versions, and asks in the same round trip what decides
// how to go on. Each statement sees what was committed before it, the later ones after the locks.
func (in *predictionIntake) open(ctx context.Context, tx pgx.Tx) (opening, error) {
	var st opening
	var b pgx.Batch
	b.Queue(lockSharedQuery, dayLocks(in.days))
	for _, v := range in.versions {
		b.Queue(`INSERT INTO ml_model_version (tenant_id, model_type, version, source, first_seen)
			VALUES ($1, $2, $3, 'external', $4) ON CONFLICT DO NOTHING`, v.tenant, v.modelType, v.version, microTime(in.seen[v]))
	}
	tenants, types, dates := columns(in.days)
	b.Queue(unmarkedQuery, tenants, types, dates).Query(func(rows pgx.Rows) error {
		var ord int
		_, err := pgx.ForEachRow(rows, []any{&ord}, func() error {
			st.unmarked = append(st.unmarked, in.days[ord-1])
			return nil
		})
		return err
	})
	probeTenants, probeHashes := in.probe()
	b.Queue(`SELECT EXISTS (SELECT FROM unnest($1::bigint[], $2::uuid[]) x (tenant_id, id_hash)
		JOIN prediction_key USING (tenant_id, id_hash)), EXISTS (SELECT FROM outcome_inbox WHERE tenant_id = ANY ($3))`,
		probeTenants, probeHashes, distinctTenants(in.days)).QueryRow(func(row pgx.Row) error {
		return row.Scan(&st.met, &st.inbox)
	})
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return st, fmt.Errorf("open batch: %w", err)
	}
	return st, nil
}

// probe picks keys evenly over the batch: a file that is imported again has all of them.
func (in *predictionIntake) probe() (tenants []int64, hashes [][16]byte) {
	n := min(probes, len(in.rows))
	for k := range n {
		r := in.rows[k*len(in.rows)/n]
		tenants, hashes = append(tenants, r.tenant), append(hashes, r.hash)
	}
	return tenants, hashes
}

func distinctTenants(days []modelDay) []int64 {
	var ids []int64
	for _, d := range days {
		if !slices.Contains(ids, d.tenant) {
			ids = append(ids, d.tenant)
		}
	}
	return ids
}
