package format

import (
	"strconv"
	"time"
)

// Age writes how long something has lasted, in at most two units: "20 s",
// "12 m", "1 h 12 m", "2 d 6 h"; from 60 days on in days alone. Below zero it
// is "0 s".
func Age(d time.Duration) string {
	d = max(d, 0)
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return unit(d/time.Second, "s")
	case d < time.Hour:
		return unit(d/time.Minute, "m")
	case d < day:
		return pair(d/time.Hour, "h", d%time.Hour/time.Minute, "m")
	case d < 60*day:
		return pair(d/day, "d", d%day/time.Hour, "h")
	default:
		return Count(int64(d/day)) + nbsp + "d"
	}
}

// Took writes how long a piece of work ran, finer than [Age] below a minute:
// "31 ms", "9.4 s", "21 s", "2 m 5 s".
func Took(d time.Duration) string {
	d = max(d, 0)
	switch {
	case d < time.Second:
		return unit(d/time.Millisecond, "ms")
	case d < 10*time.Second:
		return Fixed(d.Seconds(), 1) + nbsp + "s"
	case d < 59500*time.Millisecond:
		return unit(d.Round(time.Second)/time.Second, "s")
	case d < time.Hour:
		d = d.Round(time.Second)
		return pair(d/time.Minute, "m", d%time.Minute/time.Second, "s")
	default:
		return Age(d)
	}
}

// Offset writes the difference between two clocks with its sign: "+1 ms",
// "−3 ms", "+2.4 s".
func Offset(d time.Duration) string {
	if d.Abs() < time.Second {
		ms := float64(d) / float64(time.Millisecond)
		if d >= 0 {
			return "+" + Fixed(ms, 0) + nbsp + "ms"
		}
		return Signed(ms, 0) + nbsp + "ms"
	}
	return Signed(d.Seconds(), 1) + nbsp + "s"
}

// Clock is the time of day: "06:00".
func Clock(t time.Time) string { return t.Format("15:04") }

// Day is a date without its year: "1 Jul".
func Day(t time.Time) string { return t.Format("2 Jan") }

// DayYear is a date with its year: "1 Jul 1998".
func DayYear(t time.Time) string { return t.Format("2 Jan 2006") }

// Weekday is a date with the day of the week: "Wed 1 Jul".
func Weekday(t time.Time) string { return t.Format("Mon 2 Jan") }

// WeekdayClock is a date with day of the week and time: "Wed 1 Jul 14:20".
func WeekdayClock(t time.Time) string { return t.Format("Mon 2 Jan 15:04") }

// The As forms add the year where it is another than that of now; a zero now adds none.

// DayAs is [Day], or [DayYear] in another year.
func DayAs(t, now time.Time) string { return t.Format(withYear("2 Jan", t, now)) }

// WeekdayAs is [Weekday], in another year "Thu 2 Jul 1998".
func WeekdayAs(t, now time.Time) string { return t.Format(withYear("Mon 2 Jan", t, now)) }

// WeekdayClockAs is [WeekdayClock], in another year "Thu 2 Jul 1998 04:12".
func WeekdayClockAs(t, now time.Time) string {
	return t.Format(withYear("Mon 2 Jan", t, now) + " 15:04")
}

func withYear(layout string, t, now time.Time) string {
	if now.IsZero() || t.Year() == now.UTC().Year() {
		return layout
	}
	return layout + " 2006"
}

// ISODate is a date as programs write it: "1998-07-01".
func ISODate(t time.Time) string { return t.Format(time.DateOnly) }

// Machine is the value of a datetime attribute: RFC 3339 in UTC.
func Machine(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// FullUTC is an instant in full, for the hover text of a shorter one:
// "Wed 1 Jul 1998 14:20:05 UTC".
func FullUTC(t time.Time) string { return t.UTC().Format("Mon 2 Jan 2006 15:04:05") + " UTC" }

// Days writes a half-open window of whole days by its first and last day:
// [25 Jun, 2 Jul) is "25 Jun – 1 Jul". A window of one day is that day.
func Days(from, to time.Time) string {
	last := to.AddDate(0, 0, -1)
	if !last.After(from) {
		return Day(from)
	}
	if from.Year() != last.Year() {
		return DayYear(from) + nbsp + "– " + DayYear(last)
	}
	return Day(from) + nbsp + "– " + Day(last)
}

// DaysAs is [Days], in another year "25 Jun – 1 Jul 1998".
func DaysAs(from, to, now time.Time) string {
	last := to.AddDate(0, 0, -1)
	if !last.After(from) {
		return DayAs(from, now)
	}
	if from.Year() != last.Year() {
		return Days(from, to)
	}
	return Day(from) + nbsp + "– " + DayAs(last, now)
}

func unit(n time.Duration, name string) string { return strconv.FormatInt(int64(n), 10) + nbsp + name }

func pair(big time.Duration, bigName string, small time.Duration, smallName string) string {
	if small == 0 {
		return unit(big, bigName)
	}
	return unit(big, bigName) + " " + unit(small, smallName)
}
