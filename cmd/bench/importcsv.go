package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/ingest"
)

// importBatch is how many rows the command takes in at a time, on one connection.
const importBatch = 10_000

// measureImport runs the command itself, its start and its end included.
func measureImport(ctx context.Context, g *ground) (rows []Row, err error) {
	if _, err := g.program(ctx); err != nil {
		return nil, err
	}
	p, err := g.pond(ctx, "bench_import", g.size(400_000, 50_000))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.end()) }()
	var took poured
	for round := range g.size(4, 2) {
		file := filepath.Join(g.dir, fmt.Sprintf("log%d.csv", round))
		text, err := csvOf(p.rows("ours", round))
		if err == nil {
			err = os.WriteFile(file, text, 0o644)
		}
		if err != nil {
			return nil, fmt.Errorf("write log: %w", err)
		}
		ours := func() error {
			if err := settle(ctx, p.db); err != nil {
				return err
			}
			t, err := timed(func() error { return p.importFile(ctx, g, file) })
			took.ours = append(took.ours, t)
			return err
		}
		plain := func() error {
			t, err := p.copied(ctx, round, importBatch, 1)
			took.plain = append(took.plain, t)
			return err
		}
		if err := inTurn(round, ours, plain); err != nil {
			return nil, err
		}
		if err := os.Remove(file); err != nil {
			return nil, err
		}
	}
	took.plain, took.ours = took.plain[1:], took.ours[1:] // the first warms up
	row := took.row(importName, took.ours, p.n, importRatio)
	row.Note = "one connection each; the whole command, start included"
	return []Row{row}, nil
}

func (p *pond) importFile(ctx context.Context, g *ground, file string) error {
	out, err := g.run(ctx, p.dsn, "", "import", "predictions", "--json", file)
	if err != nil {
		return err
	}
	var res drift.ImportResult
	if err := json.Unmarshal([]byte(out), &res); err != nil {
		return fmt.Errorf("read the answer of the import: %w", err)
	}
	if res.Inserted != int64(p.n) {
		return fmt.Errorf("the import says %s, want %d inserted", out, p.n)
	}
	return nil
}

// csvOf writes rows as a spreadsheet would export them; the features become columns.
func csvOf(b *ingest.PredictionBatch) ([]byte, error) {
	var w bytes.Buffer
	w.WriteString("prediction_id,tenant,model_type,model_version,created_at,score,predicted,amount,country\n")
	for i := range b.Len() {
		var f struct {
			Amount  int    `json:"amount"`
			Country string `json:"country"`
		}
		if err := json.Unmarshal(b.Features[i], &f); err != nil {
			return nil, fmt.Errorf("features of row %d: %w", i, err)
		}
		fmt.Fprintf(&w, "%s,%s,%s,%s,%s,%s,%t,%d,%s\n", b.PredictionID[i], b.Tenant[i], b.ModelType[i], b.ModelVersion[i],
			time.UnixMicro(b.CreatedAt[i]).UTC().Format(time.RFC3339Nano), strconv.FormatFloat(b.Score[i], 'g', -1, 64),
			b.Predicted[i], f.Amount, f.Country)
	}
	return w.Bytes(), nil
}
