package ingest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

// decodeJSON reads one JSON value with encoding/json, noting keys that come
// twice and how deep it goes.
func decodeJSON(d *json.Decoder, depth int, twice *bool, deepest *int) (any, error) {
	*deepest = max(*deepest, depth)
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := decodeJSON(d, depth+1, twice, deepest)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = d.Token()
		return list, err
	case json.Delim('{'):
		object := map[string]any{}
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			v, err := decodeJSON(d, depth+1, twice, deepest)
			if err != nil {
				return nil, err
			}
			if _, before := object[key.(string)]; before {
				*twice = true
			}
			object[key.(string)] = v
		}
		_, err = d.Token()
		return object, err
	}
	return token, nil
}

// oracleLine reads a line by the oracle's rules: whether it is accepted, and
// if so, its content. It cannot judge texts that encoding/json changes.
func oracleLine(line string) (content string, accepted, judged bool) {
	trimmed := strings.Trim(line, " \t\r\n")
	if !json.Valid([]byte(trimmed)) || trimmed == "" || trimmed[0] != '{' {
		return "", false, true
	}
	if !utf8.ValidString(line) || strings.Contains(asciiLower(line), `\ud`) {
		return "", false, false
	}
	d := json.NewDecoder(strings.NewReader(trimmed))
	d.UseNumber()
	twice, deepest := false, 0
	v, err := decodeJSON(d, 0, &twice, &deepest)
	if err != nil || twice || deepest > MaxDepth+1 {
		return "", false, true
	}
	row := oracleRow{values: v.(map[string]any)}
	if deepest == MaxDepth+1 || !oracleAccepts(row) { // a scalar may lie that deep
		return "", false, deepest <= MaxDepth
	}
	return oracleRender(row), true, true
}

// plainContent brings the nested objects of an accepted row into the order of
// the oracle, and reports whether its features are canonical otherwise.
func plainContent(b *PredictionBatch, i int) (content string, canonical bool) {
	f := b.Features[i]
	if f == nil {
		return renderContent(b, i), true
	}
	var compact bytes.Buffer
	var v map[string]any
	d := json.NewDecoder(bytes.NewReader(f))
	d.UseNumber()
	if json.Compact(&compact, f) != nil || d.Decode(&v) != nil {
		return "", false
	}
	plain := *b
	plain.Features = make([][]byte, b.Len())
	plain.Features[i] = []byte(oracleJSON(v))
	return renderContent(&plain, i), bytes.Equal(compact.Bytes(), f)
}

func addLines(f *testing.F) {
	f.Add(sampleNDJSON)
	for _, c := range ndjsonRows {
		if len(c.row) < 2000 {
			f.Add(c.row)
			f.Add(with() + "\r\n" + c.row + "\n \n")
		}
	}
}

// FuzzNDJSON compares every line with what encoding/json and the oracle make of it.
func FuzzNDJSON(f *testing.F) {
	addLines(f)
	f.Fuzz(func(t *testing.T, text string) {
		if wrongKind([]byte(text)) != nil || strings.HasPrefix(text, "\ufeff") {
			return
		}
		opts := testOptions()
		opts.Format = FormatNDJSON
		r := NewPredictionReader(strings.NewReader(text), opts)
		accepted, refused := map[int]string{}, map[int]string{}
		var b PredictionBatch
		for {
			err := r.Next(&b, 2)
			for i := range b.Len() {
				content, canonical := plainContent(&b, i)
				if !canonical {
					t.Fatalf("%q: features %s", text, b.Features[i])
				}
				accepted[b.Line[i]] = content
			}
			for _, e := range r.Errors() {
				refused[e.Line] = e.Error
			}
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
		}
		for i, line := range strings.Split(text, "\n") {
			checkLine(t, i+1, line, accepted, refused)
		}
	})
}

func checkLine(t *testing.T, number int, line string, accepted, refused map[int]string) {
	t.Helper()
	got, in := accepted[number]
	reason, out := refused[number]
	if blank := strings.Trim(line, " \t\r\n") == ""; blank != (!in && !out) || in && out {
		t.Fatalf("line %d %q: accepted %v, refused %v", number, line, in, out)
	}
	want, accept, judged := oracleLine(line)
	if judged && (in != accept && (in || accept)) || in && judged && got != want {
		t.Fatalf("line %q:\n got %v %s %s\nwant %v %s", line, in, got, reason, accept, want)
	}
	if malformed := strings.HasPrefix(reason, "malformed"); malformed && json.Valid([]byte(line)) && !strings.Contains(reason, faultDepth) {
		t.Fatalf("line %q: %s", line, reason)
	}
}

// FuzzJSONArray checks that an array is read as its elements are line by line,
// that what is no JSON is not read to its end, and that the way the bytes
// arrive changes nothing.
func FuzzJSONArray(f *testing.F) {
	f.Add(sampleArray)
	f.Add("[]")
	f.Add("[" + with("f", `"a\"}"`) + "]")
	f.Add("[" + with() + ",{},\n" + with("f", `[{"a":[]},"]}\\\""]`) + "] \n")
	for _, c := range ndjsonRows {
		if len(c.row) < 2000 {
			f.Add("[" + with() + ", " + c.row + "]")
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		if wrongKind([]byte(text)) != nil || strings.HasPrefix(text, "\ufeff") {
			return
		}
		opts := testOptions()
		opts.Format = FormatJSONArray
		got := readPredictions(strings.NewReader(text), opts, 3)
		if slow := readPredictions(iotest.OneByteReader(strings.NewReader(text)), opts, 3); !reflect.DeepEqual(got, slow) {
			t.Fatalf("%q: byte by byte\n%+v, not\n%+v", text, slow, got)
		}
		var elements []json.RawMessage
		if json.Unmarshal([]byte(text), &elements) != nil || elements == nil { // null reads as no array
			if got.err == nil {
				t.Fatalf("%q is no JSON array", text)
			}
			return
		}
		var lines strings.Builder
		objects := true
		for _, e := range elements {
			objects = objects && e[0] == '{'
			var compact bytes.Buffer
			if err := json.Compact(&compact, e); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&lines, "%s\n", compact.Bytes())
		}
		opts.Format = FormatNDJSON
		want := readPredictions(strings.NewReader(lines.String()), opts, 3)
		if got.err == nil && (!objects || !reflect.DeepEqual(got, want)) {
			t.Fatalf("%q:\n got %+v\nwant %+v", text, got, want)
		}
		if got.err != nil && objects && !strings.Contains(got.err.Error(), faultDepth) {
			t.Fatalf("%q: %v", text, got.err)
		}
	})
}

// FuzzOutcomes reads the same fuzzed text as every format: nothing breaks, and
// an accepted outcome obeys the rules.
func FuzzOutcomes(f *testing.F) {
	addLines(f)
	f.Add("prediction_id,tenant,actual,observed_at\np1,acme,1,\np2,acme,no,2024-05-01T12:30:00Z\n")
	f.Add(`{"prediction_id":"p1","tenant":"acme","actual":true,"observed_at":"2024-05-01T12:30:00Z","x":"\ud800"}`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, format := range []Format{FormatAuto, FormatCSV, FormatNDJSON, FormatJSONArray} {
			opts := testOptions()
			opts.Format = format
			checkOutcomes(t, text, opts)
		}
		checkOutcomes(t, "tenant,prediction_id,actual,observed_at,x\n"+text, testOptions())
	})
}

func checkOutcomes(t *testing.T, text string, opts Options) {
	t.Helper()
	got := readOutcomes(strings.NewReader(text), opts, 3)
	if again := readOutcomes(iotest.HalfReader(strings.NewReader(text)), opts, 7); !sameResult(got, again) {
		t.Fatalf("%q: in halves\n%+v, not\n%+v", text, again, got)
	}
	r := NewOutcomeReader(strings.NewReader(text), opts)
	var b OutcomeBatch
	for r.Next(&b, 5) == nil {
		for i := range b.Len() {
			at := b.ObservedAt[i]
			if !oracleName(b.PredictionID[i], MaxID) || !oracleName(b.Tenant[i], MaxName) || b.Actual[i]&^1 != 0 ||
				at != NoTime && (at < 0 || at > testNow.UnixMicro()+microsPerDay) {
				t.Fatalf("%q: %+v", text, b)
			}
		}
	}
}

func sameResult(a, b result) bool {
	return reflect.DeepEqual(a.rows, b.rows) && reflect.DeepEqual(a.errs, b.errs) && (a.err == nil) == (b.err == nil)
}

// FuzzGzip reads damaged gzip: without an error it is all the rows that were
// packed, with one it is only damage that may have let others through.
func FuzzGzip(f *testing.F) {
	text := strings.Repeat(with()+"\n"+with("prediction_id", `"p2"`, "f", `"x"`)+"\n", 20)
	f.Add(0, byte(0), len(text), 0)
	f.Add(30, byte(4), 100, 9)
	f.Add(3, byte(0x10), 100, 0)
	want := readPredictions(strings.NewReader(text), testOptions(), 7)
	f.Fuzz(func(t *testing.T, at int, flip byte, split, cut int) {
		split = min(max(split, 0), len(text))
		zip := zipped(t, text[:split], text[split:])
		zip[min(max(at, 2), len(zip)-1)] ^= flip
		zip = zip[:len(zip)-min(max(cut, 0), len(zip)-2)]
		got := readPredictions(bytes.NewReader(zip), testOptions(), 7)
		if got.err == nil && !reflect.DeepEqual(got, want) && !endsWithMember(zip, text[:split]) {
			t.Fatalf("%d rows and no error", len(got.rows))
		}
		if flip == 0 && !slices.Equal(got.rows, want.rows[:min(len(got.rows), len(want.rows))]) {
			t.Fatalf("a cut changed the rows: %q", got.rows)
		}
	})
}

// endsWithMember reports whether a cut has left exactly the first gzip member,
// which nothing can tell from a whole file.
func endsWithMember(zip []byte, first string) bool {
	rows := readPredictions(strings.NewReader(first), testOptions(), 100)
	got := readPredictions(bytes.NewReader(zip), testOptions(), 100)
	return sameResult(rows, got)
}
