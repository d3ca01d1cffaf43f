package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// smallDay is up to how many scores a day brings its scores along at once: as many bytes as its
// histogram may take.
const smallDay = 512

// Runs returns the version's score columns of both windows, histograms only (small days with their
// scores), and what fetches the values of the few bins that a comparison opens, in one round trip.
// fetch works as long as the transaction does.
func (tx *Tx) Runs(ctx context.Context, v drift.VersionKey, recent, baseline drift.DriftWindow) (r, b []stats.Run, fetch stats.Fetch, err error) {
	rows, err := tx.Query(ctx, `
SELECT day, bin_counts, bin_sums, n, score_mean, score_m2, CASE WHEN n <= $8 THEN scores END FROM ml_score_day
WHERE tenant_id = $1 AND model_type = $2 AND model_version = $3 AND (day >= $4 AND day < $5 OR day >= $6 AND day < $7)
ORDER BY day`, v.TenantID, v.ModelType, v.Version, recent.From.Time(), recent.To.Time(),
		baseline.From.Time(), baseline.To.Time(), smallDay)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("read score columns: %w", err)
	}
	reader := runReader{tx: tx, version: v}
	var day time.Time
	var counts, sums, scores rawBytes
	var m stats.Moments
	_, err = pgx.ForEachRow(rows, []any{&day, &counts, &sums, &m.N, &m.Mean, &m.M2, &scores}, func() error {
		run := stats.Run{Moments: m}
		if err := unpackBins(&run, counts, sums); err != nil {
			return err
		}
		if scores != nil {
			var err error
			if run.Values, err = unpackScores(make([]float64, 0, m.N), scores); err != nil {
				return err
			}
		}
		if d := drift.DateOf(day); d >= recent.From && d < recent.To {
			r, reader.recent = append(r, run), append(reader.recent, day)
		}
		if d := drift.DateOf(day); d >= baseline.From && d < baseline.To {
			b, reader.baseline = append(b, run), append(reader.baseline, day)
		}
		return nil
	})
	if err != nil {
		return nil, nil, nil, fmt.Errorf("read score columns: %w", err)
	}
	return r, b, func(needs []stats.Need) ([][]float64, error) { return reader.fetch(ctx, needs) }, nil
}

// rawBytes is scanned without a copy: it is valid until the next row.
type rawBytes []byte

// ScanBytes implements pgtype.BytesScanner.
func (b *rawBytes) ScanBytes(v []byte) error {
	*b = v
	return nil
}

// runReader fetches slices of the columns that Runs has listed.
type runReader struct {
	tx               *Tx
	version          drift.VersionKey
	recent, baseline []time.Time // the day of each run
}

// nearby is how far apart two slices of a column may lie to be read as one: the scores between them
// cost less than a slice more.
const nearby = 256

// slice is a stretch of one column: the ranks lo ≤ rank < hi.
type slice struct {
	baseline bool
	run      int
	lo, hi   int
	values   []float64
}

// fetch reads slices of columns; of a column that is stored uncompressed the server reads no more
// than that either.
func (f *runReader) fetch(ctx context.Context, needs []stats.Need) ([][]float64, error) {
	var reads []*slice
	part := make([]*slice, len(needs)) // the read that each need is a part of
	for i, n := range needs {
		if k := len(reads) - 1; k >= 0 && reads[k].baseline == n.Baseline && reads[k].run == n.Run &&
			reads[k].lo <= n.Lo && n.Lo-reads[k].hi <= nearby {
			reads[k].hi = max(reads[k].hi, n.Hi)
		} else {
			reads = append(reads, &slice{baseline: n.Baseline, run: n.Run, lo: n.Lo, hi: n.Hi})
		}
		part[i] = reads[len(reads)-1]
	}
	if err := f.read(ctx, reads); err != nil {
		return nil, fmt.Errorf("read scores: %w", err)
	}
	values := make([][]float64, len(needs))
	for i, n := range needs {
		r := part[i]
		if len(r.values) != r.hi-r.lo {
			return nil, fmt.Errorf("read scores: %w", errDamaged)
		}
		values[i] = r.values[n.Lo-r.lo : n.Hi-r.lo]
	}
	return values, nil
}

func (f *runReader) read(ctx context.Context, reads []*slice) error {
	n := len(reads)
	days, from, length := make([]time.Time, n), make([]int64, n), make([]int64, n)
	for i, r := range reads {
		side := f.recent
		if r.baseline {
			side = f.baseline
		}
		days[i], from[i], length[i] = side[r.run], int64(r.lo)*8+1, int64(r.hi-r.lo)*8
	}
	rows, err := f.tx.Query(ctx, `
SELECT x.ord::int, substring(s.scores FROM x.start::int FOR x.length::int)
FROM unnest($4::date[], $5::bigint[], $6::bigint[]) WITH ORDINALITY x (day, start, length, ord)
JOIN ml_score_day s ON s.tenant_id = $1 AND s.model_type = $2 AND s.model_version = $3 AND s.day = x.day`,
		f.version.TenantID, f.version.ModelType, f.version.Version, days, from, length)
	if err != nil {
		return err
	}
	var ord int
	var b rawBytes
	_, err = pgx.ForEachRow(rows, []any{&ord, &b}, func() error {
		var err error
		r := reads[ord-1]
		r.values, err = unpackScores(make([]float64, 0, len(b)/8), b)
		return err
	})
	return err
}

// LabelledScores returns one day's scores with their outcomes, nothing where the day has none.
func (tx *Tx) LabelledScores(ctx context.Context, v drift.VersionKey, day drift.Date) (drift.LabelledScores, error) {
	var scores, labels []byte
	err := tx.QueryRow(ctx, `SELECT scores, labels FROM ml_score_day
		WHERE tenant_id = $1 AND model_type = $2 AND model_version = $3 AND day = $4`,
		v.TenantID, v.ModelType, v.Version, day.Time()).Scan(&scores, &labels)
	if err == pgx.ErrNoRows {
		return drift.LabelledScores{}, nil
	}
	if err != nil {
		return drift.LabelledScores{}, fmt.Errorf("read labelled scores: %w", err)
	}
	l := drift.LabelledScores{Labels: labels}
	if l.Scores, err = unpackScores(make([]float64, 0, len(scores)/8), scores); err != nil {
		return drift.LabelledScores{}, err
	}
	return l, nil
}

// Scores hands the version's scores in [from, to) to fn, a day at a time, ascending within a day.
// fn must not keep the slice.
func (tx *Tx) Scores(ctx context.Context, v drift.VersionKey, from, to drift.Date, fn func(chunk []float64) error) error {
	rows, err := tx.Query(ctx, `SELECT scores FROM ml_score_day
		WHERE tenant_id = $1 AND model_type = $2 AND model_version = $3 AND day >= $4 AND day < $5 ORDER BY day`,
		v.TenantID, v.ModelType, v.Version, from.Time(), to.Time())
	if err != nil {
		return fmt.Errorf("read scores: %w", err)
	}
	var chunk []float64
	var b rawBytes
	_, err = pgx.ForEachRow(rows, []any{&b}, func() error {
		var err error
		if chunk, err = unpackScores(chunk[:0], b); err != nil {
			return err
		}
		return fn(chunk)
	})
	if err != nil {
		return fmt.Errorf("read scores: %w", err)
	}
	return nil
}
