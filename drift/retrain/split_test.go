package retrain

import (
	"strings"
	"testing"
	"time"
)

func TestSplitAt(t *testing.T) {
	for n, want := range map[int]int{
		0: 0, 1: 0, 30: 0, 31: 1, 100: 70, 119: 89, 120: 90, 121: 90, 123: 92, 124: 93, 1000: 750, 1001: 750, 1003: 752,
	} {
		if got := SplitAt(n); got != want {
			t.Errorf("%d rows: %d, want %d", n, got, want)
		}
	}
}

func TestSplitKeepsEqualTimesTogether(t *testing.T) {
	times := func(minutes ...int) (list []time.Time) {
		for i, n := range minutes {
			for range n {
				list = append(list, noon.Add(time.Duration(i)*time.Minute))
			}
		}
		return list
	}
	for name, c := range map[string]struct {
		times []time.Time
		want  int
	}{
		"none":                  {nil, 0},
		"too few":               {times(10, 10), 0},
		"the cut falls between": {times(70, 30), 70},
		"moved back":            {times(60, 20, 20), 60},
		"cannot move back":      {times(80, 20), 80},
		"all at once":           {times(100), 0},
	} {
		got := Split(c.times)
		if got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
		if got > 0 && !CheckSplit(c.times[got-1], c.times[got]).Passed {
			t.Errorf("%s: rows of the same time are on both sides", name)
		}
	}
	for n := range 200 {
		list := make([]time.Time, n)
		for i := range list {
			list[i] = noon.Add(time.Duration(i) * time.Second)
		}
		if got := Split(list); got != SplitAt(n) {
			t.Errorf("%d different times: %d, want %d", n, got, SplitAt(n))
		}
	}
}

func TestCheckSplit(t *testing.T) {
	for _, c := range []struct {
		train, holdout time.Time
		want           bool
	}{
		{noon, noon.Add(1), true},
		{noon, noon, false},
		{noon, noon.Add(-1), false},
		{time.Time{}, noon, false},
		{noon, time.Time{}, false},
	} {
		if got := CheckSplit(c.train, c.holdout); got.Passed != c.want || !got.Deciding || got.Sentence == "" {
			t.Errorf("%v and %v: %+v", c.train, c.holdout, got)
		}
	}
	whole := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	if got := CheckSplit(whole, whole.Add(1500*time.Microsecond)).Sentence; got != "Every hold-out row is later than the last training row, of 2026-03-10 12:00:00 UTC." {
		t.Error(got)
	}
	if got := CheckSplit(whole.Add(1500*time.Microsecond), whole).Sentence; !strings.Contains(got, "row of 2026-03-10 12:00:00.0015 UTC.") {
		t.Error(got)
	}
}
