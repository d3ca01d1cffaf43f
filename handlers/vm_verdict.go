package handlers

import (
	"fmt"
	"net/url"
	"strconv"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/format"
	"github.com/driftwatch/driftwatch/views/page"
)

// verdict says the most urgent true thing first.
func (s boardSays) verdict(v *page.BoardVM, class uint8) {
	switch {
	case len(s.d.Models) == 0 && s.d.Urgent == nil:
		v.State, v.Verdict, v.Steps = page.BoardEmpty, "There is no model yet", firstSteps
		v.Line = words("Bring a log of predictions and their outcomes; the first report is there in a minute.")
	case !s.w.blindSince.IsZero():
		s.blind(v)
	case s.d.Urgent != nil:
		s.urgent(v, class)
	case s.quiet():
		s.calm(v)
	default:
		s.unjudged(v)
	}
	if n := s.d.Undecided; n > 0 {
		v.Line = append(v.Line, component.Piece{Text: " "}, component.Piece{
			Text: format.Plural(int64(n), "retrain waits", "retrains wait") + " for a manager.", Href: "/retrains?state=waiting_approval",
		})
	}
}

// quiet holds only where nothing is open and nothing is unseen: every check that is due ran, and
// every model was judged.
func (s boardSays) quiet() bool {
	return s.judged == len(s.d.Models) && s.w.ran == s.w.due && !s.w.last.IsZero()
}

func (s boardSays) blind(v *page.BoardVM) {
	v.State, v.Severity, v.Title = page.BoardBlind, component.Blind, "Blind · Board"
	v.Verdict = "No check has run since " + s.w.blindSince.UTC().Format("Monday 15:04") + " UTC"
	v.Line = words("What is below is as of then. Nobody knows what has drifted since. The operations page says what failed and offers to run it again.")
	v.LookHref, v.LookLabel = "/operations", "Operations"
}

func (s boardSays) calm(v *page.BoardVM) {
	v.State, v.Severity, v.Verdict = page.BoardQuiet, component.None, "Everything is quiet"
	models := len(s.d.Models)
	v.Line = []component.Piece{
		{Text: "Last checked "},
		component.At(s.w.last, momentOf(s.w.last, s.now)),
		{Text: ", " + ago(s.w.last, s.now) + fmt.Sprintf(". %d of %s judged, none drifted.", s.judged, format.Plural(int64(models), "model", "models"))},
	}
	checks := component.FactVM{Label: "Checks", Value: "None due yet", Note: "today's begin at 01:00 UTC"}
	if s.w.due > 0 {
		checks = component.FactVM{Label: "Checks", Value: fmt.Sprintf("%d of %d ran", s.w.ran, s.w.due), Note: "of today's, 01:00 to 04:00 UTC"}
	}
	v.Facts = []component.FactVM{
		checks,
		{Label: "Models", Value: fmt.Sprintf("%d of %d judged", s.judged, models), Note: "by both checks"},
		{Label: "Alerts", Value: "None open", Note: format.Count(int64(s.d.Resting)) + " suppressed"},
		{
			Label: "Next check", Value: "in " + format.Age(s.w.next.At.Sub(s.now)),
			Note: component.FormatMoment(s.w.next.At, component.DayClock) + ", " + jobNames[s.w.next.Job],
		},
	}
}

// unjudged is a board without an alert that is not quiet either.
func (s boardSays) unjudged(v *page.BoardVM) {
	v.Severity = component.Blind
	models := len(s.d.Models)
	switch missing := models - s.judged; {
	case s.w.last.IsZero():
		v.Verdict = "No check has run yet"
		v.Line = []component.Piece{
			{Text: format.Plural(int64(models), "model waits", "models wait") + " to be judged. The next check runs at "},
			component.At(s.w.next.At, component.DayClock),
			{Text: "; days that lie behind are judged by driftwatch backfill."},
		}
	case missing > 0:
		v.Verdict = fmt.Sprintf("No alert is open, but %d of %s cannot be judged", missing, format.Plural(int64(models), "model", "models"))
		v.Line = []component.Piece{{Text: "What cannot be judged is not quiet. "}, {Text: "The list of models says why", Href: "/models"}, {Text: "."}}
	default:
		v.Verdict = fmt.Sprintf("No alert is open, but only %d of %d checks of today ran", s.w.ran, s.w.due)
		v.Line = []component.Piece{{Text: "The "}, {Text: "operations page", Href: "/operations"}, {Text: " says what is missing."}}
	}
}

// urgent names what to look at first: what no person has, else the worst.
func (s boardSays) urgent(v *page.BoardVM, class uint8) {
	u := &s.d.Urgent.Alert
	v.Severity = alertSeverityVM(u)
	unowned := untaken(u)
	v.Verdict = s.headline(v.Severity, unowned)
	if v.Severity == component.Medium {
		unowned = false // it does not interrupt
	}
	v.Line = []component.Piece{
		{Text: modelOf(u), Strong: true},
		{Text: " has been open since "},
		component.At(u.CreatedAt, momentOf(u.CreatedAt, s.now)),
		{Text: ", " + ago(u.CreatedAt, s.now) + ". " + s.next(u)},
	}
	if at := timerAt(s.d.Urgent.Timers, drift.TimerEscalate); !at.IsZero() && unowned {
		v.Line = append(v.Line, component.Piece{Text: " It goes to its team at "}, component.At(at, momentOf(at, s.now)), component.Piece{Text: " if nobody takes it."})
	}
	v.LookHref = alertHref(u.ID)
	if unowned && mayMove(class) {
		v.Ack = &page.AckVM{AlertID: u.ID, Version: u.Version, About: modelOf(u)}
	}
}

// untaken tells whether no person has an alert: it is nobody's, or was escalated by itself.
func untaken(a *drift.Alert) bool {
	return a.Assignee == "" && (a.Status == drift.AlertNew || a.Status == drift.AlertEscalated)
}

// headline counts the alerts that the sentence is about.
func (s boardSays) headline(sev component.Severity, untaken bool) string {
	var c drift.BoardTally
	for _, t := range s.d.Tally {
		if t.Rank == sev.Rank() {
			c = t
		}
	}
	kind := map[component.Severity]string{component.Critical: "critical", component.Blind: "blind", component.High: "high", component.Medium: "medium"}[sev]
	waiting := c.Nobody + c.Untaken
	switch {
	case sev == component.Medium:
		return count(c.N, kind) + " " + are(c.N) + " open, nothing that interrupts"
	case untaken && c.Nobody == 0:
		return count(waiting, kind) + " " + are(waiting) + " escalated and nobody has taken " + map[bool]string{true: "it", false: "them"}[waiting == 1]
	case untaken && waiting == 1:
		return count(1, kind) + " is waiting for an owner"
	case untaken && c.Untaken > 0:
		return count(waiting, kind) + " are waiting for an owner, " + strconv.Itoa(c.Untaken) + " of them escalated"
	case untaken:
		return count(waiting, kind) + " are waiting for an owner"
	}
	return count(c.N, kind) + " " + are(c.N) + " open, and somebody has " + map[bool]string{true: "it", false: "each"}[c.N == 1]
}

// next says who has the alert, or that somebody should.
func (s boardSays) next(a *drift.Alert) string {
	switch who := owner(a); {
	case a.Cleared:
		return "Its last check was clean; a person decides."
	case a.Status == drift.AlertEscalated && who != "":
		return "It was escalated to " + who + "."
	case who != "":
		return who + " has it."
	}
	return "Nobody has it."
}

func alertHref(id int64) string { return "/alerts/" + strconv.FormatInt(id, 10) }

// modelHref leads to a model's page, whatever its names hold.
func modelHref(m drift.Model) string {
	return "/models/" + url.PathEscape(m.Tenant) + "/" + url.PathEscape(m.ModelType)
}

// firstSteps lead from nothing to a first judged model.
var firstSteps = []page.StepVM{
	{Title: "Import your predictions", Text: "CSV or NDJSON, plain or gzip. A tenant that the file names is created.", Command: "driftwatch import predictions predictions.csv"},
	{Title: "Import what then happened", Text: "Outcomes may come before, with or long after their predictions; none is ever inferred.", Command: "driftwatch import outcomes outcomes.csv"},
	{Title: "Judge the days that lie behind", Text: "Every day of the range gets its metrics and reports; alerts follow for the last one.", Command: "driftwatch backfill --from 2026-05-01 --to 2026-07-01"},
	{Title: "Then it runs by itself", Text: "The checks run at 01:00, 02:00, 03:00 and 04:00 UTC, and new alerts appear on this page."},
}
