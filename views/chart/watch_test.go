package chart

import (
	"strings"
	"testing"
)

func TestWatchByHour(t *testing.T) {
	in := Watch{
		Old: ptr(.8), OldLow: ptr(.78), OldHigh: ptr(.82), Drop: .05, CheckHours: 24,
		Hours: []WatchHour{{1, 10, 6, 10, 6, .3127, .8318}, {2, 30, 27, 40, 33, .6805, .9125}, {5, 60, 51, 100, 84, .7558, .8990}},
	}
	got := render(t, show(in))
	for _, want := range []string{
		"After 5 hours the new version was right in 84.0 % of 100 outcomes, the version before in 80.0 %.",
		"hour 2: 27 of 30 right; so far 82.5 % of 40", ">decided<", ">24 h<", "−5",
	} {
		if !strings.Contains(strings.ReplaceAll(got, "\u00a0", " "), want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	// The third hour is at 5 of 24, and at 84 % of an axis from 50 to 100 %.
	if !strings.Contains(got, `class="dot" cx="20.83%" cy="48"`) {
		t.Errorf("the newest point is elsewhere:\n%s", got)
	}
	in.CheckHours = 4
	if late := render(t, show(in)); strings.Contains(late, ">decided<") || !strings.Contains(late, `cx="100%"`) {
		t.Error("after its time the axis does not end at the newest hour")
	}
	if none := render(t, show(Watch{CheckHours: 24})); !strings.Contains(none, "No outcome of the new version") {
		t.Errorf("without outcomes: %s", none)
	}
	if alone := render(t, show(Watch{CheckHours: 24, Hours: in.Hours[:1]})); strings.Contains(alone, "version before in") || strings.Contains(alone, "NaN") {
		t.Errorf("without a version before: %s", alone)
	}
}
