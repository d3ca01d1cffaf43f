package chart

import (
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/views/lang"
)

func month(n int) time.Time { return time.Date(2026, time.Month(n), 1, 0, 0, 0, 0, time.UTC) }

func sampleReplay() Replay {
	return Replay{
		Months: []ReplayMonth{{month(1), 100, 70, 60}, {month(2), 0, 0, 0}, {month(3), 200, 150, 120}, {month(4), 100, 80, 61}},
		Kept:   []time.Time{month(3)},
		Backed: []time.Time{month(2).AddDate(0, 0, 9)},
	}
}

func TestReplayByMonth(t *testing.T) {
	in := sampleReplay()
	in.Title = "a < b"
	got := strings.ReplaceAll(ReplayByMonth(in), "\u00a0", " ")
	for _, want := range []string{
		"a &lt; b</title>", "75.0 % with retraining, 60.2 % without.", // 300 and 241 of 400 rows
		"activated and kept, 1", "activated and rolled back, 1", ">2026-01<",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in the drawing", want)
		}
	}
	// A month without rows breaks both lines, so each is drawn in two strokes.
	for _, colour := range []string{"#75868c", "#0b6a73"} {
		line := got[strings.LastIndex(got[:strings.Index(got, `stroke="`+colour)], `<path`):]
		if line = line[:strings.Index(line, "/>")]; strings.Count(line, "M") != 2 {
			t.Errorf("the line of %s: %s", colour, line)
		}
	}
	if empty := ReplayByMonth(Replay{}); !strings.Contains(empty, "No row of these months") || !strings.HasSuffix(empty, "</svg>\n") {
		t.Errorf("without months: %s", empty)
	}
	csv := string(written(t, in.Draw(lang.German), CSV))
	if want := "2026-02,0,,,0,1\n2026-03,200,0.75,0.6,1,0\n"; !strings.Contains(csv, want) {
		t.Errorf("the table: %s", csv)
	}
}
