package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift/ingest"
)

// microTime is a time from microseconds since 1970.
func microTime(micros int64) time.Time { return time.UnixMicro(micros).UTC() }

var copyColumns = strings.ReplaceAll(logColumns, "\n", " ")

// byHash orders rows as the key table's locks are taken.
func (in *predictionIntake) byHash(rows []int32) []int32 {
	type entry struct {
		hi uint64
		at int32
	}
	entries := make([]entry, len(rows))
	for i, r := range rows {
		entries[i] = entry{binary.BigEndian.Uint64(in.rows[r].hash[:]), r}
	}
	slices.SortFunc(entries, func(a, b entry) int {
		if c := cmp.Compare(a.hi, b.hi); c != 0 {
			return c
		}
		x, y := &in.rows[a.at], &in.rows[b.at]
		return cmp.Or(bytes.Compare(x.hash[8:], y.hash[8:]), cmp.Compare(x.tenant, y.tenant), cmp.Compare(a.at, b.at))
	})
	sorted := make([]int32, len(rows))
	for i, e := range entries {
		sorted[i] = e.at
	}
	return sorted
}

func (in *predictionIntake) copyKeys(ctx context.Context, tx pgx.Tx, rows []int32) error {
	c := newCopyBuffer()
	defer c.free()
	for _, k := range in.byHash(rows) {
		r := &in.rows[k]
		c.row(3)
		c.bigint(r.tenant)
		c.uuid(r.hash)
		c.time(in.b.CreatedAt[r.at])
	}
	return c.send(ctx, tx, "prediction_key (tenant_id, id_hash, created_at)")
}

// copyRows copies rows whose keys are in into their partitions, one COPY each. What waited for them
// in the inbox becomes their outcome.
func (in *predictionIntake) copyRows(ctx context.Context, tx pgx.Tx, rows []int32, st opening) error {
	if st.inbox {
		if err := in.takeWaiting(ctx, tx, rows); err != nil {
			return err
		}
	}
	if !slices.IsSortedFunc(rows, in.compareRows) {
		rows = slices.Clone(rows)
		slices.SortFunc(rows, in.compareRows)
	}
	for len(rows) > 0 {
		part := in.rows[rows[0]].part
		n := 1
		for n < len(rows) && in.rows[rows[n]].part == part {
			n++
		}
		if err := in.copyInto(ctx, tx, part, rows[:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// compareRows orders rows as the partitions' indexes do, nearly: new entries then lie side by side.
func (in *predictionIntake) compareRows(a, b int32) int {
	x, y := &in.rows[a], &in.rows[b]
	if x.part != y.part {
		return cmp.Compare(x.part.from, y.part.from)
	}
	return cmp.Or(cmp.Compare(x.tenant, y.tenant), cmp.Compare(in.b.CreatedAt[x.at], in.b.CreatedAt[y.at]))
}

func (in *predictionIntake) copyInto(ctx context.Context, tx pgx.Tx, part *partition, rows []int32) error {
	c := newCopyBuffer()
	defer c.free()
	b, now := in.b, in.now.UnixMicro()
	for _, k := range rows {
		r := &in.rows[k]
		i := r.at
		c.row(15)
		c.bigint(r.tenant)
		c.time(b.CreatedAt[i])
		c.text(b.PredictionID[i])
		c.text(b.ModelType[i])
		c.text(b.ModelVersion[i])
		c.float(b.Score[i])
		c.bool(b.Predicted[i])
		if r.actual == ingest.Unknown {
			c.null()
		} else {
			c.bool(r.actual == 1)
		}
		c.text(r.like)
		c.jsonb(b.Features[i])
		c.optional(b.IntervalLow[i])
		c.optional(b.IntervalHigh[i])
		c.optional(b.LatencyMS[i])
		c.time(now)
		if r.actual == ingest.Unknown {
			c.null()
		} else {
			c.time(r.actedAt)
		}
	}
	return c.send(ctx, tx, pgx.Identifier{part.name}.Sanitize()+" ("+copyColumns+")")
}

// takeWaiting gives rows the outcomes that came before them. A row's own outcome came later and
// stays; what it replaces is kept.
func (in *predictionIntake) takeWaiting(ctx context.Context, tx pgx.Tx, rows []int32) error {
	where := make(map[inboxKey]int32, len(rows))
	keys := make([]inboxKey, len(rows))
	for i, k := range rows {
		r := &in.rows[k]
		keys[i] = inboxKey{r.tenant, in.b.PredictionID[r.at]}
		where[keys[i]] = k
	}
	waiting, err := takeFromInbox(ctx, tx, keys)
	if err != nil {
		return err
	}
	var replaced []replacedOutcome
	for _, w := range waiting {
		r := &in.rows[where[w.inboxKey]]
		switch {
		case r.actual == ingest.Unknown:
			r.actual, r.actedAt = label(w.actual), w.observed.UnixMicro()
		case r.actual != label(w.actual):
			replaced = append(replaced, replacedOutcome{w.inboxKey, microTime(in.b.CreatedAt[r.at]), w.actual, w.observed})
		}
	}
	return keepReplaced(ctx, tx, replaced, in.now)
}

func label(actual bool) int8 {
	if actual {
		return 1
	}
	return 0
}

// remember notes what this batch has made known, once it is committed.
func (in *predictionIntake) remember() {
	if in.keepsNothing() {
		return
	}
	in.db.memo.addVersions(in.versions)
	in.db.noteArrivals(in.arrived(), in.now)
}

// arrived counts what came in by feed: predictions, and the outcomes that came with them.
func (in *predictionIntake) arrived() map[feed]arrival {
	type model struct {
		tenant    int64
		modelType string
	}
	type both struct{ predictions, outcomes arrival }
	models := map[model]*both{}
	var last model
	var b *both
	for i := range in.rows {
		r := &in.rows[i]
		if m := (model{r.tenant, in.b.ModelType[r.at]}); b == nil || m != last { // rows of a model mostly lie together
			if last, b = m, models[m]; b == nil {
				b = &both{}
				models[m] = b
			}
		}
		b.predictions.count(in.b.CreatedAt[r.at])
		if in.b.Actual[r.at] >= 0 {
			b.outcomes.count(in.b.CreatedAt[r.at])
		}
	}
	counts := map[feed]arrival{}
	for m, b := range models {
		counts[feed{m.tenant, m.modelType, feedPredictions}] = b.predictions
		if b.outcomes.n > 0 {
			counts[feed{m.tenant, m.modelType, feedOutcomes}] = b.outcomes
		}
	}
	return counts
}
