package page

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/format"
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
func (v LaterVM) title() string {
	if v.Of > len(v.Items) {
		return fmt.Sprintf("Later reports, the %d newest of %s", len(v.Items), format.Count(int64(v.Of)))
	}
	return "Later reports"
}

// LaterReportVM is a report newer than the one that the retrain was proposed on.
type LaterReportVM struct {
	DriftType string
	Date      time.Time
	Severity  component.Severity
	Message   string
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
func (e EarlierVM) why() string {
	if said := e.Decision.words(); said != "" {
		return said + "."
	}
	return e.Note
}

// title asks or tells.
func (s RetrainStateVM) title() string {
	model := s.Tenant + " " + s.ModelType
	switch s.State {
	case "waiting_approval":
		return "Retrain " + model + "?"
	case "countdown":
		return model + " is about to retrain"
	case "queued":
		return model + " waits for its turn to train"
	case "training":
		return model + " is being trained"
	case "validating":
		return "The candidate of " + model + " is being validated"
	case "activating":
		return "The candidate of " + model + " is about to serve"
	case "watching":
		return model + " serves a new version, and is watched"
	case "kept":
		if s.Gone != "" {
			return model + " kept its new version, which does not serve any more"
		}
		return model + " keeps its new version"
	case "rolled_back":
		return model + " was rolled back"
	case "refused":
		return model + " was not retrained: refused"
	case "expired":
		return model + " was not retrained: nobody decided"
	case "cancelled":
		return model + " was not retrained: cancelled"
	case "failed":
		return model + " was not retrained: it failed"
	}
	return "A retrain of " + model + " is proposed"
}

// line says who asked, what they said, and what follows.
func (s RetrainStateVM) line() []component.Piece {
	ps := s.RetrainRowVM.line()
	if s.ApprovedBy != "" && s.Decision.Move != "approve" {
		ps = append(ps, component.Piece{Text: " Approved by " + s.ApprovedBy + "."})
	}
	if s.Gone != "" {
		ps = append(ps, component.Piece{Text: " " + s.Gone})
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

func (a RetrainActionsVM) path(move string) string { return retrainHref(a.ID) + "/" + move }

// word is a safeguard's verdict as it is read aloud.
func (g GuardVM) word() string {
	switch g.State {
	case "passed":
		return "passed"
	case "failed":
		return "not passed"
	}
	return "not yet"
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
func (g GuardsVM) tally() string {
	n := map[string]int{}
	for _, it := range g.Items {
		n[it.State]++
	}
	var parts []string
	for _, p := range [][2]string{{"passed", " passed"}, {"failed", " not"}, {"later", " not yet"}} {
		if n[p[0]] > 0 {
			parts = append(parts, strconv.Itoa(n[p[0]])+p[1])
		}
	}
	return strings.Join(parts, ", ")
}

// facts are the report's numbers in large.
func (v RetrainVM) facts() []component.FactVM {
	if v.Report == nil {
		return nil
	}
	facts := v.Report.Performance.facts
	if v.Report.Statistical != nil {
		facts = v.Report.Statistical.facts
	}
	out := facts("", *v.Report)
	if f, ok := v.Features.fact(""); ok {
		out = append(out, f)
	}
	return out
}

func orNone(s string) string { return orElse(s, "none") }

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
