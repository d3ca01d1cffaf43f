package oncall

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	ical "github.com/arran4/golang-ical"
	"github.com/teambition/rrule-go"

	"github.com/driftwatch/driftwatch/drift"
)

// maxEvents bounds the events of a calendar, maxRules those that repeat, and oldestStart how far back a
// repetition may begin: a rule that never comes true is walked through to its end.
const (
	maxEvents   = 500
	maxRules    = 50
	oldestStart = 20 * 366 * 24 * time.Hour
)

// Read reads the turns of an iCalendar file from a month before now to a year after it, by their
// beginning. Each VEVENT is a turn of the person whose name is its summary, or its attendee's name,
// whatever the case of the letters; known are the names of the people. What lies outside that stretch is
// passed over, also where nobody has its name any more. Repetitions (RRULE, RDATE,
// EXDATE, RECURRENCE-ID) are followed on the clock of the event's own time zone; times without a zone
// are the given zone's.
//
// Errors are of CodeInvalid or CodeTooLarge, and say which event is meant.
func Read(text []byte, zone *time.Location, known []string, now time.Time) ([]drift.Turn, error) {
	if len(text) > drift.MaxCalendarSize {
		return nil, &drift.Error{Code: drift.CodeTooLarge, Message: fmt.Sprintf("A calendar has at most %d KiB.", drift.MaxCalendarSize>>10)}
	}
	if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		return nil, invalid("The file is not a calendar: it is not text in UTF-8.")
	}
	cal, err := ical.ParseCalendar(bytes.NewReader(text))
	if err != nil {
		return nil, invalid("The file cannot be read as iCalendar. Export it again as .ics.")
	}
	events := cal.Events()
	switch {
	case len(events) == 0:
		return nil, invalid("The calendar holds no events.")
	case len(events) > maxEvents:
		return nil, invalid(fmt.Sprintf("The calendar holds %d events; at most %d are taken.", len(events), maxEvents))
	}
	rd := reader{zone: zone, known: known, from: now.Add(-drift.CalendarBehind), to: now.Add(drift.CalendarAhead), now: now}
	moved := map[string][]time.Time{} // by UID: the instances that another event stands for
	for _, e := range events {
		if p := e.GetProperty(ical.ComponentPropertyRecurrenceId); p != nil {
			at, _, err := rd.instant(p)
			if err != nil {
				return nil, err
			}
			moved[e.Id()] = append(moved[e.Id()], at)
		}
	}
	var turns []drift.Turn
	for i, e := range events {
		list, err := rd.event(e, moved[e.Id()])
		if err != nil {
			return nil, named(e, i, err)
		}
		if turns = append(turns, list...); len(turns) > drift.MaxTurns {
			return nil, invalid(fmt.Sprintf("The calendar comes to more than %d turns within a year.", drift.MaxTurns))
		}
	}
	if len(turns) == 0 {
		return nil, invalid("No event of the calendar lies within the next year.")
	}
	slices.SortStableFunc(turns, func(a, b drift.Turn) int { return a.From.Compare(b.From) })
	return turns, nil
}

func invalid(message string) error { return drift.Invalid("calendar", message) }

// named says which event a refusal is about.
func named(e *ical.VEvent, i int, err error) error {
	what := fmt.Sprintf("Event %d", i+1)
	if p := e.GetProperty(ical.ComponentPropertySummary); p != nil && p.Value != "" {
		what += " (" + clip(p.Value) + ")"
	}
	return invalid(what + ": " + err.Error())
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// reader reads the events of one calendar.
type reader struct {
	zone     *time.Location
	known    []string
	from, to time.Time
	now      time.Time
	rules    int
}

// event lists the turns of one event that touch the stretch.
func (rd *reader) event(e *ical.VEvent, moved []time.Time) ([]drift.Turn, error) {
	if p := e.GetProperty(ical.ComponentPropertyStatus); p != nil && strings.EqualFold(p.Value, "CANCELLED") {
		return nil, nil
	}
	start := e.GetProperty(ical.ComponentPropertyDtStart)
	if start == nil {
		return nil, invalid("it has no beginning (DTSTART).")
	}
	from, loc, err := rd.instant(start)
	if err != nil {
		return nil, err
	}
	long, err := rd.length(e, from, loc)
	if err != nil {
		return nil, err
	}
	starts := []time.Time{from}
	if e.GetProperty(ical.ComponentPropertyRecurrenceId) == nil {
		if starts, err = rd.repeated(e, from, loc); err != nil {
			return nil, err
		}
		starts = slices.DeleteFunc(starts, func(t time.Time) bool { return slices.ContainsFunc(moved, t.Equal) })
	}
	var turns []drift.Turn
	for _, at := range starts {
		t := drift.Turn{From: at.UTC(), To: wall(clock(at, loc).Add(long), loc).UTC()}
		if t.To.After(rd.from) && t.From.Before(rd.to) {
			turns = append(turns, t)
		}
	}
	if len(turns) == 0 { // whoever had it then may be gone
		return nil, nil
	}
	person, err := rd.person(e)
	if err != nil {
		return nil, err
	}
	for i := range turns {
		turns[i].Person = person
		if err := turns[i].Check(); err != nil {
			return nil, err
		}
	}
	return turns, nil
}

// clock is what the zone's clock shows at an instant, as a time of UTC.
func clock(at time.Time, loc *time.Location) time.Time { return at.UTC().Add(offset(at, loc)) }

// length is how long an event is on the clock of its zone: a week is from Monday nine to Monday nine
// also where clocks change within it.
func (rd *reader) length(e *ical.VEvent, from time.Time, loc *time.Location) (time.Duration, error) {
	if p := e.GetProperty(ical.ComponentPropertyDtEnd); p != nil {
		to, _, err := rd.instant(p)
		if err != nil {
			return 0, err
		}
		return clock(to, loc).Sub(clock(from, loc)), nil
	}
	if p := e.GetProperty(ical.ComponentPropertyDuration); p != nil {
		d, err := duration(p.Value)
		if err != nil {
			return 0, invalid("its length " + clip(p.Value) + " cannot be read.")
		}
		return d, nil
	}
	if p := e.GetProperty(ical.ComponentPropertyDtStart); isDay(p) {
		return 24 * time.Hour, nil
	}
	return 0, invalid("it has no end (DTEND or DURATION).")
}

// person finds whose turn an event is.
func (rd *reader) person(e *ical.VEvent) (string, error) {
	var said []string
	if p := e.GetProperty(ical.ComponentPropertySummary); p != nil {
		said = append(said, p.Value)
	}
	for _, p := range e.GetProperties(ical.ComponentPropertyAttendee) {
		said = append(said, p.ICalParameters["CN"]...)
	}
	for _, s := range said {
		for _, name := range rd.known {
			if strings.EqualFold(strings.TrimSpace(s), name) {
				return name, nil
			}
		}
	}
	return "", invalid("nobody who can be on call has this name. Name the person as in their account.")
}

// repeated lists the beginnings of an event that touch the stretch.
func (rd *reader) repeated(e *ical.VEvent, from time.Time, loc *time.Location) ([]time.Time, error) {
	var set rrule.Set
	set.DTStart(from.In(loc))
	rules := e.GetProperties(ical.ComponentPropertyRrule)
	if len(rules) > 1 {
		return nil, invalid("it has more than one RRULE.")
	}
	for _, p := range rules {
		if rd.rules++; rd.rules > maxRules {
			return nil, invalid(fmt.Sprintf("more than %d events of the calendar repeat.", maxRules))
		}
		rule, err := rd.rule(p.Value, from, loc)
		if err != nil {
			return nil, err
		}
		set.RRule(rule)
	}
	if len(rules) == 0 {
		set.RDate(from.In(loc))
	}
	for name, add := range map[ical.ComponentProperty]func(time.Time){
		ical.ComponentPropertyRdate: set.RDate, ical.ComponentPropertyExdate: set.ExDate,
	} {
		for _, p := range e.GetProperties(name) {
			for _, one := range strings.Split(p.Value, ",") {
				at, _, err := rd.instant(&ical.IANAProperty{BaseProperty: ical.BaseProperty{ICalParameters: p.ICalParameters, Value: one}})
				if err != nil {
					return nil, err
				}
				add(at.In(loc))
			}
		}
	}
	var out []time.Time
	next := set.Iterator()
	for n := 0; ; n++ {
		at, ok := next()
		if !ok || !at.Before(rd.to) {
			return out, nil
		}
		if n > maxRepeats {
			return nil, invalid("it repeats too often.")
		}
		if at.After(rd.from.Add(-drift.MaxTurn)) {
			out = append(out, wall(clock(at, loc), loc))
		}
	}
}

// maxRepeats bounds the repetitions that are walked through: a day for twenty years and one ahead.
const maxRepeats = 22 * 366

// rule reads an RRULE. What repeats more often than daily is no turn.
func (rd *reader) rule(text string, from time.Time, loc *time.Location) (*rrule.RRule, error) {
	opt, err := rrule.StrToROptionInLocation(text, loc)
	if err != nil {
		return nil, invalid("its repetition " + clip(text) + " cannot be read.")
	}
	switch {
	case opt.Freq > rrule.DAILY || len(opt.Byhour)+len(opt.Byminute)+len(opt.Bysecond) > 0:
		return nil, invalid("it repeats by the hour or more often.")
	case rd.now.Sub(from) > oldestStart:
		return nil, invalid("its repetition begins more than 20 years ago.")
	case len(opt.Bysetpos) > 0 && opt.Freq >= rrule.WEEKLY:
		return nil, invalid("its repetition " + clip(text) + " cannot be followed.")
	case len(opt.Byeaster) > 0: // not in RFC 5545, and the library takes no bounds on it
		return nil, invalid("its repetition goes by Easter, which is not followed.")
	case opt.Interval < 0 || opt.Interval > 1000 || opt.Count < 0:
		return nil, invalid("its repetition " + clip(text) + " cannot be followed.")
	}
	opt.Dtstart = from.In(loc)
	rule, err := rrule.NewRRule(*opt)
	if err != nil {
		return nil, invalid("its repetition " + clip(text) + " cannot be read.")
	}
	return rule, nil
}
