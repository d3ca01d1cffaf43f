package oncall_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/oncall"
)

var known = []string{"Nina Berg", "olga", "Tom Ek"}

// ics is a calendar of these events, each given as its lines.
func ics(events ...string) []byte {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n")
	for i, e := range events {
		fmt.Fprintf(&b, "BEGIN:VEVENT\r\nUID:%d\r\nDTSTAMP:20260101T000000Z\r\n%s\r\nEND:VEVENT\r\n", i, strings.ReplaceAll(e, "\n", "\r\n"))
	}
	b.WriteString("END:VCALENDAR\r\n")
	return []byte(b.String())
}

func read(t *testing.T, now string, text []byte) ([]drift.Turn, error) {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return oncall.Read(text, loc, known, instant(t, now))
}

func TestReadCalendars(t *testing.T) {
	for _, c := range []struct {
		name, event string
		want        []string // the first turns
		count       int
	}{
		{
			"weekly over the change of clocks, in its own zone",
			"SUMMARY:Nina Berg\nDTSTART;TZID=Europe/Berlin:20261012T090000\nDTEND;TZID=Europe/Berlin:20261019T090000\nRRULE:FREQ=WEEKLY;COUNT=3",
			[]string{"Nina Berg 2026-10-12T07:00:00Z 2026-10-19T07:00:00Z", "Nina Berg 2026-10-19T07:00:00Z 2026-10-26T08:00:00Z", "Nina Berg 2026-10-26T08:00:00Z 2026-11-02T08:00:00Z"},
			3,
		},
		{
			"every other week, another zone than asked for",
			"SUMMARY:  OLGA \nDTSTART;TZID=America/New_York:20261026T080000\nDURATION:P1W\nRRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=20261109T130000Z",
			[]string{"olga 2026-10-26T12:00:00Z 2026-11-02T13:00:00Z", "olga 2026-11-09T13:00:00Z 2026-11-16T13:00:00Z"},
			2,
		},
		{
			"without a zone: the zone asked for",
			"SUMMARY:olga\nDTSTART:20261026T080000\nDTEND:20261026T200000",
			[]string{"olga 2026-10-26T07:00:00Z 2026-10-26T19:00:00Z"},
			1,
		},
		{"in UTC", "SUMMARY:olga\nDTSTART:20261026T080000Z\nDTEND:20261026T200000Z", []string{"olga 2026-10-26T08:00:00Z 2026-10-26T20:00:00Z"}, 1},
		{
			"whole days, in the zone asked for",
			"SUMMARY:olga\nDTSTART;VALUE=DATE:20261024\nDTEND;VALUE=DATE:20261026",
			[]string{"olga 2026-10-23T22:00:00Z 2026-10-25T23:00:00Z"},
			1,
		},
		{"one day", "SUMMARY:olga\nDTSTART;VALUE=DATE:20261025", []string{"olga 2026-10-24T22:00:00Z 2026-10-25T23:00:00Z"}, 1},
		{
			"an exception and an extra",
			"SUMMARY:olga\nDTSTART:20261026T080000Z\nDTEND:20261026T200000Z\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20261027T080000Z\nRDATE:20261101T080000Z",
			[]string{"olga 2026-10-26T08:00:00Z 2026-10-26T20:00:00Z", "olga 2026-10-28T08:00:00Z 2026-10-28T20:00:00Z", "olga 2026-11-01T08:00:00Z 2026-11-01T20:00:00Z"},
			3,
		},
		{
			"named by its attendee",
			"SUMMARY:On call\nATTENDEE;CN=\"Tom Ek\":mailto:tom@example.com\nDTSTART:20261026T080000Z\nDTEND:20261026T200000Z",
			[]string{"Tom Ek 2026-10-26T08:00:00Z 2026-10-26T20:00:00Z"},
			1,
		},
		{
			"for ever: a year ahead and a month behind",
			"SUMMARY:olga\nDTSTART:20200106T080000Z\nDTEND:20200113T080000Z\nRRULE:FREQ=WEEKLY",
			[]string{"olga 2026-09-07T08:00:00Z 2026-09-14T08:00:00Z"},
			57,
		},
	} {
		turns, err := read(t, "2026-10-10T00:00:00Z", ics(c.event))
		if err != nil || len(turns) != c.count {
			t.Errorf("%s: %d turns, %v; want %d", c.name, len(turns), err, c.count)
			continue
		}
		for i, want := range c.want {
			x := turns[i]
			if got := x.Person + " " + x.From.Format(time.RFC3339) + " " + x.To.Format(time.RFC3339); got != want {
				t.Errorf("%s: turn %d is %s, want %s", c.name, i, got, want)
			}
		}
	}
}

// One instance of a repetition that was moved is where it was moved to, and not where it was.
func TestAMovedInstance(t *testing.T) {
	text := ics("SUMMARY:olga\nDTSTART:20261026T080000Z\nDTEND:20261026T200000Z\nRRULE:FREQ=DAILY;COUNT=2",
		"SUMMARY:Nina Berg\nRECURRENCE-ID:20261027T080000Z\nDTSTART:20261027T100000Z\nDTEND:20261027T120000Z")
	text = []byte(strings.ReplaceAll(string(text), "UID:1", "UID:0"))
	turns, err := read(t, "2026-10-10T00:00:00Z", text)
	if err != nil || len(turns) != 2 || turns[0].Person != "olga" || turns[1].Person != "Nina Berg" || turns[1].From.Hour() != 10 {
		t.Errorf("%+v, %v", turns, err)
	}
}

func TestCalendarsThatAreRefused(t *testing.T) {
	ok := "DTSTART:20261026T080000Z\nDTEND:20261026T200000Z"
	many := make([]string, 501)
	for i := range many {
		many[i] = "SUMMARY:olga\n" + ok
	}
	for _, c := range []struct {
		name, says string
		text       []byte
	}{
		{"a stranger", "nobody who can be on call", ics("SUMMARY:Eve\n" + ok)},
		{"no person", "nobody who can be on call", ics(ok)},
		{"a zone of another kind", "W. Europe Standard Time is not one of the IANA list", ics("SUMMARY:olga\nDTSTART;TZID=W. Europe Standard Time:20261026T080000\nDTEND:20261026T200000Z")},
		{"no beginning", "no beginning", ics("SUMMARY:olga\nDTEND:20261026T200000Z")},
		{"no end", "no end", ics("SUMMARY:olga\nDTSTART:20261026T080000Z")},
		{"backwards", "The end comes after the beginning", ics("SUMMARY:olga\nDTSTART:20261026T080000Z\nDTEND:20261025T080000Z")},
		{"half a year long", "two months long", ics("SUMMARY:olga\nDTSTART:20261026T080000Z\nDTEND:20270425T080000Z")},
		{"every second", "by the hour or more often", ics("SUMMARY:olga\n" + ok + "\nRRULE:FREQ=SECONDLY")},
		{"by the hour in disguise", "by the hour or more often", ics("SUMMARY:olga\n" + ok + "\nRRULE:FREQ=DAILY;BYHOUR=1,2,3")},
		{"a rule that is none", "cannot be read", ics("SUMMARY:olga\n" + ok + "\nRRULE:FREQ=SOMETIMES")},
		{"a place in a day", "cannot be followed", ics("SUMMARY:olga\n" + ok + "\nRRULE:FREQ=DAILY;BYSETPOS=366")},
		{"too many rules", "more than 50 events", ics(strings.Split(strings.TrimSuffix(strings.Repeat("SUMMARY:olga\n"+ok+"\nRRULE:FREQ=YEARLY|", 51), "|"), "|")...)},
		{"by Easter", "goes by Easter", ics("SUMMARY:olga\n" + ok + "\nRRULE:FREQ=YEARLY;BYEASTER=400")},
		{"two rules", "more than one RRULE", ics("SUMMARY:olga\n" + ok + "\nRRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY")},
		{"since ever", "more than 20 years ago", ics("SUMMARY:olga\nDTSTART:19700101T080000Z\nDTEND:19700101T200000Z\nRRULE:FREQ=DAILY")},
		{"an odd time", "cannot be read", ics("SUMMARY:olga\nDTSTART:soon\nDTEND:20261025T080000Z")},
		{"an odd length", "cannot be read", ics("SUMMARY:olga\nDTSTART:20261026T080000Z\nDURATION:-P1D")},
		{"all past", "within the next year", ics("SUMMARY:olga\nDTSTART:20200106T080000Z\nDTEND:20200106T200000Z")},
		{"called off", "within the next year", ics("SUMMARY:olga\nSTATUS:CANCELLED\n" + ok)},
		{"empty", "no events", ics()},
		{"too many events", "at most 500", ics(many...)},
		{"too many turns", "more than 2000 turns", ics(strings.Split(strings.Repeat("SUMMARY:olga\n"+ok+"\nRRULE:FREQ=DAILY|", 6), "|")[:6]...)},
		{"no calendar", "cannot be read as iCalendar", []byte("hello")},
		{"no text", "not text", []byte("BEGIN:VCALENDAR\xff")},
		{"too large", "at most 512 KiB", make([]byte, drift.MaxCalendarSize+1)},
	} {
		if turns, err := read(t, "2026-10-10T00:00:00Z", c.text); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %d turns, %v; want it refused with %q", c.name, len(turns), err, c.says)
		}
	}
}

// Whoever left has no account any more; what was theirs long ago is in the file all the same.
func TestThePastOfACalendarIsPassedOver(t *testing.T) {
	text := ics("SUMMARY:somebody who left\nDTSTART:20240106T080000Z\nDTEND:20240106T200000Z",
		"SUMMARY:another who left\nDTSTART:20240106T080000Z\nDTEND:20240106T200000Z\nRRULE:FREQ=WEEKLY;COUNT=10",
		"SUMMARY:olga\nDTSTART:20261026T080000Z\nDTEND:20261026T200000Z")
	turns, err := read(t, "2026-10-10T00:00:00Z", text)
	if err != nil || len(turns) != 1 || turns[0].Person != "olga" {
		t.Errorf("%+v, %v", turns, err)
	}
	text = ics("SUMMARY:somebody who left\nDTSTART:20261026T080000Z\nDTEND:20261026T200000Z")
	if _, err := read(t, "2026-10-10T00:00:00Z", text); err == nil || !strings.Contains(err.Error(), "nobody who can be on call has this name") {
		t.Errorf("a turn to come of somebody who left: %v", err)
	}
}

// What is written is read back as it was, swaps included.
func TestWrittenCalendarsAreReadBack(t *testing.T) {
	now := instant(t, "2026-10-10T00:00:00Z")
	const mean = `Eve, "the; second": \n END:VEVENT \\` // a name, however it is written
	p := drift.Plan{
		Team: "NOC, by night; 24/7",
		Rota: &drift.Rota{Zone: "Europe/Berlin", StartsOn: day(t, "2026-10-05"), Minute: 540, People: append([]string{mean}, known...)},
		Swaps: []drift.Turn{{
			ID: 1, Person: "olga", From: instant(t, "2026-10-24T06:00:00Z"), To: instant(t, "2026-10-25T06:00:00Z"), Swap: true, By: "Nina Berg",
		}},
	}
	to := now.Add(60 * 24 * time.Hour)
	text := oncall.Write(p, now, to, now)
	got, err := oncall.Read([]byte(text), time.UTC, append([]string{mean}, known...), now)
	want := oncall.Turns(p, now, to)
	if err != nil || len(got) != len(want) || len(want) < 10 {
		t.Fatalf("%d turns, %v; want %d\n%s", len(got), err, len(want), text)
	}
	for i := range want {
		if got[i].Person != want[i].Person || !got[i].From.Equal(want[i].From) || !got[i].To.Equal(want[i].To) {
			t.Errorf("turn %d: %+v, want %+v", i, got[i], want[i])
		}
	}
}

// Rules that never come true, and files that are meant to keep a reader busy, end in time.
func TestMeanCalendarsEndInTime(t *testing.T) {
	rules := []string{
		"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2",
		"FREQ=WEEKLY;BYWEEKNO=53;BYMONTH=6", "FREQ=DAILY;INTERVAL=1000", "FREQ=YEARLY;BYYEARDAY=366;INTERVAL=999",
		"FREQ=WEEKLY;INTERVAL=0", "FREQ=DAILY;COUNT=0",
	}
	var events []string
	for i := range 50 {
		events = append(events, "SUMMARY:olga\nDTSTART;TZID=Europe/Berlin:20070105T080000\nDTEND;TZID=Europe/Berlin:20070105T200000\nRRULE:"+rules[i%len(rules)])
	}
	done := make(chan error, 1)
	text := ics(events...)
	go func() {
		_, err := oncall.Read(text, time.UTC, known, time.Date(2026, 10, 10, 0, 0, 0, 0, time.UTC))
		done <- err
	}()
	select {
	case err := <-done:
		if err != nil && drift.CodeOf(err) != drift.CodeInvalid {
			t.Error(err)
		}
	case <-time.After(time.Minute): // it takes a second or two on an idle core
		t.Error("a file of 50 mean rules keeps its reader busy")
	}
}

func FuzzRead(f *testing.F) {
	f.Add(ics("SUMMARY:olga\nDTSTART:20261026T080000Z\nDTEND:20261026T200000Z\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20261027T080000Z"))
	f.Add(ics("SUMMARY:olga\nDTSTART;VALUE=DATE:20261025\nDURATION:P1W2DT3H"))
	now := time.Date(2026, 10, 10, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text []byte) {
		turns, err := oncall.Read(text, time.UTC, known, now)
		if err != nil && drift.CodeOf(err) == drift.CodeInternal {
			t.Errorf("a failure of ours: %v", err)
		}
		for i, x := range turns {
			if x.Check() != nil || (i > 0 && x.From.Before(turns[i-1].From)) {
				t.Errorf("turn %d is %+v", i, x)
			}
		}
	})
}
