package demo_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/demo"
	"github.com/driftwatch/driftwatch/drift/ingest"
)

// said reads lines of predictions or outcomes: by id what they say came true, "null" where nothing yet.
func said(t *testing.T, lines []byte) map[string]string {
	t.Helper()
	out := map[string]string{}
	for line := range bytes.Lines(lines) {
		id, _, ok := bytes.Cut(line, []byte(`","model_type"`))
		if !ok {
			id, _, ok = bytes.Cut(line, []byte(`","actual"`))
		}
		_, actual, known := bytes.Cut(line, []byte(`"actual":`))
		if !ok || !known {
			t.Fatalf("neither a prediction nor an outcome: %s", line)
		}
		if _, twice := out[string(id)]; twice {
			t.Fatalf("%s twice", id)
		}
		out[string(id)] = string(actual[:4])
	}
	return out
}

// A stretch of time is the same rows whether it is written at once or in pieces.
func TestLapseInPieces(t *testing.T) {
	l := demo.NewLapse(demo.LapseSeed, today)
	from := today.Time().Add(5*24*time.Hour + 90*time.Minute)
	for _, m := range demo.LapseModels {
		var pieces, whole, outcomes []byte
		for i := range 36 {
			at := from.Add(time.Duration(i) * time.Hour)
			for _, p := range l.Predictions(m, at, at.Add(time.Hour)) {
				pieces = append(pieces, p.Prediction...)
			}
			outcomes = append(outcomes, l.Outcomes(m, at, at.Add(time.Hour))...)
		}
		for _, p := range l.Predictions(m, from, from.Add(36*time.Hour)) {
			whole = append(whole, p.Prediction...)
		}
		if len(whole) == 0 || !bytes.Equal(pieces, whole) {
			t.Errorf("%s: %d bytes in pieces, %d at once", m.ModelType, len(pieces), len(whole))
		}
		if !bytes.Equal(outcomes, l.Outcomes(m, from, from.Add(36*time.Hour))) {
			t.Errorf("%s: the outcomes differ", m.ModelType)
		}
	}
}

// Each prediction's outcome becomes known once: in the history, four hours later, or at the end of the
// feed's silence.
func TestLapseOutcomes(t *testing.T) {
	l := demo.NewLapse(demo.LapseSeed, today)
	var history bytes.Buffer
	if err := l.WriteHistory(&history); err != nil {
		t.Fatal(err)
	}
	r := ingest.NewPredictionReader(bytes.NewReader(history.Bytes()), ingest.Options{Now: today.Time})
	var b ingest.PredictionBatch
	if err := r.Next(&b, 1000); err != nil || b.Len() != 1000 || len(r.Errors()) > 0 {
		t.Fatalf("the history as a log: %d rows, %v, %v", b.Len(), err, r.Errors())
	}
	past := said(t, history.Bytes())
	end := today.Add(60).Time()
	for _, m := range demo.LapseModels[3:] { // one whose world changes, and the one that falls silent
		var lines []byte
		for at := today.Time(); at.Before(end); at = at.Add(24 * time.Hour) {
			lines = append(lines, l.Outcomes(m, at, at.Add(24*time.Hour))...)
		}
		later := said(t, lines)
		lines = lines[:0]
		for _, p := range l.Predictions(m, today.Add(-demo.LapseHistory).Time(), end) {
			lines = append(lines, p.Prediction...)
		}
		missing := 0
		for id := range said(t, lines) {
			_, came := later[id]
			switch known := past[id] != "" && past[id] != "null"; {
			case known && came:
				t.Fatalf("the outcome of %s comes twice", id)
			case !known && !came:
				missing++
			}
		}
		if want := len(l.Predictions(m, end.Add(-4*time.Hour), end)); missing != want {
			t.Errorf("%s: %d outcomes never come, want the last four hours' %d", m.ModelType, missing, want)
		}
	}
}

// While the feed is silent nothing comes, and then everything does.
func TestLapseSilence(t *testing.T) {
	l := demo.NewLapse(demo.LapseSeed, today)
	m := demo.LapseModels[len(demo.LapseModels)-1]
	day := func(n int) int {
		d := today.Add(n)
		return bytes.Count(l.Outcomes(m, d.Time(), d.Add(1).Time()), []byte("\n"))
	}
	for n := range 60 {
		got, want := day(n), m.PerDay
		switch {
		case n >= 44 && n < 54:
			want = 0
		case n == 54:
			want = 11 * m.PerDay // those of ten days, and the day's own
		}
		if got < want-3 || got > want+3 {
			t.Errorf("day %d: %d outcomes, want about %d", n, got, want)
		}
	}
}

// Another seed or another day begins another log.
func TestLapseSeeds(t *testing.T) {
	m := demo.LapseModels[0]
	rows := func(seed uint64, from drift.Date) (out []byte) {
		for _, p := range demo.NewLapse(seed, from).Predictions(m, today.Time(), today.Add(1).Time()) {
			out = append(out, p.Prediction...)
		}
		return out
	}
	if !bytes.Equal(rows(1, today), rows(1, today)) || bytes.Equal(rows(1, today), rows(2, today)) || bytes.Equal(rows(1, today), rows(1, today.Add(-1))) {
		t.Error("rows do not follow from seed and day")
	}
}

// failing accepts so many bytes.
type failing int

func (f *failing) Write(b []byte) (int, error) {
	if *f -= failing(len(b)); *f < 0 {
		return 0, bytes.ErrTooLarge
	}
	return len(b), nil
}

func TestLapseHistoryThatCannotBeWritten(t *testing.T) {
	room := failing(100_000)
	if err := demo.NewLapse(1, today).WriteHistory(&room); err == nil {
		t.Error("a history that could not be written was no error")
	}
}
