package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/ingest"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storebench"
)

const (
	postName   = "POST /api/v1/predictions, %s rows a request"
	importName = "import predictions, CSV"
	// The promises: shares of what bare CopyFrom of parsed rows reaches.
	postRatio      = 0.8
	duplicateRatio = 0.3
	importRatio    = 0.7

	ingestConns = 4
	copyFrom    = "CopyFrom of the same parsed rows, keys included"
)

func ingestBenches() []bench {
	return []bench{
		{fmt.Sprintf(postName, "1,000"), func(ctx context.Context, g *ground) ([]Row, error) {
			return measurePost(ctx, g, fmt.Sprintf(postName, "1,000"), 1000)
		}},
		{fmt.Sprintf(postName, "10,000"), func(ctx context.Context, g *ground) ([]Row, error) {
			return measurePost(ctx, g, fmt.Sprintf(postName, "10,000"), 10_000)
		}},
		{importName, measureImport},
	}
}

// pond is a database that rows are poured into.
type pond struct {
	db        *store.DB
	dsn       string
	end       func() error
	day       drift.Date
	tenant    int64
	partition string
	n         int // rows a round
}

func (g *ground) pond(ctx context.Context, name string, n int) (*pond, error) {
	db, dsn, end, err := g.open(ctx, name, ingestConns+2)
	if err != nil {
		return nil, err
	}
	p := &pond{db: db, dsn: dsn, end: end, day: yesterday(), n: n}
	if p.partition, p.tenant, err = storebench.Prepare(ctx, db, "prepare", p.day); err != nil {
		return nil, errors.Join(err, end())
	}
	return p, nil
}

// rows are a series of rows that was not there before.
func (p *pond) rows(series string, round int) *ingest.PredictionBatch {
	return storebench.Rows(fmt.Sprintf("%s%d", series, round), p.day, p.n)
}

// copied is how long the peer takes for a series of rows of its own.
func (p *pond) copied(ctx context.Context, round, size, conns int) (time.Duration, error) {
	var list []storebench.Plain
	for _, b := range storebench.Split(p.rows("plain", round), size) {
		list = append(list, storebench.MakePlain(b, p.tenant))
	}
	if err := settle(ctx, p.db); err != nil {
		return 0, err
	}
	took, err := storebench.Spread(conns, len(list), func(job int) error {
		return list[job].CopyFrom(ctx, p.db, p.partition)
	})
	if err != nil {
		return 0, fmt.Errorf("bare CopyFrom: %w", err)
	}
	return took, nil
}

// poured is how often each of the ways took for one round of rows.
type poured struct{ ours, again, plain []time.Duration }

func (o poured) row(name string, ours []time.Duration, n int, want float64) Row {
	own, peer := median(ours), median(o.plain)
	row := Row{Name: name, Ours: perSecond(n, own, "rows"), Beside: perSecond(n, peer, "rows"), BesideIs: copyFrom}
	return row.atLeast(float64(peer)/float64(own), want)
}

// measurePost posts through the real server, on as many connections as the peer has.
func measurePost(ctx context.Context, g *ground, name string, size int) (rows []Row, err error) {
	p, err := g.pond(ctx, fmt.Sprintf("bench_post_%d", size), g.size(120_000, 40_000))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.end()) }()
	s, err := g.serve(ctx, p.dsn)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	feed, err := s.feed(ctx, ingestConns)
	if err != nil {
		return nil, err
	}
	var took poured
	for round := range g.size(5, 2) {
		if err := p.postRound(ctx, feed, &took, round, size); err != nil {
			return nil, err
		}
	}
	took.plain, took.ours, took.again = took.plain[1:], took.ours[1:], took.again[1:] // the first warms up
	note := fmt.Sprintf("%d connections", ingestConns)
	fresh := took.row(name, took.ours, p.n, postRatio)
	again := took.row(name+", all duplicates", took.again, p.n, duplicateRatio)
	fresh.Note, again.Note = note, note
	return []Row{fresh, again}, nil
}

func (p *pond) postRound(ctx context.Context, f *feed, took *poured, round, size int) error {
	var texts [][]byte
	var lengths []int
	for _, b := range storebench.Split(p.rows("ours", round), size) {
		texts, lengths = append(texts, storebench.NDJSON(b)), append(lengths, b.Len())
	}
	ours := func() error {
		if err := settle(ctx, p.db); err != nil {
			return err
		}
		fresh, err := storebench.Spread(ingestConns, len(texts), func(job int) error {
			return f.post(ctx, texts[job], drift.ImportResult{Read: int64(lengths[job]), Inserted: int64(lengths[job])})
		})
		if err != nil {
			return fmt.Errorf("post: %w", err)
		}
		again, err := storebench.Spread(ingestConns, len(texts), func(job int) error {
			return f.post(ctx, texts[job], drift.ImportResult{Read: int64(lengths[job]), Duplicates: int64(lengths[job])})
		})
		if err != nil {
			return fmt.Errorf("post again: %w", err)
		}
		took.ours, took.again = append(took.ours, fresh), append(took.again, again)
		return nil
	}
	plain := func() error {
		t, err := p.copied(ctx, round, size, ingestConns)
		took.plain = append(took.plain, t)
		return err
	}
	return inTurn(round, ours, plain)
}

// inTurn lets each go first every other time.
func inTurn(round int, a, b func() error) error {
	if round%2 == 1 {
		a, b = b, a
	}
	if err := a(); err != nil {
		return err
	}
	return b()
}
