package page

import (
	"strconv"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// RetrainsVM is the list of retrains: what waits for a decision first.
type RetrainsVM struct {
	Now     time.Time
	Verdict string
	Line    []component.Piece
	// Note is the answer to the emergency stop's form.
	Note component.FormNoteVM
	Stop StopVM
	// SummaryHref is where the lists are asked for anew after events.
	SummaryHref string
	Filter      []SelectVM
	ClearHref   string // "" where nothing is filtered
	// Waiting are for a person to decide, oldest first; Running are at work; Watched are judged by and by.
	Waiting, Running, Watched, Ended []RetrainRowVM
	// Empty is set where there is nothing to list.
	Empty *component.EmptyVM
	Pager component.PagerVM
}

// RetrainRowVM is one retrain in a list: a live fragment, the same for everybody who may see it.
type RetrainRowVM struct {
	ID          int64
	Now         time.Time
	Tenant      string
	ModelType   string
	State       string // wire form
	Severity    component.Severity
	RequestedBy string
	Manual      bool
	Candidate   string // "" until trained
	Progress    string // the trainer's last line
	Note        string // why it is where it is
	CreatedAt   time.Time
	Since       time.Time
	Due         time.Time  // zero where nothing falls due
	Decision    DecisionVM // the move that brought it here, zero where that was no person's
}

// StopVM is the emergency stop's control, for one class of reader.
type StopVM struct {
	// On is the stop while it is on, else nil.
	On *component.HaltVM
	// May lets the reader stop and resume.
	May   bool
	Typed TypedVM
}

func retrainHref(id int64) string { return "/retrains/" + strconv.FormatInt(id, 10) }

// retrainID is the id of a part of a retrain's page.
func retrainID(part string, id int64) string {
	return "retrain-" + part + "-" + strconv.FormatInt(id, 10)
}

// stateWords are the states of a retrain in words.
var stateWords = map[string]string{
	"proposed": lang.Key("Proposed"), "waiting_approval": lang.Key("Waits for a manager"), "countdown": lang.Key("Counting down"),
	"queued": lang.Key("Queued"), "training": lang.Key("Training"), "validating": lang.Key("Validating"),
	"activating": lang.Key("Activating"), "watching": lang.Key("Watched"), "kept": lang.Key("Kept"),
	"rolled_back": lang.Key("Rolled back"), "refused": lang.Key("Refused"), "expired": lang.Key("Expired"),
	"cancelled": lang.Key("Cancelled"), "failed": lang.Key("Failed"),
}

// StateWord is a retrain's state in words.
func StateWord(l lang.Lang, state string) string {
	if word, ok := stateWords[state]; ok {
		return l.T(word)
	}
	return state
}

// stateTone colours the state's label: what waits for a hand, and what went wrong.
func stateTone(state string) string {
	switch state {
	case "waiting_approval", "countdown":
		return "hi"
	case "queued", "training", "validating", "activating", "watching":
		return "a"
	case "failed", "rolled_back":
		return "cr"
	}
	return ""
}

// asked says who wanted the retrain and how long ago, without a full stop.
func (r RetrainRowVM) asked(l lang.Lang) component.Piece {
	age := l.Age(r.Now.Sub(r.CreatedAt))
	if r.Manual {
		return component.Plain(l.T("%s asked for it %s ago", r.RequestedBy, age))
	}
	return component.Plain(l.T("Drift asked for it %s ago", age))
}

// line says what goes on in a row, and what follows.
func (r RetrainRowVM) line(l lang.Lang) []component.Piece {
	asked, due, falls := r.asked(l), component.At(r.Due, component.DayClock), !r.Due.IsZero()
	only := component.Sentence(l.T("{0}."), asked)
	switch {
	case r.State == "waiting_approval" && falls:
		return component.Sentence(l.T("{0}; it lapses {1} if nobody decides."), asked, due)
	case r.State == "countdown" && falls:
		return component.Sentence(l.T("{0}; it starts at {1} unless somebody cancels it."), asked, due)
	case r.State == "watching" && falls:
		return component.Sentence(l.T("{0}; version {1} serves and is judged {2}."), asked, component.Plain(r.Candidate), due)
	case r.State == "watching":
		return component.Sentence(l.T("{0}; version {1} serves and a manager is asked whether it stays."), asked, component.Plain(r.Candidate))
	case (r.State == "training" || r.State == "validating") && r.Progress != "":
		return component.Sentence(l.T("{0}: {1}"), asked, component.Plain(l.Said(r.Progress)))
	case r.State == "training" || r.State == "validating" || r.State == "waiting_approval" || r.State == "countdown":
		return only
	}
	if said := r.Decision.words(l); said != "" {
		return component.Join(only, component.Words(said))
	}
	if r.Note != "" {
		return component.Join(only, component.Words(strings.TrimSuffix(r.Note, ".")+"."))
	}
	return only
}

// DecisionVM is a person's move on a retrain and why, in their own words.
type DecisionVM struct{ By, Move, Why string }

// decided are a person's moves as sentences: without and with their reason.
var decided = map[string][2]string{
	"approve":   {lang.Key("%s approved it."), lang.Key("%s approved it: “%s”.")},
	"reject":    {lang.Key("%s rejected it."), lang.Key("%s rejected it: “%s”.")},
	"cancel":    {lang.Key("%s cancelled it."), lang.Key("%s cancelled it: “%s”.")},
	"keep":      {lang.Key("%s kept it."), lang.Key("%s kept it: “%s”.")},
	"roll_back": {lang.Key("%s rolled it back."), lang.Key("%s rolled it back: “%s”.")},
}

// words say who did what: "admin rejected it: “too little data”."; "" for nobody.
func (d DecisionVM) words(l lang.Lang) string {
	did, ok := decided[d.Move]
	switch {
	case !ok:
		return ""
	case d.Why == "":
		return l.T(did[0], d.By)
	}
	return l.T(did[1], d.By, d.Why)
}
