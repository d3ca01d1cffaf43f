package handlers

import (
	"fmt"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/oncall"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// calendarEndsSoon is how long before the last imported turn ends a rota says so.
const calendarEndsSoon = 28 * 24 * time.Hour

// rotaVM is a team's rota for a reader whose own clock is the given zone's.
func rotaVM(l lang.Lang, d drift.RotaData, by drift.Actor, zone string, now time.Time) page.RotaVM {
	v := page.RotaVM{
		Team: d.Plan.Team, Weeks: drift.RotaWeeks, MaySwap: drift.MaySwap(by, d.Mine), MayPlan: drift.MayPlan(by, d.Mine),
		Gone: d.Gone, Swap: page.SwapFormVM{
			Zone: zone, Person: component.SelectVM{ID: "person", Name: "person", Label: l.T("Who takes over"), Must: true},
		},
	}
	if t, ok := oncall.At(d.Plan, now); ok {
		v.On = new(turnVM(t, now))
	}
	if t, ok := oncall.Next(d.Plan, now); ok {
		v.Next = new(turnVM(t, now))
	}
	for _, t := range oncall.Turns(d.Plan, now, now.Add(drift.RotaWeeks*7*24*time.Hour)) {
		v.Turns = append(v.Turns, turnVM(t, now))
	}
	for _, t := range d.Plan.Swaps {
		if t.To.After(now) {
			v.Swaps = append(v.Swaps, turnVM(t, now))
		}
	}
	for _, t := range d.Plan.Calendar {
		if t.To.After(now) {
			v.Calendar++
		}
		if t.To.After(v.CalendarTo) {
			v.CalendarTo = t.To
		}
	}
	v.CalendarEnds = !v.CalendarTo.IsZero() && v.CalendarTo.Before(now.Add(calendarEndsSoon))
	for _, name := range d.People {
		v.Swap.Person.Options = append(v.Swap.Person.Options, component.OptionVM{Value: name, Label: name, Selected: name == by.Name})
	}
	v.Plan = page.PlanFormVM{
		Starts: drift.DateOf(now).String(), Clock: "09:00", Callable: d.People,
		People: component.FieldVM{ID: "people", Name: "people", Label: l.T("People in their order, one a line"), Lines: 5, Must: true, Plain: true},
		Zone:   component.FieldVM{ID: "zone", Name: "zone", Label: l.T("Time zone"), Value: zone, Must: true, Plain: true, Max: 60},
	}
	if r := d.Plan.Rota; r != nil {
		v.Zone, v.Clock, v.People = r.Zone, clockText(r.Minute), r.People
		v.Plan.Starts, v.Plan.Clock, v.Plan.Zone.Value = r.StartsOn.String(), v.Clock, r.Zone
		v.Plan.People.Value = strings.Join(r.People, "\n")
	}
	return v
}

func clockText(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

func turnVM(t drift.Turn, now time.Time) page.TurnVM {
	return page.TurnVM{
		ID: t.ID, Person: t.Person, From: t.From, To: t.To, Swap: t.Swap, By: t.By, Current: !now.Before(t.From) && now.Before(t.To),
	}
}
