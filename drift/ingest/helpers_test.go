package ingest

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"
)

var testNow = time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)

func testOptions() Options {
	return Options{Now: func() time.Time { return testNow }, MaxErrors: -1}
}

// result is all that reading a text gives, in a form to compare.
type result struct {
	rows     []string // accepted rows, rendered
	errs     []RowError
	err      error // nil for io.EOF
	read     int64
	rejected int64
}

func readPredictions(src io.Reader, opts Options, batchRows int) result {
	r := NewPredictionReader(src, opts)
	var b PredictionBatch
	var res result
	for {
		err := r.Next(&b, batchRows)
		for i := range b.Len() {
			res.rows = append(res.rows, renderPrediction(&b, i))
		}
		res.errs = append(res.errs, r.Errors()...)
		if err != nil {
			return res.end(err, b.Len(), r.Rows(), r.Rejected())
		}
	}
}

func readOutcomes(src io.Reader, opts Options, batchRows int) result {
	r := NewOutcomeReader(src, opts)
	var b OutcomeBatch
	var res result
	for {
		err := r.Next(&b, batchRows)
		for i := range b.Len() {
			res.rows = append(res.rows, fmt.Sprintf("%d|%s|%s|%d|%d", b.Line[i], b.PredictionID[i], b.Tenant[i], b.Actual[i], b.ObservedAt[i]))
		}
		res.errs = append(res.errs, r.Errors()...)
		if err != nil {
			return res.end(err, b.Len(), r.Rows(), r.Rejected())
		}
	}
}

// end checks what must hold whatever was read.
func (res result) end(err error, left int, read, rejected int64) result {
	res.read, res.rejected = read, rejected
	if err != io.EOF {
		res.err = err
	}
	var file *FileError
	switch {
	case left != 0:
		panic("a batch with rows came with an error")
	case res.err != nil && !errors.As(err, &file):
		panic(fmt.Sprintf("not a FileError: %v", err))
	case res.err != nil && (file.Code == "" || file.Message == ""):
		panic("a FileError without code or message")
	case int64(len(res.rows))+rejected != read:
		panic(fmt.Sprintf("%d accepted + %d refused ≠ %d read", len(res.rows), rejected, read))
	}
	for _, e := range res.errs {
		if e.Line < 1 || e.Error == "" || strings.Contains(e.Error, "%!") {
			panic(fmt.Sprintf("a row error says nothing: %+v", e))
		}
	}
	return res
}

func renderPrediction(b *PredictionBatch, i int) string {
	return fmt.Sprintf("%d|%s", b.Line[i], renderContent(b, i))
}

func renderContent(b *PredictionBatch, i int) string {
	return fmt.Sprintf("%s|%s|%s|%s|%d|%x|%v|%d|%s|%v|%v|%v",
		b.PredictionID[i], b.Tenant[i], b.ModelType[i], b.ModelVersion[i], b.CreatedAt[i],
		math.Float64bits(b.Score[i]), b.Predicted[i], b.Actual[i], b.Features[i],
		b.IntervalLow[i], b.IntervalHigh[i], b.LatencyMS[i])
}

func zipped(t testing.TB, parts ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	for _, p := range parts {
		z := gzip.NewWriter(&out)
		if _, err := io.WriteString(z, p); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// with gives a good NDJSON prediction in which some members are replaced; an
// empty replacement leaves one out, a new name adds one.
func with(members ...string) string {
	names := []string{"prediction_id", "tenant", "model_type", "model_version", "created_at", "score", "predicted"}
	values := map[string]string{
		"prediction_id": `"p1"`, "tenant": `"acme"`, "model_type": `"fraud_detector"`, "model_version": `"v1"`,
		"created_at": `"2024-05-01T12:30:00Z"`, "score": `0.25`, "predicted": `false`,
	}
	for i := 0; i < len(members); i += 2 {
		if _, known := values[members[i]]; !known {
			names = append(names, members[i])
		}
		values[members[i]] = members[i+1]
	}
	var parts []string
	for _, n := range names {
		if values[n] != "" {
			parts = append(parts, fmt.Sprintf("%q:%s", n, values[n]))
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}

const goodHeader = "prediction_id,tenant,model_type,model_version,created_at,score,predicted"

// cells gives a good CSV row in which some cells are replaced, by column number.
func cells(replaced ...any) string {
	row := []string{"p1", "acme", "fraud_detector", "v1", "2024-05-01T12:30:00Z", "0.25", "false"}
	for i := 0; i < len(replaced); i += 2 {
		row[replaced[i].(int)] = replaced[i+1].(string)
	}
	return strings.Join(row, ",")
}
