package handlers

import (
	"net/url"
	"strconv"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// verdict says the most urgent true thing first.
func (s boardSays) verdict(v *page.BoardVM, class uint8) {
	switch {
	case len(s.d.Models) == 0 && s.d.Urgent == nil:
		v.State, v.Verdict, v.Steps = page.BoardEmpty, s.l.T("There is no model yet"), firstSteps(s.l)
		v.Line = words(s.l.T("Bring a log of predictions and their outcomes; the first report is there in a minute."))
		v.LookHref, v.LookLabel = "/start", s.l.T("Connect a model")
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
			Text: s.l.N(int64(n), "%d retrain waits for a manager.", "%d retrains wait for a manager."), Href: "/retrains?state=waiting_approval",
		})
	}
}

// quiet holds only where nothing is open, nothing is unseen and nothing has drifted: every check that is due
// ran, every model was judged, and no newest check found what a person has put away.
func (s boardSays) quiet() bool {
	return s.judged == len(s.d.Models) && s.drifted == 0 && s.w.ran == s.w.due && !s.w.last.IsZero()
}

func (s boardSays) blind(v *page.BoardVM) {
	v.State, v.Severity, v.Title = page.BoardBlind, component.Blind, s.l.T("Blind · Board")
	v.Verdict = s.l.T("No check has run since %s UTC", s.l.WeekdayClock(s.w.blindSince.UTC()))
	v.Line = words(s.l.T("What is below is as of then. Nobody knows what has drifted since. The operations page says what failed and offers to run it again."))
	v.LookHref, v.LookLabel = "/operations", s.l.T("Operations")
}

func (s boardSays) calm(v *page.BoardVM) {
	v.State, v.Severity, v.Verdict = page.BoardQuiet, component.None, s.l.T("Everything is quiet")
	models := len(s.d.Models)
	v.Line = filled(s.l.T("Last checked %s, %s ago. %s, none drifted.", slot(0), s.l.Age(s.now.Sub(s.w.last)), s.judgedWords()),
		component.At(s.w.last, momentOf(s.w.last, s.now)))
	checks := component.FactVM{Label: s.l.T("Checks"), Value: s.l.T("None due yet"), Note: s.l.T("today's begin at 01:00 UTC")}
	if s.w.due > 0 {
		checks = component.FactVM{Label: s.l.T("Checks"), Value: s.l.T("%d of %d ran", s.w.ran, s.w.due), Note: s.l.T("of today's, 01:00 to 04:00 UTC")}
	}
	v.Facts = []component.FactVM{
		checks,
		{Label: s.l.T("Models"), Value: s.l.T("%d of %d judged", s.judged, models), Note: s.l.T("by both checks")},
		{Label: s.l.T("Alerts"), Value: s.l.T("None open"), Note: s.l.T("%d suppressed", s.d.Resting)},
		{
			Label: s.l.T("Next check"), Value: s.l.T("in %s", s.l.Age(s.w.next.At.Sub(s.now))),
			Note: s.l.T("%s UTC, %s", s.l.WeekdayClock(s.w.next.At.UTC()), s.l.T(jobNames[s.w.next.Job])),
		},
	}
}

// judgedWords says how many of the models both checks could judge.
func (s boardSays) judgedWords() string {
	return s.l.N(int64(len(s.d.Models)), "%[2]d of %[1]d model judged", "%[2]d of %[1]d models judged", s.judged)
}

// unjudged is a board without an alert that is not quiet either.
func (s boardSays) unjudged(v *page.BoardVM) {
	v.Severity = component.Blind
	models := int64(len(s.d.Models))
	switch missing := len(s.d.Models) - s.judged; {
	case s.w.last.IsZero():
		v.Verdict = s.l.T("No check has run yet")
		v.Line = filled(s.l.N(models, "%d model waits to be judged. The next check runs at %s; days that lie behind are judged by driftwatch backfill.",
			"%d models wait to be judged. The next check runs at %s; days that lie behind are judged by driftwatch backfill.", slot(0)),
			component.At(s.w.next.At, component.DayClock))
	case missing > 0:
		v.Verdict = s.l.N(models, "No alert is open, but %[2]d of %[1]d model cannot be judged", "No alert is open, but %[2]d of %[1]d models cannot be judged", missing)
		v.Line = filled(s.l.T("What cannot be judged is not quiet. %s.", slot(0)), component.Piece{Text: s.l.T("The list of models says why"), Href: "/models"})
	case s.drifted > 0:
		v.Severity = component.Medium
		v.Verdict = s.l.N(models, "No alert is open, but %[2]d of %[1]d model has drifted", "No alert is open, but %[2]d of %[1]d models have drifted", s.drifted)
		v.Line = filled(s.l.T("Their alerts were resolved or rest for a time. %s.", slot(0)),
			component.Piece{Text: s.l.T("Show them"), Href: hrefOf("status:suppressed,resolved age:<30d")})
	default:
		v.Verdict = s.l.T("No alert is open, but only %d of %d checks of today ran", s.w.ran, s.w.due)
		v.Line = filled(s.l.T("The %s says what is missing.", slot(0)), component.Piece{Text: s.l.T("operations page"), Href: "/operations"})
	}
}

// urgent names what to look at first: what no person has, else the worst.
func (s boardSays) urgent(v *page.BoardVM, class uint8) {
	u := &s.d.Urgent.Alert
	v.Severity = alertSeverityVM(u)
	unowned := u.Untaken()
	v.Verdict = s.headline(v.Severity, unowned)
	if v.Severity == component.Medium {
		unowned = false // it does not interrupt
	}
	v.Line = filled(s.l.T("%s has been open since %s, %s ago.", slot(0), slot(1), s.l.Age(s.now.Sub(u.CreatedAt))),
		component.Piece{Text: modelOf(u), Strong: true}, component.At(u.CreatedAt, momentOf(u.CreatedAt, s.now)))
	v.Line = append(v.Line, component.Piece{Text: " " + s.next(u)})
	if at := timerAt(s.d.Urgent.Timers, drift.TimerEscalate); !at.IsZero() && unowned {
		v.Line = append(v.Line, component.Piece{Text: " "})
		v.Line = append(v.Line, filled(s.l.T("It goes to its team at %s if nobody takes it.", slot(0)), component.At(at, momentOf(at, s.now)))...)
	}
	v.LookHref = alertHref(u.ID)
	if unowned && mayMove(class) {
		v.Ack = &page.AckVM{AlertID: u.ID, Version: u.Version, About: modelOf(u), Label: s.l.T("Acknowledge")}
		for _, x := range s.d.Urgent.Also {
			v.Ack.Also = append(v.Ack.Also, pickText(x))
		}
		if n := int64(len(v.Ack.Also)); n > 0 {
			v.Ack.About += ", " + s.l.N(n+1, "%d alert", "%d alerts")
			v.Ack.Label = s.l.T("Acknowledge %d", n+1)
		}
	}
}

// severityHeads are the first sentences of a board by severity: of one and of more alerts that are open and
// taken, of which some are clean and nobody's, that wait for an owner, that wait and are in part escalated, and
// that are escalated and not taken.
type severityHeads struct {
	open, clean, waits, partly, escalated func(l lang.Lang, n, also int64) string
}

var heads = map[component.Severity]severityHeads{
	component.Critical: {
		open: func(l lang.Lang, n, _ int64) string {
			return oneOr(n, l.T("A critical alert is open, and somebody has it"), l.T("%d critical alerts are open, and somebody has each", n))
		},
		clean: func(l lang.Lang, n, also int64) string {
			return oneOr(n, l.T("A critical alert is open, and its last check was clean"), l.T("%d critical alerts are open, %d of them cleared", n, also))
		},
		waits: func(l lang.Lang, n, _ int64) string {
			return oneOr(n, l.T("A critical alert is waiting for an owner"), l.T("%d critical alerts are waiting for an owner", n))
		},
		partly: func(l lang.Lang, n, also int64) string {
			return l.T("%d critical alerts are waiting for an owner, %d of them escalated", n, also)
		},
		escalated: func(l lang.Lang, n, _ int64) string {
			return oneOr(n, l.T("A critical alert is escalated and nobody has taken it"), l.T("%d critical alerts are escalated and nobody has taken them", n))
		},
	},
	component.Blind: {
		open: func(l lang.Lang, n, _ int64) string {
			return oneOr(n, l.T("A blind alert is open, and somebody has it"), l.T("%d blind alerts are open, and somebody has each", n))
		},
		clean: func(l lang.Lang, n, also int64) string {
			return oneOr(n, l.T("A blind alert is open, and its last check was clean"), l.T("%d blind alerts are open, %d of them cleared", n, also))
		},
		waits: func(l lang.Lang, n, _ int64) string {
			return oneOr(n, l.T("A blind alert is waiting for an owner"), l.T("%d blind alerts are waiting for an owner", n))
		},
		partly: func(l lang.Lang, n, also int64) string {
			return l.T("%d blind alerts are waiting for an owner, %d of them escalated", n, also)
		},
		escalated: func(l lang.Lang, n, _ int64) string {
			return oneOr(n, l.T("A blind alert is escalated and nobody has taken it"), l.T("%d blind alerts are escalated and nobody has taken them", n))
		},
	},
	component.High: {
		open: func(l lang.Lang, n, _ int64) string {
			return oneOr(n, l.T("A high alert is open, and somebody has it"), l.T("%d high alerts are open, and somebody has each", n))
		},
		clean: func(l lang.Lang, n, also int64) string {
			return oneOr(n, l.T("A high alert is open, and its last check was clean"), l.T("%d high alerts are open, %d of them cleared", n, also))
		},
		waits: func(l lang.Lang, n, _ int64) string {
			return oneOr(n, l.T("A high alert is waiting for an owner"), l.T("%d high alerts are waiting for an owner", n))
		},
		partly: func(l lang.Lang, n, also int64) string {
			return l.T("%d high alerts are waiting for an owner, %d of them escalated", n, also)
		},
		escalated: func(l lang.Lang, n, _ int64) string {
			return oneOr(n, l.T("A high alert is escalated and nobody has taken it"), l.T("%d high alerts are escalated and nobody has taken them", n))
		},
	},
}

// oneOr is a sentence about one thing, or about more.
func oneOr(n int64, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}

// headline counts the alerts that the sentence is about.
func (s boardSays) headline(sev component.Severity, untaken bool) string {
	var c drift.BoardTally
	for _, t := range s.d.Tally {
		if t.Rank == sev.Rank() {
			c = t
		}
	}
	h, ok := heads[sev]
	if !ok {
		return oneOr(int64(c.N), s.l.T("A medium alert is open, nothing that interrupts"), s.l.T("%d medium alerts are open, nothing that interrupts", c.N))
	}
	waiting, escalated := int64(c.Nobody), int64(c.Escalated)
	switch {
	case untaken && escalated == waiting:
		return h.escalated(s.l, waiting, 0)
	case untaken && escalated > 0:
		return h.partly(s.l, waiting, escalated)
	case untaken:
		return h.waits(s.l, waiting, 0)
	case c.Cleared > 0:
		return h.clean(s.l, int64(c.N), int64(c.Cleared))
	}
	return h.open(s.l, int64(c.N), 0)
}

// next says who has the alert, or that somebody should.
func (s boardSays) next(a *drift.Alert) string {
	switch team := waitsFor(a); {
	case a.Cleared:
		return s.l.T("Its last check was clean; a person decides.")
	case team != "":
		return s.l.T("It was escalated to %s.", team)
	case a.Assignee != "":
		return s.l.T("%s has it.", a.Assignee)
	}
	return s.l.T("Nobody has it.")
}

func alertHref(id int64) string { return "/alerts/" + strconv.FormatInt(id, 10) }

// modelHref leads to a model's page, whatever its names hold.
func modelHref(m drift.Model) string {
	return "/models/" + url.PathEscape(m.Tenant) + "/" + url.PathEscape(m.ModelType)
}

// firstSteps lead from nothing to a first judged model.
func firstSteps(l lang.Lang) []page.StepVM {
	return []page.StepVM{
		{Title: l.T("Import your predictions"), Text: l.T("CSV or NDJSON, plain or gzip. A tenant that the file names is created."), Command: "driftwatch import predictions predictions.csv"},
		{Title: l.T("Import what then happened"), Text: l.T("Outcomes may come before, with or long after their predictions; none is ever inferred."), Command: "driftwatch import outcomes outcomes.csv"},
		{Title: l.T("Judge the days that lie behind"), Text: l.T("Every day of the range gets its metrics and reports; alerts follow for the last one."), Command: "driftwatch backfill --from 2026-05-01 --to 2026-07-01"},
		{Title: l.T("Then it runs by itself"), Text: l.T("The checks run at 01:00, 02:00, 03:00 and 04:00 UTC, and new alerts appear on this page.")},
	}
}
