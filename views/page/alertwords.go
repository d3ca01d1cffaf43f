package page

import (
	"strconv"
	"strings"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// Title is the h1 of the alert: who, and what is wrong.
func (s AlertStateVM) Title(l lang.Lang) string {
	who := strings.TrimSpace(s.Tenant + " " + s.ModelType)
	switch {
	case s.AlertType == "ML_MONITORING_BLIND":
		return blindTitle(l, s.Reason, who)
	case s.AlertType == "ML_ROLLBACK":
		return l.T("%s: version %s was rolled back", who, s.ModelVersion)
	case s.BothOpen:
		return l.T("%s: scores and accuracy both drifted", who)
	case s.DriftType == "performance":
		return l.T("%s: accuracy fell", who)
	default:
		return l.T("%s: the scores moved", who)
	}
}

func blindTitle(l lang.Lang, reason, who string) string {
	switch reason {
	case "job_failed":
		return l.T("%s: a daily check failed", who)
	case "feed_silent":
		return l.T("%s: its feed has gone silent", who)
	case "cannot_judge":
		return l.T("%s: it cannot be judged", who)
	case "not_served":
		return l.T("%s: another version makes the predictions", who)
	case "clock":
		return l.T("%s: a clock is off", who)
	default:
		return l.T("%s: part of the watching is blind", who)
	}
}

// Line says since when, who has it and what happens next.
func (s AlertStateVM) Line(l lang.Lang) []component.Piece {
	if s.Status == "RESOLVED" && !s.EndedAt.IsZero() {
		return component.Join(s.found(l), s.ended(l))
	}
	return component.Join(s.found(l), s.ownerSentence(l), s.next(l))
}

// found is since when it is how bad, and what later checks made of it: parts that stand alone, with
// semicolons between them.
func (s AlertStateVM) found(l lang.Lang) []component.Piece {
	since := s.CreatedAt
	if s.Since.After(since) {
		since = s.Since
	}
	parts := [][]component.Piece{
		component.Sentence(l.T("{0} since {1}, %s ago", l.Age(s.Now.Sub(since))), component.Bold(s.severityWord(l)), component.At(since, component.DayClock)),
	}
	if since != s.CreatedAt {
		parts = append(parts, component.Sentence(l.T("raised lower on {0}"), component.At(s.CreatedAt, component.DayClock)))
	}
	if s.Repeats > 0 {
		parts = append(parts, component.Words(l.N(int64(s.Repeats), "%d later check saw it again", "%d later checks saw it again")))
	}
	if s.Current != s.Severity && !s.Cleared && s.AlertType == "ML_DRIFT_DETECTED" {
		parts = append(parts, component.Words(l.T("the last one found %s", strings.ToUpper(l.T(s.Current.Word())))))
	}
	out := parts[0]
	for _, p := range parts[1:] {
		out = append(append(out, component.Plain("; ")), p...)
	}
	return append(out, component.Plain("."))
}

func (s AlertStateVM) severityWord(l lang.Lang) string {
	if s.AlertType == "ML_MONITORING_BLIND" {
		return l.T("Blind")
	}
	return l.T(s.Severity.Word())
}

func (s AlertStateVM) ownerSentence(l lang.Lang) []component.Piece {
	switch {
	case s.Status == "RESOLVED":
		return component.Words(l.T("It is resolved."))
	case s.Status == "SUPPRESSED":
		return component.Words(l.T("It is suppressed."))
	case s.Status == "ESCALATED" && s.Team != "" && s.Assignee == "":
		return component.Words(l.T("It was escalated to %s and waits there for somebody to take it.", s.Team))
	case s.Status == "ESCALATED" && s.Team != "":
		return component.Words(l.T("It was escalated to %s. %s has it.", s.Team, s.Assignee))
	case s.Status == "ESCALATED":
		return component.Words(l.T("It was escalated."))
	case s.Assignee != "":
		return component.Words(l.T("%s has it.", s.Assignee))
	case s.Status == "ACKNOWLEDGED":
		return component.Words(l.T("Somebody has acknowledged it."))
	default:
		return component.Words(l.T("Nobody has it."))
	}
}

func (s AlertStateVM) ended(l lang.Lang) []component.Piece {
	at := component.At(s.EndedAt, component.DayClock)
	if s.EndedBy == "" {
		return component.Sentence(l.T("It resolved by itself on {0}."), at)
	}
	return component.Sentence(l.T("{0} resolved it on {1}."), component.Plain(s.EndedBy), at)
}

// next says what will happen by itself, or what a person should do.
func (s AlertStateVM) next(l lang.Lang) []component.Piece {
	switch {
	case s.Status == "RESOLVED":
		return nil
	case s.Cleared && s.ClearedReason != "":
		return component.Words(l.T("It is cleared: %s. Resolve it if that settles it.", s.ClearedReason))
	case s.Cleared:
		return component.Words(l.T("The last check was clean; resolve it if that settles it."))
	case s.Status == "SUPPRESSED" && !s.SuppressedUntil.IsZero():
		return component.Sentence(l.T("It comes back at {0}, in %s.", l.Age(s.SuppressedUntil.Sub(s.Now))), component.At(s.SuppressedUntil, component.DayClock))
	case s.Status == "NEW" && !s.EscalatesAt.IsZero():
		at, in := component.At(s.EscalatesAt, component.Clock), l.Age(s.EscalatesAt.Sub(s.Now))
		if s.EscalatesTo == "" {
			return component.Sentence(l.T("It goes to its team at {0}, in %s.", in), at)
		}
		return component.Sentence(l.T("It goes to {1} at {0}, in %s.", in), at, component.Plain(s.EscalatesTo))
	case !s.RemindAt.IsZero():
		return component.Sentence(l.T("It comes back as new at {0} unless it is resolved."), component.At(s.RemindAt, component.DayClock))
	}
	return nil
}

// unowned tells whether nobody has what somebody should.
func (s AlertStateVM) unowned() bool {
	return s.Assignee == "" && !s.Cleared && (s.Status == "NEW" || s.Status == "ESCALATED")
}

// nobody says that it is nobody's, or for which team it waits.
func (s AlertStateVM) nobody(l lang.Lang) string {
	if s.Status == "ESCALATED" && s.Team != "" {
		return l.T("waits for %s", s.Team)
	}
	return l.T("nobody yet")
}

// title names the alert of the other drift type.
func (s SiblingVM) title(l lang.Lang) string {
	id := strconv.FormatInt(s.ID, 10)
	if s.DriftType == "performance" {
		return l.T("Alert %s, the performance side of it", id)
	}
	return l.T("Alert %s, the statistical side of it", id)
}

// facts are the numbers at the top of the page: of the alert's own report
// first, then of the other.
func (v AlertVM) Facts(l lang.Lang) []component.FactVM {
	if v.Blind != nil {
		return v.Blind.Facts
	}
	var out []component.FactVM
	for _, r := range v.Reports {
		switch {
		case r.Statistical != nil:
			out = append(out, r.Statistical.facts(l, r)...)
		case r.Performance != nil:
			out = append(out, r.Performance.facts(l, r)...)
		}
	}
	return out[:min(len(out), 6)]
}

func (s *StatisticalVM) facts(l lang.Lang, r ReportVM) []component.FactVM {
	v := lang.Value
	d := component.FactVM{Topic: "ks-d", Label: l.T("Largest gap, D"), Help: "ks-d", Value: l.Fixed(v(s.D), 3), Tone: tone(r), Note: s.cutNote(l, r.Severity)}
	p := component.FactVM{Topic: "ks-p", Label: l.T("Chance of it, p"), Help: "p", Value: l.P(v(s.P)), Note: l.T("two-sided")}
	if s.Method != "" {
		p.Note = l.T("%s, two-sided", methodText(l, s.Method))
	}
	mean := component.FactVM{Label: l.T("Mean score"), Value: l.Fixed(v(s.MeanRecent), 2), Note: l.T("was %s", l.Fixed(v(s.MeanBaseline), 2))}
	n := component.FactVM{Label: l.T("Scores"), Value: l.Count(s.NRecent), Note: l.T("against %d", s.NBaseline)}
	return []component.FactVM{d, p, mean, n}
}

// cutNote names the cut-off to compare D with: the crossed one, else the lowest.
func (s *StatisticalVM) cutNote(l lang.Lang, found component.Severity) string {
	switch {
	case found == component.Critical && s.CriticalD != nil:
		return l.T("from %s it is critical", l.Short(*s.CriticalD, 3))
	case found == component.High && s.HighD != nil:
		return l.T("from %s it is high", l.Short(*s.HighD, 3))
	case found != component.Critical && found != component.High && s.MediumD != nil:
		return l.T("from %s it is medium", l.Short(*s.MediumD, 3))
	}
	return ""
}

func (p *PerformanceVM) facts(l lang.Lang, r ReportVM) []component.FactVM {
	acc := component.FactVM{Label: accuracyLabel(l, r), Value: l.Percent(lang.Value(p.AccuracyRecent), 1), Tone: tone(r), Topic: "wilson"}
	if p.AccuracyBaseline != nil {
		acc.Note = l.T("version %s, %s: %s", r.ModelVersion, windowText(l, r.Recent, r.Date), l.T("was %s", l.Percent(*p.AccuracyBaseline, 1)))
	}
	drop := component.FactVM{Label: l.T("Fell by"), Value: l.Points(lang.Value(p.Drop), 1), Topic: "newcombe"}
	if p.DropLow != nil && p.DropHigh != nil {
		drop.Note = "95 %: " + l.PointsRange(*p.DropLow, *p.DropHigh, 1)
	}
	n := component.FactVM{Label: l.T("Outcomes"), Value: l.Count(p.NRecent), Note: l.T("against %d", p.NBaseline)}
	if p.CompletenessRecent != nil {
		n.Note = l.T("against %d; %s known", p.NBaseline, l.Percent(*p.CompletenessRecent, 0))
	}
	out := []component.FactVM{acc, drop, n}
	if d := p.Newest; d != nil {
		out = append(out, component.FactVM{
			Label: l.T("Of that %s alone", l.DayAs(d.Date, r.Date)), Value: l.Percent(share(d.Right, d.N), 1), Note: l.N(d.N, "of %d outcome", "of %d outcomes"),
		})
	}
	return out
}

func accuracyLabel(l lang.Lang, r ReportVM) string {
	days := int64(r.Recent.To.Sub(r.Recent.From).Hours() / 24)
	if days <= 0 {
		return l.T("Accuracy, recent")
	}
	return l.T("Accuracy, %s", l.N(days, "%d day", "%d days"))
}

// tone colours a number that crossed a cut-off.
func tone(r ReportVM) string {
	if r.Insufficient {
		return "bt"
	}
	switch r.Severity {
	case component.Critical:
		return "ct"
	case component.High:
		return "ht"
	case component.Medium:
		return "mt"
	default:
		return ""
	}
}

// alertID is the id of a part of the page, stable over live updates.
func alertID(part string, id int64) string {
	return "alert-" + part + "-" + strconv.FormatInt(id, 10)
}

// way is where the page stands: under its model, where it has one.
func (v AlertVM) way(l lang.Lang) []component.Piece {
	out := []component.Piece{component.Link(l.T("Board"), "/")}
	if v.ModelHref != "" {
		out = append(out, component.Link(v.State.Tenant+" "+v.State.ModelType, v.ModelHref))
	}
	return append(out, component.Plain(l.T("Alert %s", strconv.FormatInt(v.State.ID, 10))))
}

// moveKeys are the single keys of the moves that take one click, foldKeys those of the moves with fields (static/js/keys.js).
var (
	moveKeys = map[string]string{"acknowledge": "a", "assign": "m"}
	foldKeys = map[string]string{"comment": "c", "escalate": "e", "resolve": "r"}
)

// path is where a move of the alert is posted to.
func (a AlertActionsVM) path(move string) string {
	return "/alerts/" + strconv.FormatInt(a.ID, 10) + "/" + move
}

// ackLabel says how many alerts the button changes.
func (a AlertActionsVM) ackLabel(l lang.Lang) string {
	if len(a.Also) == 0 {
		return l.T("Acknowledge")
	}
	return l.T("Acknowledge %d", len(a.Also)+1)
}

func (a AlertActionsVM) alsoValue(x AlsoVM) string {
	return strconv.FormatInt(x.ID, 10) + ":" + strconv.Itoa(x.Version)
}
