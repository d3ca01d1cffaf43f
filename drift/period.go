package drift

import (
	"fmt"
	"time"
)

// Period is a stretch of whole UTC days, To excluded.
type Period struct {
	From Date `json:"from"`
	To   Date `json:"to"`
}

// WeekOf is the ISO week, Monday to Sunday, that holds a day.
func WeekOf(d Date) Period {
	monday := d.Add(-int(d.Time().Weekday()+6) % 7)
	return Period{monday, monday.Add(7)}
}

// MonthOf is the calendar month that holds a day.
func MonthOf(d Date) Period {
	y, m, _ := d.Time().Date()
	return Period{dateOf(y, m), dateOf(y, m+1)}
}

// QuarterOf is the calendar quarter that holds a day.
func QuarterOf(d Date) Period {
	y, m, _ := d.Time().Date()
	first := (m-1)/3*3 + 1
	return Period{dateOf(y, first), dateOf(y, first+3)}
}

func dateOf(y int, m time.Month) Date { return DateOf(time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)) }

// ParseWeek reads an ISO week such as 2026-W47.
func ParseWeek(s string) (Period, error) {
	var y, w int
	if len(s) == len("2026-W47") {
		if n, err := fmt.Sscanf(s, "%4d-W%2d", &y, &w); err == nil && n == 2 {
			// The 4th of January is in the first week of its year.
			p := WeekOf(DateOf(time.Date(y, 1, 4, 0, 0, 0, 0, time.UTC)).Add(7 * (w - 1)))
			if p.Week() == s {
				return p, nil
			}
		}
	}
	return Period{}, Invalid("week", fmt.Sprintf("%q is not a week; write it as 2026-W05, the weeks of a year counted from 01.", s))
}

// ParseMonth reads a month such as 2026-10.
func ParseMonth(s string) (Period, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		return Period{}, Invalid("month", fmt.Sprintf("%q is not a month; write it as 2026-10.", s))
	}
	return MonthOf(DateOf(t)), nil
}

// Week is the ISO week of the period's first day, as ParseWeek reads it.
func (p Period) Week() string {
	y, w := p.From.Time().ISOWeek()
	return fmt.Sprintf("%04d-W%02d", y, w)
}

// Month is the month of the period's first day, as ParseMonth reads it.
func (p Period) Month() string { return p.From.Time().Format("2006-01") }

// Days is how many days it has.
func (p Period) Days() int { return int(p.To - p.From) }

// Holds reports whether a day lies in it.
func (p Period) Holds(d Date) bool { return d >= p.From && d < p.To }
