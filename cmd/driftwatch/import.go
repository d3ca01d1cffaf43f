package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/ingest"
	"github.com/driftwatch/driftwatch/store"
)

type importCmd struct {
	Predictions importPredictionsCmd `cmd:"" help:"Load predictions, with their outcomes where known."`
	Outcomes    importOutcomesCmd    `cmd:"" help:"Load outcomes of predictions, before, with or long after them."`
}

// importFlags are shared by both imports.
type importFlags struct {
	Files  []string `arg:"" name:"file" help:"CSV or NDJSON, plain or gzip, told by content; - is standard input."`
	Strict bool     `help:"Take in nothing at all where any row is bad."`
	JSON   bool     `name:"json" help:"Print one JSON object."`
}

type importPredictionsCmd struct{ importFlags }

// Help says which columns are read.
func (importPredictionsCmd) Help() string {
	return `Columns: prediction_id, tenant, model_type, model_version, created_at (RFC 3339 with a zone),
score (0 to 1), predicted, and optionally actual, interval_low, interval_high, latency_ms. Every
further column is kept as a feature. A tenant that does not exist yet is made.

Importing a file twice changes nothing, and an import that was killed is simply run again. With
--strict the files are read twice: nothing goes in before all of them have been found good. Only a
prediction_id that two rows more than 10,000 rows apart claim with different content is found later;
then the import stops before the second of them.

  driftwatch import predictions log.csv
  zcat old/*.ndjson.gz | driftwatch import predictions -`
}

// Run imports predictions.
func (c importPredictionsCmd) Run(ctx context.Context, s *session) error {
	return c.run(ctx, s, newPredictionBatches)
}

type importOutcomesCmd struct{ importFlags }

// Help says which columns are read.
func (importOutcomesCmd) Help() string {
	return `Columns: prediction_id, tenant, actual, and optionally observed_at. An outcome whose prediction
is not there yet waits for it. A corrected outcome counts, and what it replaced is kept.

  driftwatch import outcomes labels.csv`
}

// Run imports outcomes.
func (c importOutcomesCmd) Run(ctx context.Context, s *session) error {
	return c.run(ctx, s, newOutcomeBatches)
}

// importBatch is how many rows go into the database at a time.
const importBatch = 10_000

// batches is one file on its way into the database.
type batches interface {
	// next takes in some rows; io.EOF at the end.
	next(ctx context.Context) (drift.ImportResult, error)
	bytesRead() int64
}

// opener puts a reader of rows on a file.
type opener func(*house, io.Reader, store.IngestOptions) batches

func (c importFlags) run(ctx context.Context, s *session, open opener) error {
	total := drift.ImportResult{Errors: []drift.RowError{}}
	err := s.with(ctx, func(h *house) error {
		if c.Strict {
			return c.strict(ctx, s, h, open, &total)
		}
		for _, name := range c.Files {
			if err := c.file(ctx, s, h, source{name, name}, open, store.IngestOptions{}, &total); err != nil {
				return err
			}
		}
		return nil
	})
	if perr := c.print(s, total); err == nil {
		err = perr
	}
	if err == nil && total.Rejected > 0 && (c.Strict || total.Inserted+total.Duplicates == 0) {
		err = errQuiet
	}
	return err
}

// source is a file to read, and what it is called in messages.
type source struct{ path, name string }

// file takes in one file. A strict import ends at the first batch that has a bad row; a trial goes on
// to find them all.
func (c importFlags) file(ctx context.Context, s *session, h *house, from source, open opener, opt store.IngestOptions, total *drift.ImportResult) error {
	src, size, err := openFile(s.in, from.path)
	if err != nil {
		return err
	}
	defer src.Close()
	stage := "import"
	if opt.DryRun {
		stage = "check"
	}
	bar := newBar(s.err, "KiB of "+from.name)
	defer bar.end()
	rows := open(h, src, opt)
	for {
		res, err := rows.next(ctx)
		total.Add(res)
		bar.set(stage, int(rows.bytesRead()>>10), int(size>>10))
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return inFile(from.name, err)
		}
		if opt.Strict && !opt.DryRun && total.Rejected > 0 {
			return nil
		}
	}
}

// inFile says in which file it went wrong, and what became of the batches before.
func inFile(name string, err error) error {
	if drift.CodeOf(err) == drift.CodeUnavailable {
		return &drift.Error{Code: drift.CodeUnavailable, Message: name + ": the database went away. What went in before is kept; import the same file again for the rest."}
	}
	var e *ingest.FileError
	if errors.As(err, &e) {
		return drift.Invalid("file", name+": "+e.Message)
	}
	return err
}

func openFile(stdin io.Reader, name string) (io.ReadCloser, int64, error) {
	if name == "-" {
		return io.NopCloser(stdin), 0, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, 0, fileError(name, err)
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = drift.Invalid("file", name+" is a directory; name the files in it.")
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}

// shownErrors is how many refused rows are printed for a person.
const shownErrors = 20

func (c importFlags) print(s *session, r drift.ImportResult) error {
	if c.JSON {
		return s.printJSON(r)
	}
	for i, e := range r.Errors {
		if i == shownErrors {
			fmt.Fprintf(s.err, "… and more; --json lists the first %d.\n", drift.MaxRowErrors)
			break
		}
		fmt.Fprintf(s.err, "line %d, %s: %s\n", e.Line, e.Field, e.Error)
	}
	_, err := fmt.Fprintf(s.out, "read %d, inserted %d, already there %d, refused %d\n", r.Read, r.Inserted, r.Duplicates, r.Rejected)
	return err
}

func newPredictionBatches(h *house, src io.Reader, opt store.IngestOptions) batches {
	return &logFile[ingest.PredictionBatch]{ingest.NewPredictionReader(src, ingest.Options{Now: h.clock}), new(ingest.PredictionBatch), opt, h.store.IngestPredictions}
}

func newOutcomeBatches(h *house, src io.Reader, opt store.IngestOptions) batches {
	return &logFile[ingest.OutcomeBatch]{ingest.NewOutcomeReader(src, ingest.Options{Now: h.clock}), new(ingest.OutcomeBatch), opt, h.store.IngestOutcomes}
}

// logFile is a file of predictions or of outcomes.
type logFile[B any] struct {
	reader interface {
		ingest.Log[B]
		BytesRead() int64
	}
	batch *B
	opt   store.IngestOptions
	save  func(context.Context, drift.Actor, *B, store.IngestOptions) (drift.ImportResult, error)
}

func (l *logFile[B]) bytesRead() int64 { return l.reader.BytesRead() }

// next leaves a batch with a bad row out of a strict import, but not out of a trial, which is to find
// what the database would refuse as well.
func (l *logFile[B]) next(ctx context.Context) (drift.ImportResult, error) {
	how := ingest.Taking{Rows: importBatch, Whole: l.opt.Strict && !l.opt.DryRun}
	return ingest.Take(l.reader, l.batch, how, func(b *B) (drift.ImportResult, error) {
		return l.save(ctx, shellActor(), b, l.opt)
	})
}
