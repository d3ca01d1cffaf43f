package page

import (
	"strconv"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/format"
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

// StateWord is a retrain's state in words.
func StateWord(state string) string {
	switch state {
	case "waiting_approval":
		return "Waits for a manager"
	case "countdown":
		return "Counting down"
	case "watching":
		return "Watched"
	case "rolled_back":
		return "Rolled back"
	case "":
		return ""
	}
	return strings.ToUpper(state[:1]) + state[1:]
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

// asker says who wanted the retrain.
func asker(manual bool, by string) string {
	if manual {
		return by + " asked for it"
	}
	return "Drift asked for it"
}

// line says what goes on in a row, and what follows.
func (r RetrainRowVM) line() []component.Piece {
	ps := component.Words(asker(r.Manual, r.RequestedBy) + " " + format.Age(r.Now.Sub(r.CreatedAt)) + " ago")
	say := func(s string) { ps = append(ps, component.Piece{Text: s}) }
	due := func(before, after string) {
		if !r.Due.IsZero() {
			say(before)
			ps = append(ps, component.At(r.Due, component.DayClock))
			say(after)
		}
	}
	switch r.State {
	case "waiting_approval":
		due("; it lapses ", " if nobody decides")
	case "countdown":
		due("; it starts at ", " unless somebody cancels it")
	case "watching":
		say("; version " + r.Candidate + " serves")
		if r.Due.IsZero() {
			say(" and a manager is asked whether it stays")
		}
		due(" and is judged ", "")
	case "training", "validating":
		if r.Progress != "" {
			say(": " + r.Progress)
			return ps
		}
	default:
		if said := r.Decision.words(); said != "" {
			say(". " + said)
		} else if r.Note != "" {
			say(". " + strings.TrimSuffix(r.Note, "."))
		}
	}
	say(".")
	return ps
}

// DecisionVM is a person's move on a retrain and why, in their own words.
type DecisionVM struct{ By, Move, Why string }

// words say who did what, without a full stop: "admin rejected it: “too little data”".
func (d DecisionVM) words() string {
	did := map[string]string{
		"approve": "approved it", "reject": "rejected it", "cancel": "cancelled it", "keep": "kept it", "roll_back": "rolled it back",
	}[d.Move]
	if did == "" {
		return ""
	}
	text := d.By + " " + did
	if d.Why != "" {
		text += ": “" + d.Why + "”"
	}
	return text
}
