package oncall_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/oncall"
)

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func day(t *testing.T, s string) drift.Date {
	t.Helper()
	d, err := drift.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The handover stays at its clock time when clocks change, and a time that the clock skips or shows twice
// is one instant.
func TestHandoversOverClockChanges(t *testing.T) {
	for _, c := range []struct{ name, zone, start, clock, from, to string }{
		{"before the change in spring", "Europe/Berlin", "2026-03-23", "09:00", "2026-03-23T09:00:00+01:00", "2026-03-30T09:00:00+02:00"},
		{"before the change in autumn", "Europe/Berlin", "2026-10-19", "09:00", "2026-10-19T09:00:00+02:00", "2026-10-26T09:00:00+01:00"},
		{"at a skipped time", "Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T03:30:00+02:00", "2026-04-05T02:30:00+02:00"},
		{"to a skipped time", "Europe/Berlin", "2026-03-22", "02:30", "2026-03-22T02:30:00+01:00", "2026-03-29T03:30:00+02:00"},
		{"at a time shown twice", "Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T02:30:00+02:00", "2026-11-01T02:30:00+01:00"},
		{"a half-hour change", "Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-04T02:45:00+11:00", "2026-10-11T02:15:00+11:00"},
		{"New York", "America/New_York", "2026-03-02", "00:00", "2026-03-02T00:00:00-05:00", "2026-03-09T00:00:00-04:00"},
		{"a midnight that is skipped", "America/Santiago", "2026-09-06", "00:00", "2026-09-06T01:00:00-03:00", "2026-09-13T00:00:00-03:00"},
		{"no clock changes", "UTC", "2026-03-29", "02:30", "2026-03-29T02:30:00Z", "2026-04-05T02:30:00Z"},
		{"far east", "Pacific/Kiritimati", "2026-01-05", "09:00", "2026-01-05T09:00:00+14:00", "2026-01-12T09:00:00+14:00"},
	} {
		clock := instant(t, "2000-01-01T"+c.clock+":00Z")
		p := drift.Plan{Rota: &drift.Rota{Zone: c.zone, StartsOn: day(t, c.start), Minute: clock.Hour()*60 + clock.Minute(), People: []string{"ann", "bob"}}}
		from, to := instant(t, c.from), instant(t, c.to)
		turn, ok := oncall.At(p, from)
		if !ok || turn.Person != "ann" || !turn.From.Equal(from) || !turn.To.Equal(to) {
			t.Errorf("%s: %+v, want ann from %s to %s", c.name, turn, from.UTC(), to.UTC())
		}
		if turn, ok := oncall.At(p, from.Add(-time.Nanosecond)); ok {
			t.Errorf("%s: %s is on call before the rota begins", c.name, turn.Person)
		}
		if turn, _ := oncall.At(p, to); turn.Person != "bob" {
			t.Errorf("%s: %q after the handover", c.name, turn.Person)
		}
	}
}

// Whatever the zone and hour: the turns of two years follow each other without a gap, in order, each
// at the same clock time unless the clock skips it, and asking at any instant gives the turn listed.
func TestTurnsAreWholeAndInOrder(t *testing.T) {
	people := []string{"ann", "bob", "cy"}
	for _, zone := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "UTC"} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		for _, minute := range []int{0, 90, 150, 9 * 60, 23*60 + 59} {
			for d := range 7 {
				start := day(t, "2026-01-05").Add(d)
				p := drift.Plan{Rota: &drift.Rota{Zone: zone, StartsOn: start, Minute: minute, People: people}}
				from := start.Time().Add(15 * 24 * time.Hour)
				turns := oncall.Turns(p, from, from.Add(2*365*24*time.Hour))
				if len(turns) < 104 {
					t.Fatalf("%s %d: %d turns in two years", zone, minute, len(turns))
				}
				for i, turn := range turns {
					if i > 0 && (!turns[i-1].To.Equal(turn.From) || turns[i-1].Person == turn.Person) {
						t.Fatalf("%s %d: %+v follows %+v", zone, minute, turn, turns[i-1])
					}
					long := turn.To.Sub(turn.From)
					if long < 7*24*time.Hour-time.Hour || long > 7*24*time.Hour+time.Hour {
						t.Fatalf("%s: a turn of %s", zone, long)
					}
					at := turn.From.In(loc)
					if shown := at.Hour()*60 + at.Minute(); shown != minute && shown != minute+60 && shown != minute+30 {
						t.Fatalf("%s %d: handed over at %s", zone, minute, at)
					}
					for _, at := range []time.Time{turn.From, turn.From.Add(long / 2), turn.To.Add(-time.Nanosecond)} {
						if got, ok := oncall.At(p, at); !ok || got != turn {
							t.Fatalf("%s at %s: %+v, listed %+v", zone, at, got, turn)
						}
					}
				}
			}
		}
	}
}

func TestWhoCountsWhereSeveralSaySo(t *testing.T) {
	at := func(h int) time.Time { return instant(t, "2026-06-15T00:00:00Z").Add(time.Duration(h) * time.Hour) }
	rota := &drift.Rota{Zone: "UTC", StartsOn: day(t, "2026-06-15"), People: []string{"ann", "bob"}}
	turn := func(id int64, who string, from, to int) drift.Turn {
		return drift.Turn{ID: id, Person: who, From: at(from), To: at(to), Swap: id > 0}
	}
	for _, c := range []struct {
		name            string
		swaps, calendar []drift.Turn
		want            string
	}{
		{"the rota alone", nil, nil, "ann 0-168"},
		{"a swap in the middle", []drift.Turn{turn(1, "dee", 10, 20)}, nil, "ann 0-10, dee 10-20, ann 20-168"},
		{"the later swap", []drift.Turn{turn(1, "dee", 10, 20), turn(2, "eve", 15, 25)}, nil, "ann 0-10, dee 10-15, eve 15-25, ann 25-168"},
		{"a swap with oneself is shown", []drift.Turn{turn(1, "ann", 10, 20)}, nil, "ann 0-10, ann 10-20, ann 20-168"},
		{"the calendar before the rota", nil, []drift.Turn{turn(0, "dee", 0, 12), turn(0, "eve", 12, 24)}, "dee 0-12, eve 12-24, ann 24-168"},
		{"overlapping calendar turns", nil, []drift.Turn{turn(0, "dee", 0, 24), turn(0, "eve", 12, 36)}, "dee 0-12, eve 12-36, ann 36-168"},
		{"a swap before the calendar", []drift.Turn{turn(1, "fay", 6, 18)}, []drift.Turn{turn(0, "dee", 0, 24)}, "dee 0-6, fay 6-18, dee 18-24, ann 24-168"},
	} {
		p := drift.Plan{Rota: rota, Swaps: c.swaps, Calendar: c.calendar}
		var got []string
		for _, x := range oncall.Turns(p, at(0), at(168)) {
			got = append(got, fmt.Sprintf("%s %g-%g", x.Person, x.From.Sub(at(0)).Hours(), x.To.Sub(at(0)).Hours()))
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: %s, want %s", c.name, s, c.want)
		}
	}
	p := drift.Plan{Rota: rota, Swaps: []drift.Turn{turn(1, "ann", 100, 120)}}
	if next, ok := oncall.Next(p, at(5)); !ok || next.Person != "bob" || !next.From.Equal(at(168)) {
		t.Errorf("next is %+v", next)
	}
	if _, ok := oncall.Next(drift.Plan{Rota: &drift.Rota{Zone: "UTC", People: []string{"ann"}}}, at(5)); ok {
		t.Error("somebody follows the only one")
	}
	if _, ok := oncall.At(drift.Plan{}, at(0)); ok {
		t.Error("somebody is on call without a plan")
	}
}
