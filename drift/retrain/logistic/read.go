package logistic

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// maxLine is the longest line of a job's files.
const maxLine = 16 << 20

// row is one line of train.ndjson or holdout.ndjson; its slices live as long as the line.
type row struct {
	id, features []byte
	created      time.Time
	actual       bool
	known        bool // actual is given
}

// eachRow reads rows in time order. Every fault is a sentence that names file and line.
func eachRow(ctx context.Context, r io.Reader, file string, visit func(row) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	var last time.Time
	n := 0
	bad := func(what string) error {
		return drift.Invalid(file, fmt.Sprintf("Line %d of %s %s.", n, file, what))
	}
	for lines.Scan() {
		n++
		if n%1024 == 0 && ctx.Err() != nil {
			return fmt.Errorf("read %s: %w", file, ctx.Err())
		}
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		if !json.Valid(line) {
			return bad("is not JSON")
		}
		row, fault := parseRow(line)
		switch {
		case fault != "":
			return bad(fault)
		case row.created.Before(last):
			return bad("is earlier than the line before it; rows must come in time order")
		}
		last = row.created
		if err := visit(row); err != nil {
			var told *drift.Error
			if errors.As(err, &told) {
				return told
			}
			return fmt.Errorf("%s, line %d: %w", file, n, err)
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		n++
		return bad(fmt.Sprintf("is longer than %d MiB", maxLine>>20))
	}
	if lines.Err() != nil {
		return fmt.Errorf("read %s: %w", file, lines.Err())
	}
	return nil
}

// parseRow takes a row from a line of valid JSON; fault says what is wrong with it.
func parseRow(line []byte) (r row, fault string) {
	var at []byte
	isObject, _ := members(line, func(key, v []byte) error {
		switch string(key) {
		case "prediction_id":
			if v[0] == '"' {
				r.id = v
			}
		case "created_at":
			if v[0] == '"' {
				at = unquote(v)
			}
		case "features":
			r.features = v
		case "actual":
			r.known = v[0] == 't' || v[0] == 'f'
			r.actual = v[0] == 't'
		}
		return nil
	})
	if !isObject {
		return r, "is not a JSON object"
	}
	if r.id == nil {
		return r, "has no prediction_id"
	}
	created, err := time.Parse(time.RFC3339Nano, string(at))
	if err != nil {
		return r, "has no created_at that is an RFC 3339 time"
	}
	r.created = created
	if r.features == nil || string(r.features) == "null" {
		r.features = []byte("{}")
	}
	if r.features[0] != '{' {
		return r, "has features that are not a JSON object"
	}
	return r, ""
}

// readTable reads the training rows.
func readTable(ctx context.Context, r io.Reader, tell func(rows int)) (*table, error) {
	t := &table{}
	err := eachRow(ctx, r, trainFile, func(r row) error {
		if !r.known {
			return drift.Invalid(trainFile, fmt.Sprintf("Row %d of %s has no actual that is true or false; a training row needs one.", t.rows()+1, trainFile))
		}
		_, err := members(r.features, func(key, v []byte) error { return t.set(key, parseValue(v)) })
		if err != nil {
			return err
		}
		t.label = append(t.label, r.actual)
		t.times = append(t.times, r.created)
		if t.rows()%10_000 == 0 {
			tell(t.rows())
		}
		return nil
	})
	t.finish()
	return t, err
}
