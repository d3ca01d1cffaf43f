package oncall

import (
	"slices"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// At returns the turn that holds t, with its whole extent; false where nobody is on call.
func At(p drift.Plan, t time.Time) (drift.Turn, bool) {
	turns := Turns(p, t, t.Add(time.Nanosecond))
	if len(turns) == 0 {
		return drift.Turn{}, false
	}
	return turns[0], true
}

// Next returns the first turn of somebody else after t, within the weeks that a page looks ahead.
func Next(p drift.Plan, t time.Time) (drift.Turn, bool) {
	now, _ := At(p, t)
	for _, turn := range Turns(p, t, t.Add(drift.RotaWeeks*7*24*time.Hour)) {
		if turn.From.After(t) && turn.Person != now.Person {
			return turn, true
		}
	}
	return drift.Turn{}, false
}

// Heads says of each plan who is on call at t, and who comes next.
func Heads(plans []drift.Plan, t time.Time) []drift.ShiftOnCall {
	out := make([]drift.ShiftOnCall, 0, len(plans))
	for _, p := range plans {
		head := drift.ShiftOnCall{Team: p.Team}
		if turn, ok := At(p, t); ok {
			head.Now = &turn
		}
		if turn, ok := Next(p, t); ok {
			head.Next = &turn
		}
		out = append(out, head)
	}
	return out
}

// Turns lists who is on call in [from, to), in order and without overlap; a stretch without anybody is
// left out. The first and last turn keep the part of theirs that lies outside, as far as a week.
func Turns(p drift.Plan, from, to time.Time) []drift.Turn {
	const beyond = 8 * 24 * time.Hour
	var cuts []time.Time
	low, high := from.Add(-beyond), to.Add(beyond)
	weekly := weeks(p.Rota, low, high)
	layers := [][]drift.Turn{weekly, p.Calendar, p.Swaps}
	for _, layer := range layers {
		for _, t := range layer {
			if t.To.After(low) && t.From.Before(high) {
				cuts = append(cuts, t.From, t.To)
			}
		}
	}
	slices.SortFunc(cuts, time.Time.Compare)
	cuts = slices.CompactFunc(cuts, time.Time.Equal)
	var out []drift.Turn
	for i := 0; i+1 < len(cuts); i++ {
		t, ok := holding(layers, cuts[i])
		if !ok {
			continue
		}
		t.From, t.To = cuts[i], cuts[i+1]
		if n := len(out); n > 0 && joins(out[n-1], t) {
			out[n-1].To = t.To
			continue
		}
		out = append(out, t)
	}
	return slices.DeleteFunc(out, func(t drift.Turn) bool { return !t.To.After(from) || !t.From.Before(to) })
}

// joins reports whether the second part goes on with the first: the same person, for the same reason.
func joins(a, b drift.Turn) bool {
	return a.To.Equal(b.From) && a.Person == b.Person && a.Swap == b.Swap && a.ID == b.ID
}

// holding is whoever is on call at an instant: the uppermost layer that says so, in it the last turn.
func holding(layers [][]drift.Turn, at time.Time) (drift.Turn, bool) {
	for _, layer := range slices.Backward(layers) {
		for _, t := range slices.Backward(layer) {
			if !at.Before(t.From) && at.Before(t.To) {
				return t, true
			}
		}
	}
	return drift.Turn{}, false
}

// weeks lists the weekly turns that touch [from, to). A zone that is not known has none: Check keeps it out.
func weeks(r *drift.Rota, from, to time.Time) []drift.Turn {
	if r == nil || len(r.People) == 0 {
		return nil
	}
	loc, err := r.Location()
	if err != nil {
		return nil
	}
	first := int(drift.DateOf(from)-r.StartsOn)/7 - 1
	var out []drift.Turn
	for k := max(first, 0); ; k++ {
		t := drift.Turn{Person: r.People[k%len(r.People)], From: handover(r, k, loc), To: handover(r, k+1, loc)}
		if !t.From.Before(to) {
			return out
		}
		if t.To.After(from) {
			out = append(out, t)
		}
	}
}

// handover is the instant at which the turn of week k begins.
func handover(r *drift.Rota, k int, loc *time.Location) time.Time {
	y, m, d := r.StartsOn.Add(7 * k).Time().Date()
	return wall(time.Date(y, m, d, r.Minute/60, r.Minute%60, 0, 0, time.UTC), loc)
}

// wall is the instant at which the zone's clock shows what t shows in UTC. A time that the clock skips
// is taken with the offset from before the gap, one that it shows twice the first time.
func wall(t time.Time, loc *time.Location) time.Time {
	const day = 24 * time.Hour
	before := t.Add(-offset(t.Add(-day), loc))
	after := t.Add(-offset(t.Add(day), loc))
	for _, at := range []time.Time{before, after} {
		if at.Add(offset(at, loc)).Equal(t) {
			return at
		}
	}
	return before
}

// offset is what the zone's clock is ahead of UTC at an instant.
func offset(at time.Time, loc *time.Location) time.Duration {
	_, seconds := at.In(loc).Zone()
	return time.Duration(seconds) * time.Second
}
