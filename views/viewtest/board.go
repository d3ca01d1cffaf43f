package viewtest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/layout"
	"github.com/driftwatch/driftwatch/views/page"
)

// BoardCases is the board in each of its states.
func BoardCases() []Case {
	alerts := Shell("(6) Board", "board")
	alerts.Demo = true
	alerts.Progress = &component.ProgressVM{Title: "Backfill of nsw-market", Done: 522, Total: 854, Left: 3 * time.Minute}
	viewer := Shell("(6) Board", "board")
	viewer.User = layout.UserVM{Name: "K. Adeyemi", Role: "viewer", Initials: "KA", Tenants: "nsw-market"}
	blind := Shell("Board", "board")
	blind.BlindSince = Ago(24*time.Hour + 12*time.Minute)
	return []Case{
		{Name: "board-alerts", Shell: alerts, Body: page.Board(BoardAlerts(true))},
		{Name: "board-viewer", Shell: viewer, Body: page.Board(BoardAlerts(false))},
		{Name: "board-filtered", Shell: alerts, Body: page.Board(boardFiltered())},
		{Name: "board-quiet", Shell: Shell("Board", "board"), Body: page.Board(boardQuiet())},
		{Name: "board-blind", Shell: blind, Body: page.Board(boardBlind())},
		{Name: "board-empty", Shell: Shell("Board", "board"), Body: page.Board(boardEmpty())},
		{Name: "board-200", Shell: Shell("(64) Board", "board"), Body: page.Board(Board200())},
	}
}

// BoardAlerts is a board at 04:12 with eleven alerts; canAck is the reader's
// role class.
func BoardAlerts(canAck bool) page.BoardVM {
	v := page.BoardVM{
		State: page.BoardAlerts, Title: "(6) Board", Severity: component.Critical,
		Verdict: "A critical alert is waiting for an owner",
		Line: []component.Piece{
			{Text: "nsw-market conflict_predictor turned critical at "},
			component.At(Ago(12*time.Minute), component.Clock),
			{Text: ", 12 m ago. It goes to the team ml-oncall at "},
			component.At(Ago(-48*time.Minute), component.Clock),
			{Text: " if nobody takes it."},
		},
		LookHref: "/alerts/4812", Tally: sampleTally(), Filter: sampleFilter(""),
		Items: sampleItems(canAck), Count: "11 open alerts, 6 incidents, worst first", Health: sampleHealth(),
		SummaryURL: "/?all=1&part=summary", Views: sampleViews(),
	}
	if canAck {
		v.Select = sampleSelect()
		v.Ack = &page.AckVM{AlertID: 4812, Version: 1, About: "nsw-market conflict_predictor, 2 alerts", Label: "Acknowledge 2", Also: []string{"4813:1"}}
	}
	return v
}

func sampleTally() page.TallyVM {
	return page.TallyVM{
		Critical: 4, CriticalNote: "3 models", High: 3, HighNote: "3 models", Medium: 2, MediumNote: "2 models",
		Blind: 2, BlindNote: "2 models", Nobody: 6, NobodyNote: "oldest 1\u00a0h 12\u00a0m",
		Watching: []component.Piece{
			{Text: "4 of 4 checks ran, last "},
			component.At(Ago(11*time.Minute), component.Clock),
			{Text: ". 33 of 38 models judged, "},
			{Text: "5 blind", Href: "/operations"},
			{Text: ". Next check in 20 h 48 m."},
		},
	}
}

func sampleFilter(query string) page.FilterVM {
	opts := func(all string, rest ...string) []page.OptionVM {
		out := []page.OptionVM{{Label: all}}
		for _, r := range rest {
			out = append(out, page.OptionVM{Value: r, Label: r})
		}
		return out
	}
	return page.FilterVM{Query: query, ClearHref: "/", Selects: []page.SelectVM{
		{Name: "severity", Label: "Severity", Options: opts("Any severity", "critical", "high", "medium", "blind")},
		{Name: "status", Label: "Status", Options: opts("Open", "new", "acknowledged", "assigned", "escalated", "suppressed", "resolved")},
		{Name: "tenant", Label: "Tenant", Options: opts("All tenants", "nsw-market", "south-bay", "north-retail")},
		{Name: "model", Label: "Model", Options: opts("All models", "fraud_detector", "conflict_predictor")},
		{Name: "assignee", Label: "Owner", Options: opts("Any owner", "nobody", "A. Rossi", "J. Lindqvist", "M. Okafor")},
	}}
}

// row is one sample row; age in minutes.
func row(id int64, sev component.Severity, status, tenant, model, icon, what, change, tail, p, reason string, age int, owner string) component.AlertRowVM {
	r := component.AlertRowVM{
		ID: id, Version: 1, Severity: sev, Status: status, Tenant: tenant, Model: model,
		Icon: icon, What: what, Change: change, Tail: tail, P: p, Reason: reason,
		CreatedAt: Ago(time.Duration(age) * time.Minute), Now: Now, Owner: owner,
	}
	if status == "ACKNOWLEDGED" || status == "ASSIGNED" || status == "ESCALATED" {
		r.SinceAt = Ago(time.Duration(age/3) * time.Minute)
	}
	return r
}

func sampleRows(canAck bool) []component.AlertRowVM {
	const pc, pf = "conflict_predictor", "fraud_detector"
	rows := []component.AlertRowVM{
		row(4812, component.Critical, "NEW", "nsw-market", pc, "perf", "Accuracy", "61.8 → 39.0\u00a0%", "−22.8 points", "p 1.3 × 10⁻¹⁴", "Right 39 times in 100, was 62. Look at retraining; until then treat its conflicts as noise.", 12, ""),
		row(4811, component.Critical, "ACKNOWLEDGED", "nsw-market", pc, "stat", "Scores", "0.41 → 0.60", "D 0.359", "p 9.1 × 10⁻³²", "Scores moved further than this version has seen.", 14*24*60, "J. Lindqvist"),
		row(4790, component.Critical, "ESCALATED", "south-bay", pf, "stat", "Scores", "0.31 → 0.44", "D 0.214", "p 6.0 × 10⁻¹⁹", "Scores moved up for every hour of the day.", 72, ""),
		row(4770, component.Critical, "ACKNOWLEDGED", "south-grid", pf, "back", "Rolled back", "41", "", "", "61.0 % against 68.4 %. Version 40 serves again.", 341, "ML lead"),
		row(4801, component.Blind, "NEW", "north-retail", pc, "cut", "No outcomes for", "2\u00a0d 6\u00a0h", "", "", "The feed is silent since Mon 29 Jun 21:40 UTC. Nothing is inferred from the silence.", 54*60, ""),
		row(4802, component.Blind, "ACKNOWLEDGED", "north-retail", pf, "cut", "No outcomes for", "2\u00a0d 6\u00a0h", "", "", "The feed is silent since Mon 29 Jun 21:40 UTC.", 54*60, "J. Lindqvist"),
		row(4791, component.High, "NEW", "metro-transit", pf, "stat", "Scores", "0.34 → 0.45", "D 0.171", "p 2.4 × 10⁻⁵", "Scores moved; accuracy has held so far.", 72, ""),
		row(4792, component.High, "NEW", "island-mobile", pf, "stat", "Scores", "0.35 → 0.46", "D 0.166", "p 4.4 × 10⁻⁵", "Scores moved; accuracy has held so far.", 73, ""),
		row(4700, component.High, "ASSIGNED", "california", pc, "perf", "Accuracy", "91.2 → 80.9\u00a0%", "−10.3 points", "p 0.0021", "A slow slide: lower in 9 of the last 12 checks.", 73*60, "A. Rossi"),
		row(4793, component.Medium, "NEW", "west-water", pf, "stat", "Scores", "0.30 → 0.33", "D 0.082", "p 0.031", "Real but small.", 74, ""),
		row(4794, component.Medium, "NEW", "east-parcel", pf, "stat", "Scores", "0.28 → 0.31", "D 0.079", "p 0.040", "Real but small.", 74, ""),
	}
	slices.SortFunc(rows, func(a, b component.AlertRowVM) int { return strings.Compare(a.Order(), b.Order()) })
	for i := range rows {
		rows[i].Cleared = rows[i].Tenant == "west-water"
		if rows[i].Status == "ESCALATED" {
			rows[i].Team = "ml-oncall"
		}
		rows[i].CanPick = canAck
		rows[i].CanAck = canAck && (rows[i].Status == "NEW" || rows[i].Status == "ESCALATED")
	}
	return rows
}

func sampleHealth() page.HealthVM {
	const q = "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
	of := func(tenant, model string, now component.Severity, tail string) page.HealthRowVM {
		return page.HealthRowVM{Tenant: tenant, Model: model, Href: "/models/" + tenant + "/" + model, Note: "checked today, 97 % of outcomes", Strip: Days(q[:30-len(tail)] + tail), Now: now}
	}
	return page.HealthVM{
		From: Ago(29 * 24 * time.Hour), To: Now, AllText: "38 models", NextText: "Next check in 20 h 48 m.", MoreText: "24 more: 16 medium, 8 quiet",
		Models: []page.HealthRowVM{
			of("nsw-market", "conflict_predictor", component.Critical, "mmqqqqqqqqhccccccccccccccc"),
			of("south-bay", "fraud_detector", component.Critical, "mc"),
			of("valley-credit", "fraud_detector", component.Critical, "mqqqqqqqqqqqqqhqqqqmc"),
			of("delta-claims", "fraud_detector", component.Critical, "hqqqqqqqqqqqqmqqqqqqqmhc"),
			of("south-grid", "fraud_detector", component.Critical, "mhhcqqqcc"),
			of("north-retail", "conflict_predictor", component.Blind, "mqqqqqqqqqqqqqqqqbbb"),
			of("north-retail", "fraud_detector", component.Blind, "mqmqqqqqqqqqqqqbbb"),
			of("highland-rail", "conflict_predictor", component.Blind, "                         bbbbb"),
			of("metro-transit", "fraud_detector", component.High, "mh"),
			of("california", "conflict_predictor", component.High, "mqqqhqqqqqqqmqqmqmmqmmmmhmmhhh"),
			of("coast-freight", "fraud_detector", component.High, "mqqmqqmhh"),
			of("island-mobile", "fraud_detector", component.High, "h"),
			of("west-water", "fraud_detector", component.Medium, "mqqqqqqmqqqqqqqqqqqqqqqqm"),
			of("east-parcel", "fraud_detector", component.None, ""),
		},
	}
}

func boardFiltered() page.BoardVM {
	v := BoardAlerts(true)
	v.Filter = sampleFilter("<script>alert(1)</script> weekend")
	v.Filter.Active, v.Filter.Problem = true, "Nothing is called \"<b>\" here."
	v.Filter.Selects[0].Options[2].Selected = true
	v.Items = nil
	v.Silenced = &component.BannerVM{
		Icon: "bell", Bold: "1 silence is in force.",
		Text: []component.Piece{{Text: "Alerts that match are hidden meanwhile. "}, {Text: "What is hidden", Href: "/silences"}},
	}
	v.Count = "0 of 11 open alerts"
	v.None = component.EmptyVM{Icon: "search", Title: "No alert matches this filter", Line: []component.Piece{{Text: "11 others are open. "}, {Text: "Show them", Href: "/"}}}
	return v
}

func boardQuiet() page.BoardVM {
	v := page.BoardVM{
		State: page.BoardQuiet, Title: "Board", Verdict: "Everything is quiet",
		Line: []component.Piece{
			{Text: "Last checked "},
			component.At(Ago(12*time.Minute), component.Clock),
			{Text: ", 12 m ago. 12 of 12 models judged, none drifted."},
		},
		Facts: []component.FactVM{
			{Label: "Checks", Value: "4 of 4 ran", Note: "01:00 to 04:00 UTC; 48 s together"},
			{Label: "Models", Value: "12 of 12 judged", Note: "none too young, none without outcomes"},
			{Label: "Outcomes", Value: "97.9\u00a0% of yesterday", Note: "6 of 6 feeds spoke in the last hour"},
			{Label: "Next check", Value: "in 20\u00a0h 48\u00a0m", Note: "Fri 01:00 UTC, outcomes"},
		},
		Filter: sampleFilter(""), Views: sampleViews(), Count: "No open alert", SummaryURL: "/?part=summary",
		None:   component.EmptyVM{Icon: "check", Title: "No alert is open", Line: component.Words("Resolved ones are under the status filter.")},
		Health: sampleHealth(),
	}
	v.Health.MoreText = ""
	for i := range v.Health.Models {
		v.Health.Models[i].Now = component.None
		v.Health.Models[i].Strip = Days(strings.Repeat("q", 20+i%9) + "m" + strings.Repeat("q", 9-i%9))
	}
	v.Health.Models, v.Health.AllText = v.Health.Models[:12], "12 models"
	return v
}

func boardBlind() page.BoardVM {
	v := BoardAlerts(true)
	v.State, v.Severity, v.Title = page.BoardBlind, component.Blind, "Blind · Board"
	v.Verdict = "No check has run since Wednesday 04:00 UTC"
	v.Line = component.Words("What is below is as of then. Nobody knows what has drifted since. The operations page says what failed and offers to run it again.")
	v.LookHref, v.LookLabel, v.Ack = "/operations", "Operations", nil
	v.Items = rowItems(sampleRows(true)[4:9]) // blind and high
	v.Count = "5 open alerts as of Wed 04:00 UTC"
	v.Tally.Critical, v.Tally.CriticalNote = 0, ""
	v.Tally.Watching = component.Words("0 of 4 checks ran today: the job of 01:00 UTC failed at its last attempt. Nothing was judged.")
	return v
}

func boardEmpty() page.BoardVM {
	return page.BoardVM{
		State: page.BoardEmpty, Title: "Board", Verdict: "There is no model yet",
		Line: component.Words("Bring a log of predictions and their outcomes; the first report is there in a minute."),
		Steps: []page.StepVM{
			{Title: "Import your predictions", Text: "CSV or NDJSON, plain or gzip. A tenant that the file names is created.", Command: "driftwatch import predictions predictions.csv"},
			{Title: "Import what then happened", Text: "Outcomes may come before, with or long after their predictions; none is ever inferred.", Command: "driftwatch import outcomes outcomes.csv"},
			{Title: "Judge the days that lie behind", Text: "Every day of the range gets its metrics and reports; alerts follow for the last one.", Command: "driftwatch backfill --from 2026-05-01 --to 2026-07-01"},
			{Title: "Then it runs by itself", Text: "The checks run at 01:00, 02:00, 03:00 and 04:00 UTC, and new alerts appear on this page."},
		},
	}
}

// Board200 is a board of 200 open alerts: the size that its speed and weight
// are measured at.
func Board200() page.BoardVM {
	v := BoardAlerts(true)
	base := sampleRows(true)
	var rows []component.AlertRowVM
	for i := range 200 {
		r := base[i%len(base)]
		r.ID = int64(9000 + i)
		r.Version = 1 + i%3
		r.Tenant = fmt.Sprintf("%s-%02d", r.Tenant, i/len(base))
		r.Change = strings.Replace(r.Change, "0.", fmt.Sprintf("0.%d", i%7), 1)
		r.CreatedAt = r.CreatedAt.Add(-time.Duration(i*37) * time.Second)
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b component.AlertRowVM) int { return strings.Compare(a.Order(), b.Order()) })
	v.Items = rowItems(rows)
	v.Count = "200 open alerts, worst first"
	return v
}
