package handlers

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// TestCurveOverAChange: the curve of accuracy goes on over a change of version, which stands on the axis; no
// pool reaches over it.
func TestCurveOverAChange(t *testing.T) {
	var days []drift.ScoreDay
	for i := range 6 {
		d := drift.ScoreDay{Version: drift.VersionKey{Version: "31"}, Day: drift.Date(100 + i), N: 10, Counts: drift.Counts{TP: 10}}
		if i >= 4 {
			d.Version.Version, d.Counts = "r2", drift.Counts{FP: 10}
		}
		days = append(days, d)
	}
	a := accuracy(lang.English, days, nil, spanOf(100, 110), nil)
	if len(a.Days) != 6 || *a.Days[3].Pooled != 1 || *a.Days[4].Pooled != 0 || *a.Days[5].Pooled != 0 {
		t.Errorf("days %+v", a.Days)
	}
	marked := changes(days, nil, lang.English)
	if len(marked) != 1 || marked[0].At != drift.Date(104).Time() || marked[0].Label != "version r2" {
		t.Errorf("marks %+v", marked)
	}
	seen := &past{VersionHistory: drift.VersionHistory{Events: []drift.ModelEvent{{Kind: drift.ModelActivated, Version: "r2"}}}}
	if marked := changes(days, seen, lang.English); len(marked) != 0 {
		t.Errorf("marked twice: %+v", marked)
	}
}

// TestNewestDay: an alert shows the newest day of its report's window alone, which is what the morning's review
// shows, and no day after it.
func TestNewestDay(t *testing.T) {
	r := drift.Report{ID: 4, Date: 110}
	recent, _ := windowsOf(r)
	day := func(d drift.Date, right, n int) drift.ScoreDay {
		return drift.ScoreDay{Day: d, Counts: drift.Counts{TP: right, FP: n - right}}
	}
	list := []page.ReportVM{{ID: 3, Performance: &page.PerformanceVM{}}, {ID: 4, Performance: &page.PerformanceVM{}}}
	newestDay(list, r, []drift.ScoreDay{day(recent.To-2, 5, 9), day(recent.To-1, 0, 0), day(recent.To, 7, 7)})
	if got := list[1].Performance.Newest; got == nil || got.Date != (recent.To-2).Time() || got.Right != 5 || got.N != 9 || list[0].Performance.Newest != nil {
		t.Errorf("newest %+v", got)
	}
	list[1].Performance.Newest = nil
	newestDay(list, r, []drift.ScoreDay{day(recent.From-1, 5, 9)})
	if list[1].Performance.Newest != nil {
		t.Error("a day before the window is shown as its newest")
	}
}

// TestFellWhere: one sentence says where accuracy fell most, of the parts that fell beyond chance.
func TestFellWhere(t *testing.T) {
	part := func(name string, drop, q float64) drift.Slice {
		return drift.Slice{Feature: "channel", Kind: drift.CategoricalFeature, Value: name, Low: drift.Undefined(), High: drift.Undefined(), Drop: drift.Number(drop), QValue: drift.Number(q)}
	}
	for want, list := range map[string][]drift.Slice{
		"": {part("web", 0.3, 0.5), part("app", 0.1, 0.2)},
		"Accuracy fell in every part that was compared, most in channel = partner: by 86.6 points.": {part("web", 0.3, 0.001), part("partner", 0.866, 0.002)},
		"Accuracy fell beyond chance in 1 of 2 parts, most in channel = web: by 30.0 points.":       {part("tiny", 0.9, 0.4), part("web", 0.3, 0.001)},
	} {
		if got := strings.ReplaceAll(fellOf(list).words(lang.English), "\u00a0", " "); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestPaperTimeline: the report for the files keeps what happened and folds the checks that saw it again.
func TestPaperTimeline(t *testing.T) {
	at := func(n int) time.Time { return time.Date(2026, 11, 1, n, 0, 0, 0, time.UTC) }
	d := drift.AlertData{Alert: &drift.Alert{AlertType: drift.AlertDrift}}
	add := func(m drift.Move, who string) {
		d.Timeline = append(d.Timeline, drift.TimelineEntry{At: at(len(d.Timeline)), Move: m, Actor: who, Severity: drift.SeverityHigh})
	}
	add(drift.MoveRaise, "driftwatch")
	for range 6 {
		add(drift.MoveRefresh, "driftwatch")
	}
	add(drift.MoveWorsen, "driftwatch")
	add(drift.MoveOverdue, "driftwatch")
	for range 9 {
		add(drift.MoveRefresh, "driftwatch")
	}
	add(drift.MoveAcknowledge, "omar")
	live := at(30)
	d.Retrain = &drift.Retrain{ID: 2, State: drift.RetrainRolledBack, CreatedAt: at(29), ActivatedAt: &live, CandidateVersion: "r2", StateSince: at(40)}
	said := func() (out []string) {
		for _, it := range paperTimelineVM(d, lang.English) {
			line := ""
			for _, p := range it.Text {
				line += p.Text
			}
			out = append(out, strings.ReplaceAll(line, "\u00a0", " "))
		}
		return out
	}
	want := []string{
		"Version r2 was rolled back", "Version r2 came into service", "Retrain 2 was asked for", "omar acknowledged it", "+9 checks saw it again",
		"Escalated by itself", "A later check found it worse: HIGH", "+6 checks saw it again", "Raised: HIGH",
	}
	if got := said(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("timeline %q", got)
	}
	for range 20 {
		add(drift.MoveComment, "omar")
	}
	got := said()
	if len(got) != paperTimeline || got[len(got)-1] != "Raised: HIGH" || got[len(got)-2] != "+20 moves more, on the alert’s page" {
		t.Errorf("a long timeline %q", got)
	}
}

// TestMorningCut: what was raised after the hour of the morning's review says so.
func TestMorningCut(t *testing.T) {
	day := drift.Date(20000)
	at := func(h float64) drift.Alert {
		return drift.Alert{AlertType: drift.AlertDrift, CreatedAt: day.Time().Add(time.Duration(h * float64(time.Hour)))}
	}
	d := drift.MorningReview{Day: day, Raised: drift.Listed[drift.Alert]{Items: []drift.Alert{at(21.9), at(9), at(3), at(-4)}, Total: 4}}
	v := morningVM(lang.English, d, drift.Actor{Role: drift.RoleOperator}, day.Time().Add(23*time.Hour))
	got := ""
	for _, a := range v.Raised.Items {
		got += fmt.Sprint(a.Before, a.After, " ")
	}
	if got != "false true false true false false true false " {
		t.Errorf("before and after: %s", got)
	}
}

// TestUnjudgedWords: the note names both versions, and a version that had served before is said to serve again.
func TestUnjudgedWords(t *testing.T) {
	now := time.Date(2026, 11, 25, 22, 0, 0, 0, time.UTC)
	from, ended := now.Add(-6*time.Hour), now.Add(-30*time.Hour)
	m := drift.Model{TenantID: 1, Tenant: "acme", ModelType: "fraud"}
	key := func(v string) drift.VersionKey { return drift.VersionKey{Model: m, Version: v} }
	d := drift.ModelData{
		Model: m, Serving: key("r2"), Latest: []drift.Report{{Version: key("31"), Date: drift.DateOf(now)}},
		Records: []drift.VersionRecord{{Version: drift.Version{VersionKey: key("r2")}, Services: []drift.Service{{From: from}}}},
	}
	text := func(ps []component.Piece) string {
		out := ""
		for _, p := range ps {
			if out += p.Text; !p.At.IsZero() {
				out += component.FormatMoment(p.At, p.As)
			}
		}
		return strings.ReplaceAll(out, "\u00a0", " ")
	}
	want := "Version r2 serves since Wed 25 Nov 16:00 UTC; it has not been judged yet. What stands here is of version 31. The next check runs on Thu 26 Nov 03:00 UTC."
	if got := text(unjudgedWords(d, lang.English, now)); got != want {
		t.Errorf("%q", got)
	}
	d.Records[0].Services = append(d.Records[0].Services, drift.Service{From: ended.Add(-time.Hour), To: &ended})
	if got := text(unjudgedWords(d, lang.English, now)); !strings.HasPrefix(got, "Version r2 serves again since Wed 25 Nov 16:00 UTC; it has not been judged since.") {
		t.Errorf("%q", got)
	}
	d.Latest[0].Version = key("r2")
	if got := unjudgedWords(d, lang.English, now); got != nil {
		t.Errorf("a judged version: %q", text(got))
	}
	d.Feeds = []drift.Feed{{Model: m, Kind: "predictions", LastAt: now.Add(-time.Minute)}}
	if !uncounted(d, now) {
		t.Error("rows of today that no day holds are not said to be counted tonight")
	}
	d.Days = []drift.ScoreDay{{Version: key("r2"), Day: drift.DateOf(now)}}
	if uncounted(d, now) || uncounted(drift.ModelData{Model: m, Feeds: []drift.Feed{{Model: m, Kind: "predictions", LastAt: ended}}}, now) {
		t.Error("counted days, or a silent feed, are said to be counted tonight")
	}
}
