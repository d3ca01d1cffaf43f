package page

import (
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// RetrainVM is the page on which one retrain is decided. What is nil or empty is not shown.
type RetrainVM struct {
	Now      time.Time
	State    RetrainStateVM
	Actions  RetrainActionsVM
	Conflict *ConflictVM
	Note     component.FormNoteVM
	// ModelHref leads to the model's page, AlertHref to all evidence.
	ModelHref, AlertHref string
	AlertID              int64
	// Report is the revision that it was proposed on.
	Report   *ReportVM
	Later    LaterVM
	Guards   GuardsVM
	Change   ChangeVM
	Steps    StepsVM
	ECDF     *chart.ECDFs    // of the scores of both windows of the report
	Accuracy *chart.Accuracy // of the version that serves
	Features *FeaturesVM     // that moved between the windows of the report
	Result   RetrainResultVM
	Timeline RetrainTimelineVM
	Earlier  []EarlierVM
	// Log is what the trainer printed.
	Log string
}

// Charts are all charts of the page.
func (v RetrainVM) Charts() (out []chart.Chart) {
	if v.Result.Watch != nil {
		out = append(out, v.Result.Watch.Hours)
	}
	if v.ECDF != nil {
		out = append(out, v.ECDF)
	}
	if v.Accuracy != nil {
		out = append(out, v.Accuracy)
	}
	return out
}

// retrainFiles says where a retrain's charts are served as files.
func retrainFiles(id int64) chart.Files { return chart.Files{Base: retrainHref(id) + "/charts/"} }

// RetrainStateVM is where a retrain stands: a live fragment, the same for everybody who may see it.
type RetrainStateVM struct {
	RetrainRowVM
	Reason     string // why it was asked for
	ApprovedBy string
	Gone       string // how the candidate's service ended, "" where it has not
}

// RetrainActionsVM is what may be done now: a fragment of a class of reader.
type RetrainActionsVM struct {
	ID      int64
	Version int
	State   string
	// Own marks the panel of whoever asked for the retrain, which is a fragment of its own.
	Own bool
	// ReadOnly says why the reader may do nothing; "" shows the buttons.
	ReadOnly string
	// RollBackHref leads to the model's rollback.
	RollBackHref string
	// Off holds by move ("approve", "reject", "cancel", "keep", "rollback") why it cannot be made now.
	Off map[string]string
	// Ended says that nothing is left to do.
	Ended string
	Typed TypedVM
}

// TypedVM is what a form of retraining brought that was refused, so that nobody types it again.
type TypedVM struct {
	Reason string
	// Problem is what is wrong with the reason, "" for nothing.
	Problem string
	Ticked  bool // its box
}

func (t TypedVM) any() bool { return t != TypedVM{} }

// field is the form's reason.
func (t TypedVM) field(id, label string) component.FieldVM {
	return component.FieldVM{ID: id, Name: "reason", Label: label, Value: t.Reason, Problem: t.Problem, Lines: 2, Must: true, Max: 4000}
}

// GuardsVM is the five safeguards: a live fragment.
type GuardsVM struct {
	// ID is the id in the document.
	ID    string
	Title string
	// Answer is what follows from them, in a sentence; none where nothing was asked.
	Answer []component.Piece
	// Of says as of when they are.
	Of    []component.Piece
	Items []GuardVM
}

// GuardVM is one safeguard. State is "passed", "failed" or "later".
type GuardVM struct {
	Topic                         component.Topic
	Name, State, Compared, Detail string
	// Now says what it says today where that is another verdict than the one above.
	Now string
}

// LaterVM are the newest of the reports newer than the one that the retrain was proposed on, newest first:
// a live fragment.
type LaterVM struct {
	ID    int64
	Now   time.Time
	Items []LaterReportVM
	Of    int // how many there are
}

// title says how many of them are shown.
func (v LaterVM) title(l lang.Lang) string {
	if v.Of > len(v.Items) {
		return l.T("Later reports, the %d newest of %d", len(v.Items), v.Of)
	}
	return l.T("Later reports")
}

// LaterReportVM is a report newer than the one that the retrain was proposed on.
type LaterReportVM struct {
	DriftType string
	Date      time.Time
	Severity  component.Severity
	Message   string
}

// kind is the check that made it, in words.
func (v LaterReportVM) kind(l lang.Lang) string {
	switch v.DriftType {
	case "statistical":
		return l.T("statistical")
	case "performance":
		return l.T("performance")
	}
	return v.DriftType
}

// RetrainTimelineVM is what happened, newest first: a live fragment.
type RetrainTimelineVM struct {
	ID    int64
	Now   time.Time
	Items []component.TimelineVM
}

// EarlierVM is an earlier attempt for the same model.
type EarlierVM struct {
	ID      int64
	At      time.Time
	Decided string
	State   string
	Version string
	Note    string
	// Decision is the person's move that ended it; zero where it ended by itself.
	Decision DecisionVM
}

// why it ended, with who ended it.
func (e EarlierVM) why(l lang.Lang) string {
	if said := e.Decision.words(l); said != "" {
		return said
	}
	return e.Note
}

// retrainTitles ask or tell, by state, with the model's name.
var retrainTitles = map[string]string{
	"proposed": lang.Key("A retrain of %s is proposed"), "waiting_approval": lang.Key("Retrain %s?"),
	"countdown": lang.Key("%s is about to retrain"), "queued": lang.Key("%s waits for its turn to train"),
	"training": lang.Key("%s is being trained"), "validating": lang.Key("The candidate of %s is being validated"),
	"activating": lang.Key("The candidate of %s is about to serve"), "watching": lang.Key("%s serves a new version, and is watched"),
	"kept": lang.Key("%s keeps its new version"), "rolled_back": lang.Key("%s was rolled back"),
	"refused": lang.Key("%s was not retrained: refused"), "expired": lang.Key("%s was not retrained: nobody decided"),
	"cancelled": lang.Key("%s was not retrained: cancelled"), "failed": lang.Key("%s was not retrained: it failed"),
}

// title asks or tells.
func (s RetrainStateVM) title(l lang.Lang) string {
	model := s.Tenant + " " + s.ModelType
	if s.State == "kept" && s.Gone != "" {
		return l.T("%s kept its new version, which does not serve any more", model)
	}
	if title, ok := retrainTitles[s.State]; ok {
		return l.T(title, model)
	}
	return l.T(retrainTitles["proposed"], model)
}

// line says who asked, what they said, and what follows.
func (s RetrainStateVM) line(l lang.Lang) []component.Piece {
	ps := s.RetrainRowVM.line(l)
	if s.ApprovedBy != "" && s.Decision.Move != "approve" {
		ps = component.Join(ps, component.Words(l.T("Approved by %s.", s.ApprovedBy)))
	}
	if s.Gone != "" {
		ps = component.Join(ps, component.Words(s.Gone))
	}
	return ps
}

func (a RetrainActionsVM) domID(part string) string {
	id := retrainID(part, a.ID)
	if a.Own {
		id += "-own"
	}
	return id
}

// mayDecide reports whether the reader can approve or reject now: then both stay in a thumb's reach.
func (a RetrainActionsVM) mayDecide() bool { return a.Off["approve"] == "" || a.Off["reject"] == "" }

func (a RetrainActionsVM) path(move string) string { return retrainHref(a.ID) + "/" + move }

// word is a safeguard's verdict as it is read aloud.
func (g GuardVM) word(l lang.Lang) string {
	switch g.State {
	case "passed":
		return l.T("passed")
	case "failed":
		return l.T("not passed")
	}
	return l.T("not yet")
}

func (g GuardVM) icon() string {
	switch g.State {
	case "passed":
		return "check"
	case "failed":
		return "cross"
	}
	return "clock"
}

// tally counts the verdicts: "3 passed, 1 not, 1 not yet".
func (g GuardsVM) tally(l lang.Lang) string {
	n := map[string]int{}
	for _, it := range g.Items {
		n[it.State]++
	}
	var parts []string
	for _, p := range []struct{ state, words string }{
		{"passed", l.T("%d passed", n["passed"])}, {"failed", l.T("%d not", n["failed"])}, {"later", l.T("%d not yet", n["later"])},
	} {
		if n[p.state] > 0 {
			parts = append(parts, p.words)
		}
	}
	return strings.Join(parts, ", ")
}

// facts are the report's numbers in large.
func (v RetrainVM) facts(l lang.Lang) []component.FactVM {
	if v.Report == nil {
		return nil
	}
	facts := v.Report.Performance.facts
	if v.Report.Statistical != nil {
		facts = v.Report.Statistical.facts
	}
	out := facts(l, *v.Report)
	if f, ok := v.Features.fact(l); ok {
		out = append(out, f)
	}
	return out
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
