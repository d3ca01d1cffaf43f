package viewtest

import (
	"slices"
	"strings"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/page"
)

// BoardBarCases are the pages beside the board: one incident, and what became of many alerts.
func BoardBarCases() []Case {
	return []Case{
		{Name: "incident", Shell: Shell("Incident", "board"), Body: page.Incident(page.IncidentPageVM{
			Head: sampleIncident("north-retail", sampleRows(true)), Select: sampleSelect(), Count: "2 alerts, worst first",
			Note: component.FormNoteVM{Text: "You acknowledged 2 alerts."}, Undo: &page.UndoVM{Action: "/alerts/bulk", Picks: "4801:2 4802:3"},
			Rows: rowsOf("north-retail", sampleRows(true)), NextHref: "/incidents/x?cursor=y", NextText: "The next alerts",
		})},
		{Name: "bulk", Shell: Shell("What became of them", "board"), Body: page.Bulk(page.BulkVM{
			Title: "What became of them", Verdict: "You acknowledged 10 alerts. 2 did not change.", Back: "/?all=1",
			Undo: &page.UndoVM{Action: "/alerts/bulk", Picks: "1:2 2:2"},
			Refused: []page.RefusedVM{
				{About: "Alert 4811", Href: "/alerts/4811", Why: "Nina <Berg> took it 2 m ago."},
				{About: "Alert 4790", Href: "/alerts/4790", Why: "This alert is resolved. A new drift will open a new one."},
			},
		})},
	}
}

func sampleViews() *page.ViewsVM {
	return &page.ViewsVM{
		Views: []page.ViewVM{
			{Name: "All", Href: "/?all=1", Count: 11, Current: true},
			{Name: "Nobody has it", Href: "/?q=owner%3Anobody+-is%3Acleared", Count: 6},
			{Name: "Mine", Href: "/?q=owner%3Ame", Count: 1},
			{Name: "Night shift, <EMEA>", Href: "/?q=tenant%3Anorth-retail", Count: 2, Default: true},
		},
		Default: "Night shift, <EMEA>",
	}
}

func sampleSelect() *page.SelectVMs {
	option := func(s string) component.OptionVM { return component.OptionVM{Value: s, Label: s} }
	return &page.SelectVMs{
		People: []component.OptionVM{option("A. Rossi"), option("M. Okafor")}, Teams: []component.OptionVM{option("NOC")},
		Spans: []component.OptionVM{{Label: "Do not remind me"}, {Value: "at 09:00", Label: "at 09:00"}},
	}
}

func rowItems(rows []component.AlertRowVM) (items []page.ItemVM) {
	for _, r := range rows {
		items = append(items, page.ItemVM{Row: r})
	}
	return items
}

func rowsOf(tenant string, rows []component.AlertRowVM) []component.AlertRowVM {
	return slices.DeleteFunc(slices.Clone(rows), func(r component.AlertRowVM) bool { return r.Tenant != tenant })
}

// sampleIncident is the alerts of one tenant as one group.
func sampleIncident(tenant string, rows []component.AlertRowVM) component.IncidentVM {
	own := rowsOf(tenant, rows)
	v := component.IncidentVM{
		Key: tenant + ":1998-07-02", Severity: own[0].Severity, Title: tenant + " " + own[0].Model + ": scores and accuracy both drifted",
		Cause: "2 alerts: 2 critical. " + own[0].Reason, Fold: "2 alerts", Href: "/incidents/" + tenant + ":1998-07-02",
		Order: component.IncidentOrder(own[0].Severity.Rank(), own[0].CreatedAt, own[0].ID), Oldest: own[len(own)-1].CreatedAt, Now: Now,
		Owner: own[len(own)-1].Owner, Cleared: true, Rows: own, Ack: component.IncidentAckVM{Done: true},
	}
	if own[0].CanAck {
		v.Ack = component.IncidentAckVM{Picks: "4812:1", Label: "Ack 1 left", About: v.Title}
	}
	return v
}

// sampleItems groups the sample rows of two tenants.
func sampleItems(canAck bool) []page.ItemVM {
	rows := sampleRows(canAck)
	var items []page.ItemVM
	for _, tenant := range []string{"nsw-market", "north-retail"} {
		i := sampleIncident(tenant, rows)
		items = append(items, page.ItemVM{Incident: &i})
		rows = slices.DeleteFunc(rows, func(r component.AlertRowVM) bool { return r.Tenant == tenant })
	}
	items = append(items, rowItems(rows)...)
	order := func(i page.ItemVM) string {
		if i.Incident != nil {
			return i.Incident.Order
		}
		return i.Row.Order()
	}
	slices.SortFunc(items, func(a, b page.ItemVM) int { return strings.Compare(order(a), order(b)) })
	return items
}

// Rows are the alerts of a board, those of its groups included.
func Rows(v page.BoardVM) (rows []component.AlertRowVM) {
	for _, i := range v.Items {
		if i.Incident == nil {
			rows = append(rows, i.Row)
			continue
		}
		rows = append(rows, i.Incident.Rows...)
	}
	return rows
}
