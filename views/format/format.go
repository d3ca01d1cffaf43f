package format

import (
	"time"

	"github.com/driftwatch/driftwatch/views/lang"
)

// Missing stands where there is no number.
const Missing = lang.Missing

// The functions below are those of package lang, in English.
var (
	Finite, Value           = lang.Finite, lang.Value
	Power, Superscript      = lang.Power, lang.Superscript
	ISODate, Machine        = lang.ISODate, lang.Machine
	Fixed, Signed, Short    = en.Fixed, en.Signed, en.Short
	Count, Bytes            = en.Count, en.Bytes
	Percent, PercentRange   = en.Percent, en.PercentRange
	Points, PointsRange     = en.Points, en.PointsRange
	P, PDigits              = en.P, en.PDigits
	Age, Took, Offset       = en.Age, en.Took, en.Offset
	Clock, Day, DayYear     = en.Clock, en.Day, en.DayYear
	Weekday, WeekdayClock   = en.Weekday, en.WeekdayClock
	DayAs, WeekdayAs        = en.DayAs, en.WeekdayAs
	WeekdayClockAs, FullUTC = en.WeekdayClockAs, en.FullUTC
)

const en = lang.English

// Days is [lang.Lang.Days] in English.
func Days(from, to time.Time) string { return en.Days(from, to) }

// DaysAs is [lang.Lang.DaysAs] in English.
func DaysAs(from, to, now time.Time) string { return en.DaysAs(from, to, now) }

// Plural writes n with the form of the word that belongs to it.
func Plural(n int64, one, many string) string { return en.N(n, "%d "+one, "%d "+many) }
