package lang

import (
	"math"
	"testing"
	"time"
)

func TestTextsTakeTheirForm(t *testing.T) {
	catalogue := catalogue[German]
	catalogue["%d trial of %s"], catalogue["%d trials of %s"] = nil, Forms{"%d Versuch von %s", "%d Versuche von %s"}
	catalogue["%s after %s"] = Forms{"nach %[2]s: %[1]s"}
	t.Cleanup(func() {
		delete(catalogue, "%d trials of %s")
		delete(catalogue, "%d trial of %s")
		delete(catalogue, "%s after %s")
	})
	for _, c := range []struct{ got, want string }{
		{English.N(1, "%d trial of %s", "%d trials of %s", "x"), "1 trial of x"},
		{English.N(1204, "%d trial of %s", "%d trials of %s", "x"), "1,204 trials of x"},
		{German.N(1, "%d trial of %s", "%d trials of %s", "x"), "1 Versuch von x"},
		{German.N(0, "%d trial of %s", "%d trials of %s", "x"), "0 Versuche von x"},
		{German.N(1204, "%d trial of %s", "%d trials of %s", "x"), "1.204 Versuche von x"},
		{German.T("%s after %s", "a", "b"), "nach b: a"},
		{English.T("%d of %d", 1440, int64(2)), "1,440 of 2"},
		{English.T("100 % of it"), "100 % of it"},
		{German.T("%s before %s.", "a", "22. Nov."), "a before 22. Nov."},
		{English.T("%s and so on...", "a"), "a and so on..."},
		{English.N(math.MinInt64, "%d x", "%d xs"), "−9,223,372,036,854,775,808 xs"},
	} {
		if got := plain(c.got); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestGermanNumbersAndTimes(t *testing.T) {
	at := time.Date(1998, 3, 1, 14, 20, 5, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{German.Fixed(-1234.5, 2), "−1.234,50"},
		{German.Short(0.5, 3), "0,5"},
		{German.Short(1500, 2), "1.500"},
		{German.Short(20, 2), "20"},
		{German.P(9.1e-32), "9,1 × 10⁻³²"},
		{German.P(0.0031), "0,0031"},
		{German.Percent(0.39, 1), "39,0 %"},
		{German.Bytes(9_400_000), "9,4 MB"},
		{German.Age(72 * time.Minute), "1 h 12 min"},
		{German.Weekday(at), "So. 1. März"},
		{German.FullUTC(at), "So. 1. März 1998 14:20:05 UTC"},
		{German.WeekdayClockAs(at, at.AddDate(1, 0, 0)), "So. 1. März 1998 14:20"},
	} {
		if got := plain(c.got); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestTheLanguageThatFits(t *testing.T) {
	for header, want := range map[string]Lang{
		"": English, "de": German, "de-CH, en;q=0.5": German, "fr": English, "en-GB,de;q=0.9": English,
		"fr;q=1, de;q=0.8, en;q=0.5": German, ";;;": English,
	} {
		if got := Accepted(header); got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
}
