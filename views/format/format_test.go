package format

import (
	"math"
	"strings"
	"testing"
	"time"
)

// plain shows no-break spaces as plain ones, so that the tables below stay
// readable; TestUnitsDoNotBreak looks at the spaces themselves.
func plain(s string) string { return strings.ReplaceAll(s, nbsp, " ") }

func TestNumbers(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Fixed(0.35883, 3), "0.359"},
		{Fixed(-12.5, 2), "−12.50"},
		{Fixed(-0.0001, 2), "0.00"},
		{Fixed(math.Copysign(0, -1), 1), "0.0"},
		{Fixed(1234567.891, 1), "1,234,567.9"},
		{Fixed(math.NaN(), 3), "–"},
		{Fixed(math.Inf(1), 3), "–"},
		{Fixed(2, -1), "2"},
		{Signed(1, 0), "+1"},
		{Signed(-3, 0), "−3"},
		{Signed(0.0001, 1), "0.0"},
		{Signed(math.NaN(), 1), "–"},
		{Short(0.5, 3), "0.5"},
		{Short(0.11683, 3), "0.117"},
		{Short(20, 2), "20"},
		{Short(0, 3), "0"},
		{Short(-1500, 2), "−1,500"},
		{Short(math.Inf(-1), 2), "–"},
		{Count(1440), "1,440"},
		{Count(0), "0"},
		{Count(-1000), "−1,000"},
		{Count(math.MinInt64), "−9,223,372,036,854,775,808"},
		{Count(math.MaxInt64), "9,223,372,036,854,775,807"},
		{Plural(1, "model", "models"), "1 model"},
		{Plural(0, "model", "models"), "0 models"},
		{Plural(1204, "row", "rows"), "1,204 rows"},
		{Percent(0.3898809, 1), "39.0 %"},
		{Percent(math.NaN(), 1), "–"},
		{PercentRange(0.339, 0.443, 1), "33.9 – 44.3 %"},
		{PercentRange(0.339, math.NaN(), 1), "–"},
		{Points(0.22817, 1), "22.8 points"},
		{Points(0.01, 0), "1 point"},
		{Points(-0.05, 1), "−5.0 points"},
		{PointsRange(0.169, 0.285, 1), "16.9 to 28.5"},
		{Bytes(142_000_000_000), "142 GB"},
		{Bytes(9_400_000), "9.4 MB"},
		{Bytes(999_999), "1.0 MB"},
		{Bytes(12), "12 B"},
		{Bytes(-1), "–"},
	} {
		if plain(c.got) != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestPValues(t *testing.T) {
	for _, c := range []struct {
		p    float64
		want string
	}{
		{1, "1"},
		{0.412, "0.41"},
		{0.9999, "0.9999"},
		{0.05, "0.050"},
		{0.04999, "0.04999"},
		{0.0031, "0.0031"},
		{0.01, "0.010"},
		{0.009996, "0.009996"},
		{0.001, "0.0010"},
		{0.0009999, "9.999 × 10⁻⁴"},
		{9.11e-32, "9.1 × 10⁻³²"},
		{9.96e-32, "1.0 × 10⁻³¹"},
		{1e-300, "1.0 × 10⁻³⁰⁰"},
		{5e-324, "< 10⁻³⁰⁰"},
		{0, "< 10⁻³⁰⁰"},
		{-0.1, "–"},
		{1.1, "–"},
		{math.NaN(), "–"},
		{math.Inf(1), "–"},
	} {
		if got := plain(P(c.p)); got != c.want {
			t.Errorf("P(%g) = %q, want %q", c.p, got, c.want)
		}
	}
	if got := plain(PDigits(9.1123e-32, 3)); got != "9.11 × 10⁻³²" {
		t.Errorf("three figures: %q", got)
	}
}

func TestAges(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Age(-time.Second), "0 s"},
		{Age(20 * time.Second), "20 s"},
		{Age(12*time.Minute + 59*time.Second), "12 m"},
		{Age(72 * time.Minute), "1 h 12 m"},
		{Age(2 * time.Hour), "2 h"},
		{Age(54 * time.Hour), "2 d 6 h"},
		{Age(24 * time.Hour), "1 d"},
		{Age(1500 * 24 * time.Hour), "1,500 d"},
		{Took(31 * time.Millisecond), "31 ms"},
		{Took(9400 * time.Millisecond), "9.4 s"},
		{Took(21*time.Second + 300*time.Millisecond), "21 s"},
		{Took(59_600 * time.Millisecond), "1 m"},
		{Took(125 * time.Second), "2 m 5 s"},
		{Took(3 * time.Hour), "3 h"},
		{Offset(time.Millisecond), "+1 ms"},
		{Offset(0), "+0 ms"},
		{Offset(-3 * time.Millisecond), "−3 ms"},
		{Offset(2400 * time.Millisecond), "+2.4 s"},
	} {
		if plain(c.got) != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestDates(t *testing.T) {
	at := time.Date(1998, 7, 1, 14, 20, 5, 0, time.UTC)
	sydney := time.FixedZone("AEST", 10*3600)
	for _, c := range []struct{ got, want string }{
		{Clock(at), "14:20"},
		{Day(at), "1 Jul"},
		{DayYear(at), "1 Jul 1998"},
		{Weekday(at), "Wed 1 Jul"},
		{WeekdayClock(at), "Wed 1 Jul 14:20"},
		{ISODate(at), "1998-07-01"},
		{Machine(at.In(sydney)), "1998-07-01T14:20:05Z"},
		{FullUTC(at.In(sydney)), "Wed 1 Jul 1998 14:20:05 UTC"},
		{Days(date(1998, 6, 25), date(1998, 7, 2)), "25 Jun – 1 Jul"},
		{Days(date(1998, 6, 25), date(1998, 6, 26)), "25 Jun"},
		{Days(date(1997, 12, 30), date(1998, 1, 3)), "30 Dec 1997 – 2 Jan 1998"},
	} {
		if plain(c.got) != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestUnitsDoNotBreak(t *testing.T) {
	for _, s := range []string{Percent(0.39, 1), P(9e-32), Age(20 * time.Second), Bytes(5), Points(0.2, 1), Plural(3, "a", "b")} {
		if strings.Contains(s, " ") || !strings.Contains(s, nbsp) {
			t.Errorf("%q can break between number and unit", s)
		}
	}
}

func TestNothingIsWrittenAsNaN(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), Value(nil)} {
		for _, s := range []string{Fixed(v, 2), Signed(v, 2), Short(v, 2), Percent(v, 1), P(v), Points(v, 1)} {
			if s != Missing {
				t.Errorf("%v became %q", v, s)
			}
		}
	}
	one := 1.0
	if Value(&one) != 1 {
		t.Error("Value lost its number")
	}
}

func date(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// TestYears holds that a date of another year says which, and one of this year does not.
func TestYears(t *testing.T) {
	at := time.Date(1998, 7, 2, 4, 12, 0, 0, time.UTC)
	from, to := time.Date(1998, 6, 25, 0, 0, 0, 0, time.UTC), time.Date(1998, 7, 2, 0, 0, 0, 0, time.UTC)
	for now, want := range map[time.Time][4]string{
		{}: {"2 Jul", "Thu 2 Jul", "Thu 2 Jul 04:12", "25 Jun\u00a0– 1 Jul"},
		time.Date(1998, 12, 31, 23, 59, 0, 0, time.UTC): {"2 Jul", "Thu 2 Jul", "Thu 2 Jul 04:12", "25 Jun\u00a0– 1 Jul"},
		time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC):     {"2 Jul 1998", "Thu 2 Jul 1998", "Thu 2 Jul 1998 04:12", "25 Jun\u00a0– 1 Jul 1998"},
	} {
		got := [4]string{DayAs(at, now), WeekdayAs(at, now), WeekdayClockAs(at, now), DaysAs(from, to, now)}
		if got != want {
			t.Errorf("as of %v: %q, want %q", now, got, want)
		}
	}
}
