package component

import (
	"time"

	"github.com/driftwatch/driftwatch/views/format"
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
	// Date is "2 Jul".
	Date Moment = "d"
	// Full is "Thu 2 Jul 1998 04:12:09 UTC".
	Full Moment = "full"
)

// FormatMoment writes t in UTC in the given form.
func FormatMoment(t time.Time, m Moment) string {
	t = t.UTC()
	switch m {
	case Clock:
		return format.Clock(t) + " UTC"
	case Date:
		return format.Day(t)
	case Full:
		return format.FullUTC(t)
	}
	return format.WeekdayClock(t) + " UTC"
}
