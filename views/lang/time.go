package lang

import (
	"strconv"
	"time"
)

// Age writes how long something has lasted, in at most two units: "20 s",
// "12 m", "1 h 12 m", "2 d 6 h"; from 60 days on in days alone. Below zero it
// is "0 s".
func (l Lang) Age(d time.Duration) string {
	d = max(d, 0)
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return unit(d/time.Second, "s")
	case d < time.Hour:
		return unit(d/time.Minute, l.minute())
	case d < day:
		return pair(d/time.Hour, "h", d%time.Hour/time.Minute, l.minute())
	case d < 60*day:
		return pair(d/day, "d", d%day/time.Hour, "h")
	default:
		return l.Count(int64(d/day)) + nbsp + "d"
	}
}

// Took writes how long a piece of work ran, finer than [Lang.Age] below a minute:
// "31 ms", "9.4 s", "21 s", "2 m 5 s".
func (l Lang) Took(d time.Duration) string {
	d = max(d, 0)
	switch {
	case d < time.Second:
		return unit(d/time.Millisecond, "ms")
	case d < 10*time.Second:
		return l.Fixed(d.Seconds(), 1) + nbsp + "s"
	case d < 59500*time.Millisecond:
		return unit(d.Round(time.Second)/time.Second, "s")
	case d < time.Hour:
		d = d.Round(time.Second)
		return pair(d/time.Minute, l.minute(), d%time.Minute/time.Second, "s")
	default:
		return l.Age(d)
	}
}

// Offset writes the difference between two clocks with its sign: "+1 ms",
// "−3 ms", "+2.4 s".
func (l Lang) Offset(d time.Duration) string {
	if d.Abs() < time.Second {
		ms := float64(d) / float64(time.Millisecond)
		if d >= 0 {
			return "+" + l.Fixed(ms, 0) + nbsp + "ms"
		}
		return l.Signed(ms, 0) + nbsp + "ms"
	}
	return l.Signed(d.Seconds(), 1) + nbsp + "s"
}

// Clock is the time of day: "06:00".
func (l Lang) Clock(t time.Time) string { return t.Format("15:04") }

// Day is a date without its year: "1 Jul".
func (l Lang) Day(t time.Time) string { return l.day(t, false) }

// DayYear is a date with its year: "1 Jul 1998".
func (l Lang) DayYear(t time.Time) string { return l.day(t, true) }

// Weekday is a date with the day of the week: "Wed 1 Jul".
func (l Lang) Weekday(t time.Time) string { return l.weekday(t) + l.day(t, false) }

// WeekdayClock is a date with day of the week and time: "Wed 1 Jul 14:20".
func (l Lang) WeekdayClock(t time.Time) string { return l.Weekday(t) + " " + l.Clock(t) }

// The As forms add the year where it is another than that of now; a zero now adds none.

// DayAs is [Lang.Day], or [Lang.DayYear] in another year.
func (l Lang) DayAs(t, now time.Time) string { return l.day(t, another(t, now)) }

// WeekdayAs is [Lang.Weekday], in another year "Thu 2 Jul 1998".
func (l Lang) WeekdayAs(t, now time.Time) string { return l.weekday(t) + l.day(t, another(t, now)) }

// WeekdayClockAs is [Lang.WeekdayClock], in another year "Thu 2 Jul 1998 04:12".
func (l Lang) WeekdayClockAs(t, now time.Time) string {
	return l.WeekdayAs(t, now) + " " + l.Clock(t)
}

// another tells whether t lies in another year than now.
func another(t, now time.Time) bool { return !now.IsZero() && t.Year() != now.UTC().Year() }

// germanMonths and germanDays are the short names of the CLDR, as browsers write them.
var (
	germanMonths = [...]string{"Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."}
	germanDays   = [...]string{"So.", "Mo.", "Di.", "Mi.", "Do.", "Fr.", "Sa."}
)

func (l Lang) day(t time.Time, year bool) string {
	s := t.Format("2 Jan")
	if l == German {
		s = strconv.Itoa(t.Day()) + ". " + germanMonths[t.Month()-1]
	}
	if year {
		s += t.Format(" 2006")
	}
	return s
}

func (l Lang) weekday(t time.Time) string {
	if l == German {
		return germanDays[t.Weekday()] + " "
	}
	return t.Format("Mon ")
}

// minute is the unit's sign: an m alone is a metre to a German reader.
func (l Lang) minute() string {
	if l == German {
		return "min"
	}
	return "m"
}

// ISODate is a date as programs write it: "1998-07-01".
func ISODate(t time.Time) string { return t.Format(time.DateOnly) }

// Machine is the value of a datetime attribute: RFC 3339 in UTC.
func Machine(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// FullUTC is an instant in full, for the hover text of a shorter one:
// "Wed 1 Jul 1998 14:20:05 UTC".
func (l Lang) FullUTC(t time.Time) string {
	t = t.UTC()
	return l.weekday(t) + l.day(t, true) + t.Format(" 15:04:05") + " UTC"
}

// Days writes a half-open window of whole days by its first and last day:
// [25 Jun, 2 Jul) is "25 Jun – 1 Jul". A window of one day is that day.
func (l Lang) Days(from, to time.Time) string {
	last := to.AddDate(0, 0, -1)
	if !last.After(from) {
		return l.Day(from)
	}
	if from.Year() != last.Year() {
		return l.DayYear(from) + nbsp + "– " + l.DayYear(last)
	}
	return l.Day(from) + nbsp + "– " + l.Day(last)
}

// DaysAs is [Lang.Days], in another year "25 Jun – 1 Jul 1998".
func (l Lang) DaysAs(from, to, now time.Time) string {
	last := to.AddDate(0, 0, -1)
	if !last.After(from) {
		return l.DayAs(from, now)
	}
	if from.Year() != last.Year() {
		return l.Days(from, to)
	}
	return l.Day(from) + nbsp + "– " + l.DayAs(last, now)
}

func unit(n time.Duration, name string) string { return strconv.FormatInt(int64(n), 10) + nbsp + name }

func pair(big time.Duration, bigName string, small time.Duration, smallName string) string {
	if small == 0 {
		return unit(big, bigName)
	}
	return unit(big, bigName) + " " + unit(small, smallName)
}
