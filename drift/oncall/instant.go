package oncall

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	ical "github.com/arran4/golang-ical"

	"github.com/driftwatch/driftwatch/drift"
)

// The forms in which iCalendar writes times: on UTC, on a zone's clock, a day.
const (
	formUTC   = "20060102T150405Z"
	formClock = "20060102T150405"
	formDay   = "20060102"
)

// isDay reports whether a property is a day without a time.
func isDay(p *ical.IANAProperty) bool { return p != nil && len(p.Value) == len(formDay) }

// instant reads a time with the zone on whose clock it stands.
func (rd *reader) instant(p *ical.IANAProperty) (time.Time, *time.Location, error) {
	loc := rd.zone
	if ids := p.ICalParameters["TZID"]; len(ids) > 0 {
		var err error
		if loc, err = drift.ZoneNamed(strings.TrimPrefix(ids[0], "/")); err != nil {
			return time.Time{}, nil, invalid("its time zone " + clip(ids[0]) + " is not one of the IANA list, such as Europe/Berlin.")
		}
	}
	if at, err := time.Parse(formUTC, p.Value); err == nil {
		return at, time.UTC, nil
	}
	for _, form := range []string{formClock, formDay} {
		if shown, err := time.Parse(form, p.Value); err == nil {
			return wall(shown, loc), loc, nil
		}
	}
	return time.Time{}, nil, invalid("its time " + clip(p.Value) + " cannot be read.")
}

// durations are RFC 5545's, 3.3.6: weeks, or days and a time.
var durations = regexp.MustCompile(`^\+?P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?$`)

func duration(text string) (time.Duration, error) {
	m := durations.FindStringSubmatch(text)
	if m == nil {
		return 0, errors.New("no duration")
	}
	var sum time.Duration
	for i, unit := range []time.Duration{7 * 24 * time.Hour, 24 * time.Hour, time.Hour, time.Minute, time.Second} {
		if m[i+1] == "" {
			continue
		}
		n, err := strconv.Atoi(m[i+1])
		if err != nil {
			return 0, err
		}
		sum += time.Duration(n) * unit
	}
	return sum, nil
}
