package handlers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/ingest"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// Intake takes in the good rows of a batch, each batch in one transaction, and says what became of
// the others. A tenant that is not there is made for an administrator of all tenants.
type Intake interface {
	TakePredictions(ctx context.Context, by drift.Actor, b *ingest.PredictionBatch) (drift.ImportResult, error)
	TakeOutcomes(ctx context.Context, by drift.Actor, b *ingest.OutcomeBatch) (drift.ImportResult, error)
}

// The bounds of one request with a log: bytes, as sent and unpacked, and the rows that go in at once.
const (
	maxLog   = 64 << 20
	logBatch = 10_000
)

// The batches are large, and their memory is used again.
var (
	predictionBatches = sync.Pool{New: func() any { return new(ingest.PredictionBatch) }}
	outcomeBatches    = sync.Pool{New: func() any { return new(ingest.OutcomeBatch) }}
)

func (a *API) predictions(w http.ResponseWriter, r *http.Request) error {
	b := predictionBatches.Get().(*ingest.PredictionBatch)
	defer predictionBatches.Put(b)
	return a.takeLog(w, r, "predictions", func(body io.Reader) (drift.ImportResult, error) {
		return take(r.Context(), ingest.NewPredictionReader(body, a.readOptions()), b, a.store.TakePredictions)
	})
}

func (a *API) outcomes(w http.ResponseWriter, r *http.Request) error {
	b := outcomeBatches.Get().(*ingest.OutcomeBatch)
	defer outcomeBatches.Put(b)
	return a.takeLog(w, r, "outcomes", func(body io.Reader) (drift.ImportResult, error) {
		return take(r.Context(), ingest.NewOutcomeReader(body, a.readOptions()), b, a.store.TakeOutcomes)
	})
}

func (a *API) readOptions() ingest.Options {
	return ingest.Options{Now: a.now, MaxBytes: maxLog, MaxErrors: drift.MaxRowErrors}
}

// take brings a log in, batch by batch. What it returns beside an error is committed.
func take[B any](ctx context.Context, log ingest.Log[B], b *B, save func(context.Context, drift.Actor, *B) (drift.ImportResult, error)) (drift.ImportResult, error) {
	by := auth.ActorFrom(ctx)
	total := drift.ImportResult{Errors: []drift.RowError{}}
	for {
		res, err := ingest.Take(log, b, ingest.Taking{Rows: logBatch}, func(b *B) (drift.ImportResult, error) { return save(ctx, by, b) })
		total.Add(res)
		if errors.Is(err, io.EOF) {
			return total, nil
		}
		if err != nil {
			return total, err
		}
	}
}

// takeLog answers a request with a log:
//
//   - 200 where every row went in or was there already, 207 where some were refused, both with what
//     became of them;
//   - 422 with the field tenant where every row was refused for its tenant, which is not there or
//     not open to the token;
//   - 400 where no row could be read at all, and where the log breaks off or goes on with what
//     cannot be read; 413 where it is too large. What came before is committed and counted in the
//     answer, so that the same log can be sent again.
func (a *API) takeLog(w http.ResponseWriter, r *http.Request, kind string, read func(io.Reader) (drift.ImportResult, error)) error {
	if _, err := queryOf(r); err != nil {
		return err
	}
	if err := readable(r); err != nil {
		return err
	}
	res, err := read(http.MaxBytesReader(w, r.Body, maxLog))
	a.meters.rows(kind, res)
	switch {
	case err != nil:
		return logError(err, res)
	case res.Rejected == 0:
		web.WriteJSON(w, http.StatusOK, res)
	case res.Rejected == res.Read && allIn(res.Errors, ""):
		return withCounts(&drift.Error{Code: drift.CodeMalformed, Message: "None of the rows could be read. Send one JSON object a line, or one array of them."}, res)
	case res.Rejected == res.Read && allIn(res.Errors, "tenant"):
		return withCounts(drift.Invalid("tenant", "No row was taken in: "+res.Errors[0].Error+"."), res)
	default:
		web.WriteJSON(w, http.StatusMultiStatus, res)
	}
	return nil
}

// readable refuses before anything is read what cannot be taken.
func readable(r *http.Request) error {
	if r.ContentLength > maxLog {
		return tooLarge()
	}
	// What is packed with gzip is told by its content.
	for _, coding := range r.Header.Values("Content-Encoding") {
		if c := strings.ToLower(strings.TrimSpace(coding)); c != "gzip" && c != "identity" && c != "" {
			return &drift.Error{Code: drift.CodeMalformed, Message: "Send the log plain or packed with gzip."}
		}
	}
	return nil
}

func tooLarge() *drift.Error {
	return &drift.Error{Code: drift.CodeTooLarge, Message: fmt.Sprintf("A log of more than %d MiB is sent in several requests.", maxLog>>20)}
}

// allIn reports whether every refusal is about this field.
func allIn(list []drift.RowError, field string) bool {
	return len(list) > 0 && !slices.ContainsFunc(list, func(e drift.RowError) bool { return e.Field != field })
}

// logError says why a log was not read to its end.
func logError(err error, res drift.ImportResult) error {
	var file *ingest.FileError
	var large *http.MaxBytesError
	var known *drift.Error
	switch {
	case errors.As(err, &large), errors.As(err, &file) && file.Code == ingest.CodeTooLarge:
		return withCounts(tooLarge(), res)
	case errors.As(err, &file):
		message := file.Message
		if file.Code == ingest.CodeMissingColumns || file.Code == ingest.CodeBadHeader { // it took the text for CSV
			message = "it begins neither with { nor with [: send one JSON object a line, or one array of them"
		}
		if file.Line > 0 {
			message = fmt.Sprintf("line %d: %s", file.Line, message)
		}
		return withCounts(&drift.Error{Code: drift.CodeMalformed, Message: "The body cannot be read: " + message + "."}, res)
	case errors.As(err, &known) && known.Code == drift.CodeUnavailable && res.Inserted > 0:
		return withCounts(&drift.Error{Code: known.Code, Message: "The database went away. What is counted here was saved; send the same log again."}, res)
	}
	return err
}

// withCounts adds what was done to an error.
func withCounts(e *drift.Error, res drift.ImportResult) *drift.Error {
	e.Extra = map[string]any{
		"read": res.Read, "inserted": res.Inserted, "duplicates": res.Duplicates, "rejected": res.Rejected, "errors": res.Errors,
	}
	return e
}
