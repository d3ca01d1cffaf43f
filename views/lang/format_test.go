package lang

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
		{English.Fixed(0.35883, 3), "0.359"},
		{English.Fixed(-12.5, 2), "−12.50"},
		{English.Fixed(-0.0001, 2), "0.00"},
		{English.Fixed(math.Copysign(0, -1), 1), "0.0"},
		{English.Fixed(1234567.891, 1), "1,234,567.9"},
		{English.Fixed(math.NaN(), 3), "–"},
		{English.Fixed(math.Inf(1), 3), "–"},
		{English.Fixed(2, -1), "2"},
		{English.Signed(1, 0), "+1"},
		{English.Signed(-3, 0), "−3"},
		{English.Signed(0.0001, 1), "0.0"},
		{English.Signed(math.NaN(), 1), "–"},
		{English.Short(0.5, 3), "0.5"},
		{English.Short(0.11683, 3), "0.117"},
		{English.Short(20, 2), "20"},
		{English.Short(0, 3), "0"},
		{English.Short(-1500, 2), "−1,500"},
		{English.Short(math.Inf(-1), 2), "–"},
		{English.Count(1440), "1,440"},
		{English.Count(0), "0"},
		{English.Count(-1000), "−1,000"},
		{English.Count(math.MinInt64), "−9,223,372,036,854,775,808"},
		{English.Count(math.MaxInt64), "9,223,372,036,854,775,807"},
		{English.N(1, "%d model", "%d models"), "1 model"},
		{English.N(0, "%d model", "%d models"), "0 models"},
		{English.N(1204, "%d row", "%d rows"), "1,204 rows"},
		{English.Percent(0.3898809, 1), "39.0 %"},
		{English.Percent(math.NaN(), 1), "–"},
		{English.PercentRange(0.339, 0.443, 1), "33.9 – 44.3 %"},
		{English.PercentRange(0.339, math.NaN(), 1), "–"},
		{English.Points(0.22817, 1), "22.8 points"},
		{English.Points(0.01, 0), "1 point"},
		{English.Points(-0.05, 1), "−5.0 points"},
		{English.PointsRange(0.169, 0.285, 1), "16.9 to 28.5"},
		{English.Bytes(142_000_000_000), "142 GB"},
		{English.Bytes(9_400_000), "9.4 MB"},
		{English.Bytes(999_999), "1.0 MB"},
		{English.Bytes(12), "12 B"},
		{English.Bytes(-1), "–"},
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
		if got := plain(English.P(c.p)); got != c.want {
			t.Errorf("English.P(%g) = %q, want %q", c.p, got, c.want)
		}
	}
	if got := plain(English.PDigits(9.1123e-32, 3)); got != "9.11 × 10⁻³²" {
		t.Errorf("three figures: %q", got)
	}
}

func TestAges(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{English.Age(-time.Second), "0 s"},
		{English.Age(20 * time.Second), "20 s"},
		{English.Age(12*time.Minute + 59*time.Second), "12 m"},
		{English.Age(72 * time.Minute), "1 h 12 m"},
		{English.Age(2 * time.Hour), "2 h"},
		{English.Age(54 * time.Hour), "2 d 6 h"},
		{English.Age(24 * time.Hour), "1 d"},
		{English.Age(1500 * 24 * time.Hour), "1,500 d"},
		{English.Took(31 * time.Millisecond), "31 ms"},
		{English.Took(9400 * time.Millisecond), "9.4 s"},
		{English.Took(21*time.Second + 300*time.Millisecond), "21 s"},
		{English.Took(59_600 * time.Millisecond), "1 m"},
		{English.Took(125 * time.Second), "2 m 5 s"},
		{English.Took(3 * time.Hour), "3 h"},
		{English.Offset(time.Millisecond), "+1 ms"},
		{English.Offset(0), "+0 ms"},
		{English.Offset(-3 * time.Millisecond), "−3 ms"},
		{English.Offset(2400 * time.Millisecond), "+2.4 s"},
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
		{English.Clock(at), "14:20"},
		{English.Day(at), "1 Jul"},
		{English.DayYear(at), "1 Jul 1998"},
		{English.Weekday(at), "Wed 1 Jul"},
		{English.WeekdayClock(at), "Wed 1 Jul 14:20"},
		{ISODate(at), "1998-07-01"},
		{Machine(at.In(sydney)), "1998-07-01T14:20:05Z"},
		{English.FullUTC(at.In(sydney)), "Wed 1 Jul 1998 14:20:05 UTC"},
		{English.Days(date(1998, 6, 25), date(1998, 7, 2)), "25 Jun – 1 Jul"},
		{English.Days(date(1998, 6, 25), date(1998, 6, 26)), "25 Jun"},
		{English.Days(date(1997, 12, 30), date(1998, 1, 3)), "30 Dec 1997 – 2 Jan 1998"},
	} {
		if plain(c.got) != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestUnitsDoNotBreak(t *testing.T) {
	for _, s := range []string{English.Percent(0.39, 1), English.P(9e-32), English.Age(20 * time.Second), English.Bytes(5), English.Points(0.2, 1), English.N(3, "%d a", "%d b")} {
		if strings.Contains(s, " ") || !strings.Contains(s, nbsp) {
			t.Errorf("%q can break between number and unit", s)
		}
	}
}

func TestNothingIsWrittenAsNaN(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), Value(nil)} {
		for _, s := range []string{English.Fixed(v, 2), English.Signed(v, 2), English.Short(v, 2), English.Percent(v, 1), English.P(v), English.Points(v, 1)} {
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
		got := [4]string{English.DayAs(at, now), English.WeekdayAs(at, now), English.WeekdayClockAs(at, now), English.DaysAs(from, to, now)}
		if got != want {
			t.Errorf("as of %v: %q, want %q", now, got, want)
		}
	}
}
