package component

import (
	"strconv"
	"time"
)

// Moment says how an instant is written. The server writes UTC; time.js
// rewrites it in the reader's zone, UTC staying in the title.
type Moment string

// The forms of a Moment.
const (
	// Clock is "04:12 UTC".
	Clock Moment = "hm"
	// DayClock is "Thu 2 Jul 04:12 UTC".
	DayClock Moment = "dhm"
	// Full is "2 Jul 1998 04:12:09 UTC".
	Full Moment = "full"
)

// FormatMoment writes t in UTC in the given form.
func FormatMoment(t time.Time, m Moment) string {
	t = t.UTC()
	switch m {
	case Clock:
		return t.Format("15:04") + " UTC"
	case Full:
		return t.Format("2 Jan 2006 15:04:05") + " UTC"
	}
	return t.Format("Mon 2 Jan 15:04") + " UTC"
}

// stamp is t as the datetime attribute wants it.
func stamp(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

// FormatAge writes a length of time in at most two units: "now" under a
// minute, then "12 m", "1 h 12 m", "2 d 6 h", and whole days from ten on.
// A negative length is "now". The spaces are no-break spaces. time.js has the
// same rule; a test holds them together.
func FormatAge(d time.Duration) string {
	const sp = "\u00a0"
	m := int64(d / time.Minute)
	switch {
	case m < 1:
		return "now"
	case m < 60:
		return strconv.FormatInt(m, 10) + sp + "m"
	case m < 24*60:
		return two(m/60, "h", m%60, "m")
	case m < 10*24*60:
		return two(m/(24*60), "d", m/60%24, "h")
	}
	return strconv.FormatInt(m/(24*60), 10) + sp + "d"
}

func two(a int64, ua string, b int64, ub string) string {
	const sp = "\u00a0"
	s := strconv.FormatInt(a, 10) + sp + ua
	if b == 0 {
		return s
	}
	return s + sp + strconv.FormatInt(b, 10) + sp + ub
}
