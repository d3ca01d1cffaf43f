package chart

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

func TestReplayByMonth(t *testing.T) {
	month := func(n int) time.Time { return time.Date(2026, time.Month(n), 1, 0, 0, 0, 0, time.UTC) }
	in := Replay{
		Title:  "a < b",
		Months: []ReplayMonth{{month(1), 100, 70, 60}, {month(2), 0, 0, 0}, {month(3), 200, 150, 120}, {month(4), 100, 80, 61}},
		Kept:   []time.Time{month(3)},
		Backed: []time.Time{month(2).AddDate(0, 0, 9)},
	}
	got := ReplayByMonth(in)
	dec := xml.NewDecoder(strings.NewReader(got))
	for {
		_, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not XML: %v\n%s", err, got)
		}
	}
	for _, want := range []string{
		"a &lt; b: 75.0", "with retraining, 60.2", // 300 and 241 of 400 rows
		"February 2026: no row with an outcome", "March 2026: 75.0", "2026-03-01 activated and kept", "2026-02-10 activated and rolled back",
		"activated and kept, 1", "activated and rolled back, 1",
	} {
		if !strings.Contains(strings.ReplaceAll(got, "\u00a0", " "), want) {
			t.Errorf("%q is not in the drawing", want)
		}
	}
	// A month without rows breaks both lines, so each is drawn in two strokes.
	for _, colour := range []string{"#75868c", "#0b6a73"} {
		line := got[strings.LastIndex(got[:strings.Index(got, `stroke="`+colour)], `<path`):]
		line = line[:strings.Index(line, "/>")]
		if strings.Count(line, "M") != 2 || strings.Count(line, "L") != 1 {
			t.Errorf("the line of %s: %s", colour, line)
		}
	}
	if empty := ReplayByMonth(Replay{}); !strings.Contains(empty, "no row with an outcome") || !strings.HasSuffix(empty, "</svg>\n") {
		t.Errorf("without months: %s", empty)
	}
}
