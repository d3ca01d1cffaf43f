package component

import (
	"context"
	"time"

	"github.com/driftwatch/driftwatch/views/lang"
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

type nowKey struct{}

// AsOf is a context for what is rendered as of now: dates of another year are written with it.
func AsOf(ctx context.Context, now time.Time) context.Context {
	return context.WithValue(ctx, nowKey{}, now)
}

// Now is the instant that AsOf set; the zero time where none is.
func Now(ctx context.Context) time.Time {
	now, _ := ctx.Value(nowKey{}).(time.Time)
	return now
}

// FormatMoment writes t in UTC in the given form in English, without its year.
func FormatMoment(t time.Time, m Moment) string { return m.Text(lang.English, t, time.Time{}) }

// Text writes t in UTC in this form, a date with its year where that is another than now's; a zero now
// adds none.
func (m Moment) Text(l lang.Lang, t, now time.Time) string {
	t = t.UTC()
	switch m {
	case Clock:
		return l.Clock(t) + " UTC"
	case Date:
		return l.DayAs(t, now)
	case Full:
		return l.FullUTC(t)
	}
	return l.WeekdayClockAs(t, now) + " UTC"
}
