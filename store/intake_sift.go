package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift/ingest"
)

const (
	conflictContent = "conflict: this prediction_id is known with other content, and what is logged is never overwritten"
	conflictTime    = "conflict: this prediction_id is known with another created_at, and what is logged is never overwritten"
	conflictHash    = "conflict: this prediction_id has the same hash as another one of this tenant: give it another id"
)

// sift is the slow way of a batch that meets keys which are there already, its own repeats
// included. It returns the days that need a mark.
func (in *predictionIntake) sift(ctx context.Context, tx pgx.Tx, st opening) ([]modelDay, error) {
	all := make([]int32, len(in.rows))
	for i := range all {
		all[i] = int32(i)
	}
	outcomes, rest, err := in.compareLogged(ctx, tx, all)
	if err != nil {
		return nil, err
	}
	added, rest, err := in.insertKeys(ctx, tx, rest)
	if err != nil {
		return nil, err
	}
	touched := map[modelDay]bool{}
	if len(added) > 0 {
		if err := in.copyRows(ctx, tx, added, st); err != nil {
			return nil, err
		}
		in.res.Inserted += int64(len(added))
		for _, k := range added {
			touched[in.dayOf(k)] = true
		}
	}
	// What is left repeats a row of this very batch, or one that came in since the first look, or
	// is known by another time.
	more, rest, err := in.compareLogged(ctx, tx, rest)
	if err != nil {
		return nil, err
	}
	if err := in.rejectKnown(ctx, tx, rest); err != nil {
		return nil, err
	}
	changed, err := applyOutcomes(ctx, tx, append(outcomes, more...), in.now)
	if err != nil {
		return nil, err
	}
	for _, d := range changed {
		touched[d] = true
	}
	return slices.DeleteFunc(st.unmarked, func(d modelDay) bool { return !touched[d] }), nil
}

func (in *predictionIntake) dayOf(k int32) modelDay {
	r := &in.rows[k]
	return modelDay{r.tenant, in.b.ModelType[r.at], dayOfMicros(in.b.CreatedAt[r.at])}
}

// compareLogged settles the rows whose prediction is logged at their time: equal ones are
// duplicates, whose outcomes it returns, others are refused. It returns the rows not found.
func (in *predictionIntake) compareLogged(ctx context.Context, tx pgx.Tx, rows []int32) ([]*outcome, []int32, error) {
	if len(rows) == 0 {
		return nil, nil, nil
	}
	var b pgx.Batch
	found := make([]verdict, len(in.rows))
	for part, group := range in.byPartition(rows) {
		in.queueCompare(&b, part, group, found)
	}
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return nil, nil, fmt.Errorf("compare with the log: %w", err)
	}
	var rest []int32
	known := map[[2]string]*outcome{}
	var outcomes []*outcome
	for _, k := range rows {
		r, v := &in.rows[k], found[k]
		switch v {
		case absent:
			rest = append(rest, k)
		case different:
			in.reject(in.b.Line[r.at], "prediction_id", conflictContent)
		default:
			in.res.Duplicates++
			actual := in.b.Actual[r.at]
			id := [2]string{in.b.Tenant[r.at], in.b.PredictionID[r.at]}
			o := known[id]
			if actual == ingest.Unknown || o == nil && v == equal+verdict(actual) {
				continue // nothing known, or nothing new
			}
			if o == nil {
				o = &outcome{
					tenant: r.tenant, id: in.b.PredictionID[r.at], hash: r.hash, part: r.part,
					modelType: in.b.ModelType[r.at], createdAt: microTime(in.b.CreatedAt[r.at]),
				}
				known[id] = o
				outcomes = append(outcomes, o)
			}
			o.values = append(o.values, outcomeValue{actual == 1, in.now})
		}
	}
	return outcomes, rest, nil
}

// verdict is what the log says of a row.
type verdict int8

const (
	absent    verdict = iota
	different         // other content
	equal             // the same content and a negative outcome
	_                 // equal+1: the same content and a positive outcome
	equalOpen         // the same content, no outcome known
)

func (in *predictionIntake) byPartition(rows []int32) map[*partition][]int32 {
	groups := map[*partition][]int32{}
	for _, k := range rows {
		part := in.rows[k].part
		groups[part] = append(groups[part], k)
	}
	return groups
}

// queueCompare compares the content on the server, which knows when two documents are equal.
func (in *predictionIntake) queueCompare(batch *pgx.Batch, part *partition, rows []int32, found []verdict) {
	n, b := len(rows), in.b
	tenants, times, ids := make([]int64, n), make([]time.Time, n), make([]string, n)
	types, versions, scores := make([]string, n), make([]string, n), make([]float64, n)
	predicted, features := make([]bool, n), make([]*string, n)
	lows, highs, latencies := make([]float64, n), make([]float64, n), make([]float64, n)
	for j, k := range rows {
		r := &in.rows[k]
		i := r.at
		tenants[j], times[j], ids[j] = r.tenant, microTime(b.CreatedAt[i]), b.PredictionID[i]
		types[j], versions[j], scores[j], predicted[j] = b.ModelType[i], b.ModelVersion[i], b.Score[i], b.Predicted[i]
		if b.Features[i] != nil {
			text := string(b.Features[i])
			features[j] = &text
		}
		lows[j], highs[j], latencies[j] = b.IntervalLow[i], b.IntervalHigh[i], b.LatencyMS[i]
	}
	query := `
SELECT x.ord::int, l.actual, l.model_type = x.model_type AND l.model_version = x.model_version AND l.score = x.score
    AND l.predicted = x.predicted AND l.features IS NOT DISTINCT FROM x.features::jsonb
    AND l.interval_low IS NOT DISTINCT FROM nullif(x.low, 'NaN')
    AND l.interval_high IS NOT DISTINCT FROM nullif(x.high, 'NaN')
    AND l.latency_ms IS NOT DISTINCT FROM nullif(x.latency, 'NaN')
FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::boolean[],
    $8::text[], $9::float8[], $10::float8[], $11::float8[])
    WITH ORDINALITY x (tenant_id, created_at, prediction_id, model_type, model_version, score, predicted, features, low, high, latency, ord)
JOIN ` + pgx.Identifier{part.name}.Sanitize() + ` l USING (tenant_id, created_at, prediction_id)`
	batch.Queue(query, tenants, times, ids, types, versions, scores, predicted, features, lows, highs, latencies).
		Query(func(res pgx.Rows) error {
			var ord int
			var actual *bool
			var same bool
			_, err := pgx.ForEachRow(res, []any{&ord, &actual, &same}, func() error {
				v := different
				switch {
				case same && actual == nil:
					v = equalOpen
				case same:
					v = equal + verdict(label(*actual))
				}
				found[rows[ord-1]] = v
				return nil
			})
			return err
		})
}

// insertKeys writes the keys that are not there yet, of each only the first row that has it. It
// returns the rows that now may be copied in, and the others. It waits for whoever is writing the
// same key, in the order of the hashes like everybody.
func (in *predictionIntake) insertKeys(ctx context.Context, tx pgx.Tx, rows []int32) (added, rest []int32, err error) {
	if len(rows) == 0 {
		return nil, nil, nil
	}
	type key struct {
		tenant int64
		hash   [16]byte
	}
	first := make(map[key]int32, len(rows))
	var tenants []int64
	var hashes [][16]byte
	var times []time.Time
	for _, k := range in.byHash(rows) {
		r := &in.rows[k]
		id := key{r.tenant, r.hash}
		if _, repeated := first[id]; repeated {
			continue
		}
		first[id] = k
		tenants, hashes = append(tenants, r.tenant), append(hashes, r.hash)
		times = append(times, microTime(in.b.CreatedAt[r.at]))
	}
	const insert = `
INSERT INTO prediction_key (tenant_id, id_hash, created_at)
SELECT tenant_id, id_hash, created_at FROM unnest($1::bigint[], $2::uuid[], $3::timestamptz[])
    WITH ORDINALITY x (tenant_id, id_hash, created_at, ord) ORDER BY ord
ON CONFLICT DO NOTHING RETURNING tenant_id, id_hash`
	res, err := tx.Query(ctx, insert, tenants, hashes, times)
	if err != nil {
		return nil, nil, fmt.Errorf("insert keys: %w", err)
	}
	isNew := make(map[int32]bool, len(first))
	var id key
	_, err = pgx.ForEachRow(res, []any{&id.tenant, &id.hash}, func() error {
		isNew[first[id]] = true
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("insert keys: %w", err)
	}
	for _, k := range rows {
		if isNew[k] {
			added = append(added, k)
		} else {
			rest = append(rest, k)
		}
	}
	return added, rest, nil
}

// rejectKnown refuses rows whose key exists although no row of their id is logged at their time.
func (in *predictionIntake) rejectKnown(ctx context.Context, tx pgx.Tx, rows []int32) error {
	if len(rows) == 0 {
		return nil
	}
	var tenants []int64
	var hashes [][16]byte
	for _, k := range rows {
		tenants, hashes = append(tenants, in.rows[k].tenant), append(hashes, in.rows[k].hash)
	}
	res, err := tx.Query(ctx, keysQuery, tenants, hashes)
	if err != nil {
		return fmt.Errorf("read keys: %w", err)
	}
	reasons := make([]string, len(rows))
	var ord int
	var at time.Time
	_, err = pgx.ForEachRow(res, []any{&ord, &at}, func() error {
		reasons[ord-1] = conflictTime
		if at.UnixMicro() == in.b.CreatedAt[in.rows[rows[ord-1]].at] {
			reasons[ord-1] = conflictHash
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read keys: %w", err)
	}
	for i, k := range rows {
		if reasons[i] == "" {
			return fmt.Errorf("the key of prediction %q is neither new nor there", in.b.PredictionID[in.rows[k].at])
		}
		in.reject(in.b.Line[in.rows[k].at], "prediction_id", reasons[i])
	}
	return nil
}

// keysQuery finds when the predictions of these keys were made.
const keysQuery = `
SELECT x.ord::int, k.created_at FROM unnest($1::bigint[], $2::uuid[]) WITH ORDINALITY x (tenant_id, id_hash, ord)
JOIN prediction_key k USING (tenant_id, id_hash)`
