package page

import (
	"strconv"
	"strings"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/format"
)

// title is the h1 of the alert: who, and what is wrong.
func (s AlertStateVM) title() string {
	who := s.Tenant + " " + s.ModelType
	switch s.AlertType {
	case "ML_MONITORING_BLIND":
		return strings.TrimSpace(who) + ": " + blindTitle(s.Reason)
	case "ML_ROLLBACK":
		return who + ": version " + s.ModelVersion + " was rolled back"
	}
	switch {
	case s.BothOpen:
		return who + ": scores and accuracy both drifted"
	case s.DriftType == "performance":
		return who + ": accuracy fell"
	default:
		return who + ": the scores moved"
	}
}

func blindTitle(reason string) string {
	switch reason {
	case "job_failed":
		return "a daily check failed"
	case "feed_silent":
		return "its feed has gone silent"
	case "cannot_judge":
		return "it cannot be judged"
	case "not_served":
		return "another version makes the predictions"
	case "clock":
		return "a clock is off"
	default:
		return "part of the watching is blind"
	}
}

// line says since when, who has it and what happens next.
func (s AlertStateVM) line() []component.Piece {
	var ps []component.Piece
	say := func(text string) { ps = append(ps, component.Piece{Text: text}) }
	ps = append(ps, component.Piece{Text: s.severityWord(), Strong: true})
	say(" since ")
	since := s.CreatedAt
	if s.Since.After(since) {
		since = s.Since
	}
	ps = append(ps, component.At(since, component.DayClock))
	say(", " + format.Age(s.Now.Sub(since)) + " ago")
	if since != s.CreatedAt {
		say("; raised lower on ")
		ps = append(ps, component.At(s.CreatedAt, component.DayClock))
	}
	if s.Repeats > 0 {
		say("; " + format.Plural(int64(s.Repeats), "later check", "later checks") + " saw it again")
	}
	if s.Current != s.Severity && !s.Cleared && s.AlertType == "ML_DRIFT_DETECTED" {
		say("; the last one found " + strings.ToUpper(s.Current.Word()))
	}
	say(". ")
	if s.Status == "RESOLVED" && !s.EndedAt.IsZero() {
		say(s.endedBy() + " ")
		ps = append(ps, component.At(s.EndedAt, component.DayClock))
		say(".")
		return ps
	}
	say(s.ownerSentence())
	s.next(say, &ps)
	return ps
}

func (s AlertStateVM) severityWord() string {
	if s.AlertType == "ML_MONITORING_BLIND" {
		return "Blind"
	}
	return s.Severity.Word()
}

func (s AlertStateVM) ownerSentence() string {
	switch {
	case s.Status == "RESOLVED":
		return "It is resolved."
	case s.Status == "SUPPRESSED":
		return "It is suppressed."
	case s.Status == "ESCALATED" && s.Team != "":
		return "It was escalated to " + s.Team + "."
	case s.Status == "ESCALATED":
		return "It was escalated."
	case s.Assignee != "":
		return s.Assignee + " has it."
	case s.Status == "ACKNOWLEDGED":
		return "Somebody has acknowledged it."
	default:
		return "Nobody has it."
	}
}

func (s AlertStateVM) endedBy() string {
	if s.EndedBy == "" {
		return "It resolved by itself on"
	}
	return s.EndedBy + " resolved it on"
}

// next says what will happen by itself, or what a person should do.
func (s AlertStateVM) next(say func(string), ps *[]component.Piece) {
	at := func(before string, p component.Piece, after string) {
		say(before)
		*ps = append(*ps, p)
		say(after)
	}
	switch {
	case s.Status == "RESOLVED":
	case s.Cleared && s.ClearedReason != "":
		say(" It is cleared: " + s.ClearedReason + ". Resolve it if that settles it.")
	case s.Cleared:
		say(" The last check was clean; resolve it if that settles it.")
	case s.Status == "SUPPRESSED" && !s.SuppressedUntil.IsZero():
		at(" It comes back at ", component.At(s.SuppressedUntil, component.DayClock), ", in "+format.Age(s.SuppressedUntil.Sub(s.Now))+".")
	case s.Status == "NEW" && !s.EscalatesAt.IsZero():
		to := "its team"
		if s.EscalatesTo != "" {
			to = s.EscalatesTo
		}
		at(" It goes to "+to+" at ", component.At(s.EscalatesAt, component.Clock), ", in "+format.Age(s.EscalatesAt.Sub(s.Now))+".")
	case !s.RemindAt.IsZero():
		at(" It comes back as new at ", component.At(s.RemindAt, component.DayClock), " unless it is resolved.")
	}
}

// owner is what stands beside the status.
func (s AlertStateVM) owner() string {
	switch {
	case s.Status == "ESCALATED" && s.Team != "":
		return s.Team
	case s.Assignee != "":
		return s.Assignee
	default:
		return ""
	}
}

func (s AlertStateVM) unowned() bool { return s.owner() == "" && s.Status == "NEW" }

// facts are the numbers at the top of the page: of the alert's own report
// first, then of the other.
func (v AlertVM) facts() []component.FactVM {
	if v.Blind != nil {
		return v.Blind.Facts
	}
	var out []component.FactVM
	for _, r := range v.Reports {
		switch {
		case r.Statistical != nil:
			out = append(out, r.Statistical.facts(r)...)
		case r.Performance != nil:
			out = append(out, r.Performance.facts(r)...)
		}
	}
	return out[:min(len(out), 6)]
}

func (s *StatisticalVM) facts(r ReportVM) []component.FactVM {
	d := component.FactVM{Label: "Largest gap, D", Value: format.Fixed(format.Value(s.D), 3), Tone: tone(r)}
	if cut, word := cutFor(r.Severity, s.CriticalD, s.HighD, s.MediumD); cut != nil {
		d.Note = "from " + format.Short(*cut, 3) + " it is " + word
	}
	p := component.FactVM{Label: "Chance of it, p", Value: format.P(format.Value(s.P)), Note: "two-sided"}
	if s.Method != "" {
		p.Note = methodText(s.Method) + ", two-sided"
	}
	mean := component.FactVM{Label: "Mean score", Value: format.Fixed(format.Value(s.MeanRecent), 2), Note: "was " + format.Fixed(format.Value(s.MeanBaseline), 2)}
	n := component.FactVM{Label: "Scores", Value: format.Count(s.NRecent), Note: "against " + format.Count(s.NBaseline)}
	return []component.FactVM{d, p, mean, n}
}

func (p *PerformanceVM) facts(r ReportVM) []component.FactVM {
	acc := component.FactVM{Label: "Accuracy, " + windowDays(r), Value: format.Percent(format.Value(p.AccuracyRecent), 1), Tone: tone(r)}
	if p.AccuracyBaseline != nil {
		acc.Note = "was " + format.Percent(*p.AccuracyBaseline, 1)
	}
	drop := component.FactVM{Label: "Fell by", Value: format.Points(format.Value(p.Drop), 1)}
	if p.DropLow != nil && p.DropHigh != nil {
		drop.Note = "95 %: " + format.PointsRange(*p.DropLow, *p.DropHigh, 1)
	}
	n := component.FactVM{Label: "Outcomes", Value: format.Count(p.NRecent), Note: "against " + format.Count(p.NBaseline)}
	if p.CompletenessRecent != nil {
		n.Note += "; " + format.Percent(*p.CompletenessRecent, 0) + " known"
	}
	return []component.FactVM{acc, drop, n}
}

func windowDays(r ReportVM) string {
	days := int64(r.Recent.To.Sub(r.Recent.From).Hours() / 24)
	if days <= 0 {
		return "recent"
	}
	return format.Plural(days, "day", "days")
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

// cutFor is the cut-off to compare with: the crossed one, else the lowest.
func cutFor(s component.Severity, critical, high, medium *float64) (*float64, string) {
	switch s {
	case component.Critical:
		return critical, "critical"
	case component.High:
		return high, "high"
	default:
		return medium, "medium"
	}
}

// alertID is the id of a part of the page, stable over live updates.
func alertID(part string, id int64) string {
	return "alert-" + part + "-" + strconv.FormatInt(id, 10)
}

// path is where a move of the alert is posted to.
func (a AlertActionsVM) path(move string) string {
	return "/alerts/" + strconv.FormatInt(a.ID, 10) + "/" + move
}

// ackLabel says how many alerts the button changes.
func (a AlertActionsVM) ackLabel() string {
	if len(a.Also) == 0 {
		return "Acknowledge"
	}
	return "Acknowledge " + strconv.Itoa(len(a.Also)+1)
}

func (a AlertActionsVM) alsoValue(x AlsoVM) string {
	return strconv.FormatInt(x.ID, 10) + ":" + strconv.Itoa(x.Version)
}
