package handlers

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// TestModelsStandAsOnTheBoard: health, wall and the list of models have equally bad models in the order of
// the board's alerts, and the list its tenants by their worst model.
func TestModelsStandAsOnTheBoard(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	today := drift.DateOf(now)
	model := func(tenant, name string) drift.Model {
		return drift.Model{TenantID: int64(tenant[0]), Tenant: tenant, ModelType: name}
	}
	calm, dispute, fraud, high := model("acme", "calm"), model("borea", "dispute"), model("zeta", "fraud"), model("borea", "high")
	d := drift.BoardData{Listed: []drift.Model{high, fraud, dispute}} // the board's alert of the high one is critical
	m := drift.ModelsData{Listed: d.Listed}
	m.Tenants = []drift.Tenant{{Name: "acme"}, {Name: "borea"}, {Name: "empty"}, {Name: "zeta"}}
	for _, x := range []struct {
		model drift.Model
		found drift.Severity
	}{{calm, drift.SeverityNone}, {dispute, drift.SeverityCritical}, {fraud, drift.SeverityCritical}, {high, drift.SeverityHigh}} {
		v := drift.VersionKey{Model: x.model, Version: "1"}
		d.Models = append(d.Models, v)
		for _, k := range []drift.DriftType{drift.Statistical, drift.Performance} {
			d.Marks = append(d.Marks, drift.ReportMark{Version: v, Date: today, DriftType: k, Status: drift.StatusOK, Severity: x.found})
		}
	}
	m.Serving, m.Marks = d.Models, d.Marks
	s, histories := readBoard(lang.English, d, now)
	var got []string
	for _, r := range s.standings(histories) {
		got = append(got, r.model.ModelType)
	}
	if want := []string{"fraud", "dispute", "high", "calm"}; !slices.Equal(got, want) {
		t.Errorf("the models stand as %v, want %v", got, want)
	}
	got = nil
	for _, x := range modelsVM(m, lang.English, now).Tenants {
		names := []string{x.Name}
		for _, r := range x.Models {
			names = append(names, r.ModelType)
		}
		got = append(got, strings.Join(names, " "))
	}
	if want := []string{"zeta fraud", "borea dispute high", "acme calm"}; !slices.Equal(got, want) {
		t.Errorf("the list is %q, want %q", got, want)
	}
}

// TestOpenOfAShiftStandsAsOnTheBoard: over all tenants, and of a hand-over of before in the order of its time.
func TestOpenOfAShiftStandsAsOnTheBoard(t *testing.T) {
	at := func(minutes int) time.Time { return time.Date(2026, 3, 2, 12, minutes, 0, 0, time.UTC) }
	open := func(name string, rank, place, minutes int) drift.ShiftIncident {
		return drift.ShiftIncident{
			Key: name, Rank: rank, Place: place, Type: drift.AlertDrift, Severity: []drift.Severity{drift.SeverityCritical, drift.SeverityNone, drift.SeverityHigh}[rank],
			Models: []string{name}, Alerts: 1, Unowned: 1, Teams: []string{"ML Engineering"}, Since: at(minutes),
		}
	}
	shift := func(place int) drift.Shift {
		return drift.Shift{Tenants: []drift.ShiftTenant{
			{Tenant: "acme", Open: drift.Listed[drift.ShiftIncident]{Items: []drift.ShiftIncident{open("second", 0, 2*place, 1), open("high", 2, 1*place, 0)}, Total: 2}},
			{Tenant: "zeta", Open: drift.Listed[drift.ShiftIncident]{Items: []drift.ShiftIncident{open("first", 0, 1*place, 2)}, Total: 1}},
		}}
	}
	for place, want := range map[int][]string{1: {"zeta first", "acme second", "acme high"}, 0: {"acme second", "zeta first", "acme high"}} {
		var got []string
		for _, o := range shiftVM(lang.English, shift(place), at(30)).Open {
			got = append(got, o.Title)
			if o.Who != "" || o.Nobody != "waits for ML Engineering" {
				t.Errorf("%s: who has it %q, %q", o.Title, o.Who, o.Nobody)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

// TestWordsOfWhoHasIt: a person has an alert, a team is waited for, and a cleared one needs nobody.
func TestWordsOfWhoHasIt(t *testing.T) {
	alert := func(status drift.AlertStatus, assignee string) drift.Alert {
		return drift.Alert{Status: status, Assignee: assignee, Team: "ML Engineering", Severity: drift.SeverityCritical, AlertType: drift.AlertDrift}
	}
	for _, c := range []struct {
		alert  drift.Alert
		holder string
		free   bool
	}{
		{alert(drift.AlertEscalated, ""), "wartet auf ML Engineering", true},
		{alert(drift.AlertEscalated, "rita"), "rita", false},
		{alert(drift.AlertAcknowledged, "rita"), "rita", false},
		{alert(drift.AlertNew, ""), "", true},
		{alert(drift.AlertNew, "rita"), "rita", false}, // its reminder came
	} {
		if got := holder(lang.German, &c.alert); got != c.holder || c.alert.Untaken() != c.free {
			t.Errorf("%s of %q: %q, nobody has it %v", c.alert.Status, c.alert.Assignee, got, c.alert.Untaken())
		}
		c.alert.Cleared = true
		if c.alert.Untaken() {
			t.Errorf("%s, cleared: somebody is waited for", c.alert.Status)
		}
	}
	row := drift.BoardAlert{Alert: alert(drift.AlertEscalated, "")}
	for _, c := range []struct {
		i                 drift.Incident
		ack, person, team string
	}{
		{drift.Incident{N: 2, NeedAck: 2, Untaken: 2, Hot: 2, Teams: []string{"A", "B"}}, "Ack 2", "", "A and others"},
		{drift.Incident{N: 3, NeedAck: 2, Untaken: 2, Hot: 2, Cleared: 1}, "Ack 2", "", ""},
		{drift.Incident{N: 3, NeedAck: 1, Untaken: 1, Hot: 1, Cleared: 1, Owners: []string{"rita"}, Teams: []string{"A"}}, "Ack 1 left", "rita", ""},
	} {
		c.i.Models, c.i.Alerts, c.i.Acks = 1, []drift.BoardAlert{row}, make([]drift.AlertVersion, c.i.NeedAck)
		v := incidentVM(lang.English, &c.i, "", time.Time{}, class(drift.RoleOperator))
		if v.Ack.Label != c.ack || v.Owner != c.person || v.Team != c.team || v.Hot != (c.i.Hot > 0) {
			t.Errorf("%+v: %q, %q, %q", c.i, v.Ack.Label, v.Owner, v.Team)
		}
		if says := strings.Contains(v.Cause, "1\u00a0is cleared."); says != (c.i.Cleared > 0) {
			t.Errorf("%+v: %q", c.i, v.Cause)
		}
	}
}

// TestHeadlineOfWhatIsClean: where only cleared alerts have nobody, nobody is called for.
func TestHeadlineOfWhatIsClean(t *testing.T) {
	s := boardSays{l: lang.English, d: drift.BoardData{Tally: []drift.BoardTally{{N: 3, Nobody: 0, Cleared: 2}}}}
	if got, want := s.headline(component.Critical, false), "3\u00a0critical alerts are open, 2 of them cleared"; strings.ReplaceAll(got, "\u00a0", " ") != strings.ReplaceAll(want, "\u00a0", " ") {
		t.Errorf("%q, want %q", got, want)
	}
	s.d.Tally[0] = drift.BoardTally{N: 5, Nobody: 5, Escalated: 2}
	if got := strings.ReplaceAll(s.headline(component.Critical, true), "\u00a0", " "); got != "5 critical alerts are waiting for an owner, 2 of them escalated" {
		t.Errorf("%q", got)
	}
}

// TestAfterTheReview: what was raised after the hour of the review is marked, what the review saw is not.
func TestAfterTheReview(t *testing.T) {
	day := drift.DateOf(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC))
	var d drift.MorningReview
	d.Day = day
	for _, hour := range []int{-1, 4, 8, 9, 21} {
		d.Raised.Items = append(d.Raised.Items, drift.Alert{AlertType: drift.AlertRollback, CreatedAt: day.Time().Add(time.Duration(hour) * time.Hour)})
	}
	got := morningVM(lang.English, d, drift.Actor{}, day.Time().Add(22*time.Hour)).Raised.Items
	for i, want := range []string{"before", "", "", "after", "after"} {
		said := ""
		if got[i].Before {
			said = "before"
		}
		if got[i].After {
			said += "after"
		}
		if said != want {
			t.Errorf("%s: %q, want %q", got[i].At, said, want)
		}
	}
}
