package page

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

var noon = time.Date(2026, 7, 2, 12, 0, 0, 0, time.UTC)

func html(t *testing.T, c templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(b.String(), "\u00a0", " ")
}

// words is the line of the verdict as a reader sees it.
func words(ps []component.Piece) string {
	var b strings.Builder
	for _, p := range ps {
		if !p.At.IsZero() {
			b.WriteString(component.FormatMoment(p.At, p.As))
			continue
		}
		b.WriteString(p.Text)
	}
	return strings.ReplaceAll(b.String(), "\u00a0", " ")
}

func TestAlertSentences(t *testing.T) {
	base := AlertStateVM{
		AlertType: "ML_DRIFT_DETECTED", DriftType: "statistical", Tenant: "acme", ModelType: "fraud_detector", ModelVersion: "3",
		Severity: component.Critical, Current: component.Critical, Status: "NEW", Now: noon, CreatedAt: noon.Add(-72 * time.Minute),
	}
	const since = "Critical since Thu 2 Jul 10:48 UTC, 1 h 12 m ago"
	for _, c := range []struct {
		name        string
		change      func(*AlertStateVM)
		title, line string
	}{
		{"new", func(s *AlertStateVM) {}, "acme fraud_detector: the scores moved", since + ". Nobody has it."},
		{"escalates", func(s *AlertStateVM) { s.EscalatesAt = noon.Add(48 * time.Minute) }, "", since + ". Nobody has it. It goes to its team at 12:48 UTC, in 48 m."},
		{"risen", func(s *AlertStateVM) { s.CreatedAt, s.Since = noon.AddDate(0, 0, -2), s.CreatedAt }, "", since + "; raised lower on Tue 30 Jun 12:00 UTC. Nobody has it."},
		{"owned", func(s *AlertStateVM) { s.Status, s.Assignee, s.Repeats = "ASSIGNED", "A. Rossi", 1 }, "", since + "; 1 later check saw it again. A. Rossi has it."},
		{"eased", func(s *AlertStateVM) { s.Current = component.Medium }, "", since + "; the last one found MEDIUM. Nobody has it."},
		{"both", func(s *AlertStateVM) { s.BothOpen = true }, "acme fraud_detector: scores and accuracy both drifted", ""},
		{"performance", func(s *AlertStateVM) { s.DriftType = "performance" }, "acme fraud_detector: accuracy fell", ""},
		{"team", func(s *AlertStateVM) { s.Status, s.Team = "ESCALATED", "ML engineering" }, "", since + ". It was escalated to ML engineering and waits there for somebody to take it."},
		{"cleared", func(s *AlertStateVM) { s.Status, s.Cleared = "ACKNOWLEDGED", true }, "", since + ". Somebody has acknowledged it. The last check was clean; resolve it if that settles it."},
		{"retired", func(s *AlertStateVM) { s.Cleared, s.ClearedReason = true, "version 3 no longer serves" }, "", since + ". Nobody has it. It is cleared: version 3 no longer serves. Resolve it if that settles it."},
		{"suppressed", func(s *AlertStateVM) { s.Status, s.SuppressedUntil = "SUPPRESSED", noon.Add(time.Hour) }, "", since + ". It is suppressed. It comes back at Thu 2 Jul 13:00 UTC, in 1 h."},
		{"reminder", func(s *AlertStateVM) {
			s.Status, s.Assignee, s.RemindAt = "ACKNOWLEDGED", "A. Rossi", noon.Add(time.Hour)
		}, "", since + ". A. Rossi has it. It comes back as new at Thu 2 Jul 13:00 UTC unless it is resolved."},
		{"taken in time", func(s *AlertStateVM) { s.Status, s.EscalatesAt = "ACKNOWLEDGED", noon.Add(time.Hour) }, "", since + ". Somebody has acknowledged it."},
		{"resolved", func(s *AlertStateVM) { s.Status, s.EscalatesAt = "RESOLVED", noon.Add(time.Hour) }, "", since + ". It is resolved."},
		{"resolved by", func(s *AlertStateVM) { s.Status, s.EndedBy, s.EndedAt = "RESOLVED", "A. Rossi", noon }, "", since + ". A. Rossi resolved it on Thu 2 Jul 12:00 UTC."},
		{"recovered", func(s *AlertStateVM) { s.Status, s.EndedAt = "RESOLVED", noon }, "", since + ". It resolved by itself on Thu 2 Jul 12:00 UTC."},
		{"rollback", func(s *AlertStateVM) { s.AlertType = "ML_ROLLBACK" }, "acme fraud_detector: version 3 was rolled back", ""},
		{"blind feed", func(s *AlertStateVM) {
			s.AlertType, s.Reason, s.Severity = "ML_MONITORING_BLIND", "feed_silent", component.Blind
		}, "acme fraud_detector: its feed has gone silent", "Blind since Thu 2 Jul 10:48 UTC, 1 h 12 m ago. Nobody has it."},
	} {
		s := base
		c.change(&s)
		if c.title != "" && s.Title(lang.English) != c.title {
			t.Errorf("%s: title %q", c.name, s.Title(lang.English))
		}
		if got := words(s.Line(lang.English)); c.line != "" && got != c.line {
			t.Errorf("%s: line %q\n want %q", c.name, got, c.line)
		}
	}
}

func TestEveryBlindReasonHasWords(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range []string{"job_failed", "feed_silent", "cannot_judge", "not_served", "clock"} {
		w := blindTitle(lang.English, r, "")
		if w == blindTitle(lang.English, "", "") || seen[w] {
			t.Errorf("%s: %q", r, w)
		}
		seen[w] = true
	}
}

// TestFormsCarryTheVersion: each form is a plain post with the version that the
// page shows, and a move that is off has no form and says why.
func TestFormsCarryTheVersion(t *testing.T) {
	a := AlertActionsVM{
		ID: 12, Version: 7, Me: "a.rossi", Also: []AlsoVM{{13, 2}}, People: []OptionVM{{Value: "x", Label: "X"}},
		Off: map[string]string{"suppress": "It is suppressed already."},
	}
	out := html(t, AlertActions(a))
	if forms, versions := strings.Count(out, "<form"), strings.Count(out, `name="version" value="7"`); forms != versions || forms == 0 {
		t.Errorf("%d forms, %d versions", forms, versions)
	}
	for _, want := range []string{
		`method="post" action="/alerts/12/acknowledge"`, `action="/alerts/12/assign"`, `action="/alerts/12/comment"`, `action="/alerts/12/escalate"`,
		`action="/alerts/12/resolve"`, `name="also" value="13:2"`, "Acknowledge 2", "It is suppressed already.", `name="assignee" value="a.rossi"`,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if strings.Contains(out, `action="/alerts/12/suppress"`) {
		t.Error("a move that is off has a form")
	}
	a.ReadOnly = "Your role may look but not act."
	if out := html(t, AlertActions(a)); strings.Contains(out, "<form") || !strings.Contains(out, a.ReadOnly) {
		t.Error("a reader who may only look sees a form, or not the reason")
	}
}

// TestReportHidesNothing: every number of the contract's report is in the
// table, and what is undefined is written as such.
func TestReportHidesNothing(t *testing.T) {
	names := func(r ReportVM) (all string) {
		for _, row := range r.rows(lang.English, time.Time{}) {
			all += row.name + "=" + row.recent + "|" + row.baseline + "\n"
		}
		return all
	}
	stat := names(ReportVM{DriftType: "statistical", Insufficient: true, Statistical: &StatisticalVM{NRecent: 12}})
	for _, want := range []string{"Scores=12|0", "Mean=–|–", "D=–|", "p, two-sided=–", "Smallest D found HIGH=–", "Material=no", "PSI=–", "Jensen-Shannon distance=–", "Wasserstein=–", "Severity=too little data"} {
		if !strings.Contains(stat, want) {
			t.Errorf("statistical: %s is missing in\n%s", want, stat)
		}
	}
	perf := names(ReportVM{DriftType: "performance", Performance: &PerformanceVM{}, SecondarySeverity: component.High})
	for _, want := range []string{"Right=0 of 0", "Accuracy=–", "95 % Wilson=–", "Drop=–", "p, one-sided=–", "Precision=–", "Precision drop=–", "Recall=–", "Recall drop=–", "TP · FP", "With outcome=–", "secondary: High"} {
		if !strings.Contains(perf, want) {
			t.Errorf("performance: %s is missing in\n%s", want, perf)
		}
	}
}

func TestModelsVerdict(t *testing.T) {
	row := func(s, p component.Severity) ModelRowVM { return ModelRowVM{Statistical: s, Performance: p} }
	for _, c := range []struct {
		models []ModelRowVM
		want   string
		worst  component.Severity
	}{
		{nil, "No model yet", component.None},
		{[]ModelRowVM{row(component.None, component.None)}, "One model, judged and quiet", component.None},
		{[]ModelRowVM{row(component.None, component.Medium), row(component.None, component.None)}, "All 2 models judged, none drifting", component.Medium},
		{[]ModelRowVM{row(component.None, component.Blind), row(component.None, component.None)}, "No drift seen, but 1 of 2 models cannot be judged", component.Blind},
		{[]ModelRowVM{row(component.Critical, component.Blind), row(component.High, component.None)}, "2 of 2 models drifting", component.Critical},
		{[]ModelRowVM{row(component.Absent, component.Absent), row(component.None, component.None)}, "No drift seen, but 1 of 2 models cannot be judged", component.None},
		{[]ModelRowVM{row(component.High, component.Blind)}, "1 of 1 model drifting", component.Blind},
	} {
		v := ModelsVM{Tenants: []TenantModelsVM{{Models: c.models}}}
		if got := strings.ReplaceAll(v.verdict(lang.English), "\u00a0", " "); got != c.want || v.severity() != c.worst {
			t.Errorf("%v: %q, %v", c.models, got, v.severity().Word())
		}
	}
}

// TestReportRowSays: accuracy that rose is said to have risen, never to have fallen by less than nothing.
func TestReportRowSays(t *testing.T) {
	for drop, want := range map[float64]string{0.228: "fell 22.8 points", -0.023: "rose 2.3 points", 0: "fell 0.0 points"} {
		r := ReportRowVM{DriftType: "performance", Drop: &drop}
		if got := strings.ReplaceAll(r.found(lang.English), "\u00a0", " "); got != want {
			t.Errorf("%v: %q, want %q", drop, got, want)
		}
	}
}
