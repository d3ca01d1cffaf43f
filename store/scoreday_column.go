package store

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// labelKinds is how many different labels a score can have.
const labelKinds = 8

// dayColumn gathers one version's rows of one day, in any order.
type dayColumn struct {
	byLabel   [labelKinds][]float64
	widths    []float64 // of the intervals logged
	latencies []float64
	firstAt   time.Time
	lastAt    time.Time
	ingested  time.Time
	outcomeAt time.Time
}

// loggedRow is what a day column is built from.
type loggedRow struct {
	version   string
	score     float64
	predicted bool
	actual    *bool
	low, high *float64
	latency   *float64
	createdAt time.Time
	ingested  time.Time
	outcomeAt *time.Time
}

func (c *dayColumn) add(r *loggedRow) {
	label := drift.LabelUnknown
	if r.actual != nil && *r.actual {
		label = drift.LabelPositive
	} else if r.actual != nil {
		label = drift.LabelNegative
	}
	if r.predicted {
		label |= drift.PredictedPositive
	}
	c.byLabel[label] = append(c.byLabel[label], r.score)
	if r.low != nil && r.high != nil {
		c.widths = append(c.widths, *r.high-*r.low)
	}
	if r.latency != nil {
		c.latencies = append(c.latencies, *r.latency)
	}
	if c.firstAt.IsZero() || r.createdAt.Before(c.firstAt) {
		c.firstAt = r.createdAt
	}
	c.lastAt = later(c.lastAt, r.createdAt)
	c.ingested = later(c.ingested, r.ingested)
	if r.outcomeAt != nil {
		c.outcomeAt = later(c.outcomeAt, *r.outcomeAt)
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func (c *dayColumn) counts() drift.Counts {
	return drift.Counts{
		TP: len(c.byLabel[drift.LabelPositive|drift.PredictedPositive]),
		FP: len(c.byLabel[drift.LabelNegative|drift.PredictedPositive]),
		FN: len(c.byLabel[drift.LabelPositive]),
		TN: len(c.byLabel[drift.LabelNegative]),
	}
}

// merge returns all scores in ascending order with their labels; equal scores by label, so that
// the same rows always give the same bytes.
func (c *dayColumn) merge() (scores []float64, labels []byte) {
	n := 0
	for _, part := range c.byLabel {
		slices.Sort(part)
		n += len(part)
	}
	scores, labels = make([]float64, 0, n), make([]byte, 0, n)
	heads := c.byLabel
	for range n {
		best := -1
		for label, part := range heads {
			if len(part) > 0 && (best < 0 || part[0] < heads[best][0]) {
				best = label
			}
		}
		scores, labels = append(scores, heads[best][0]), append(labels, byte(best))
		heads[best] = heads[best][1:]
	}
	return scores, labels
}

// packedDay is a row of ml_score_day but for its key.
type packedDay struct {
	n                          int
	scores, labels             []byte
	binCounts, binSums, digest []byte
	moments                    stats.Moments
	counts                     drift.Counts
	widthN, latencyN           int
	width, latency             float64
}

func (c *dayColumn) pack() (packedDay, error) {
	scores, labels := c.merge()
	run, err := stats.NewSortedRun(scores)
	if err != nil {
		return packedDay{}, err
	}
	p := packedDay{
		n: len(scores), scores: packScores(scores), labels: labels, moments: run.Moments, counts: c.counts(),
		widthN: len(c.widths), width: sortedSum(c.widths), latencyN: len(c.latencies), latency: sortedSum(c.latencies),
	}
	p.binCounts, p.binSums = packBins(run)
	p.digest = p.sum(c)
	return p, nil
}

// sum is a digest of everything that a check or the day's metrics read: its first half of the
// scores, its second of all else, so that a new outcome does not look like a new score.
func (p *packedDay) sum(c *dayColumn) []byte {
	scores := sha256.Sum256(p.scores)
	h := sha256.New()
	h.Write(p.labels)
	var tail []byte
	for _, v := range []uint64{
		uint64(p.n), uint64(p.widthN), math.Float64bits(p.width), uint64(p.latencyN), math.Float64bits(p.latency),
		uint64(c.firstAt.UnixMicro()), uint64(c.lastAt.UnixMicro()),
	} {
		tail = binary.LittleEndian.AppendUint64(tail, v)
	}
	h.Write(tail)
	return append(scores[:drift.DigestHalf], h.Sum(nil)[:drift.DigestHalf]...)
}

// sortedSum adds in ascending order: the order in which rows are read must not show in the digest.
func sortedSum(values []float64) float64 {
	slices.Sort(values)
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum
}
