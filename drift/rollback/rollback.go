// Package rollback decides the watch after an activation: whether the new version stays, goes back,
// or has to be decided by a person. It is pure: counts and times in, a decision out.
package rollback

import (
	"fmt"
	"strconv"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// MaxWatch is how long after its activation a version is watched for want of outcomes.
const MaxWatch = 7 * 24 * time.Hour

// Verdict is what the watch comes to.
type Verdict string

// The watch is not due, goes on for want of outcomes, or ends.
const (
	NotYet       Verdict = "not_yet"
	KeepWatching Verdict = "keep_watching"
	Keep         Verdict = "keep"
	RollBack     Verdict = "roll_back"
	AskManager   Verdict = "ask_manager"
)

// Counts are a version's outcomes and how many of them it predicted correctly.
type Counts struct{ Correct, Outcomes int }

// Input is what a watch is decided by.
type Input struct {
	New         Counts // since activation
	Old         Counts // the previous version's last 7 days in service
	Threshold   string // ROLLBACK_ACCURACY_DROP_THRESHOLD, as the setting has it
	MinOutcomes int    // ROLLBACK_MIN_OUTCOMES, on both sides
	NewVersion  string // their names, for the sentence
	OldVersion  string
	Activated   time.Time
	Now         time.Time
	CheckHours  int // ROLLBACK_CHECK_HOURS
}

// Accuracy is a version's accuracy with its 95 % interval by Wilson; undefined without outcomes.
type Accuracy struct {
	Correct  int          `json:"correct"`
	Outcomes int          `json:"outcomes"`
	Value    drift.Number `json:"value"`
	Low      drift.Number `json:"low"`
	High     drift.Number `json:"high"`
}

// Decision is what the watch comes to, with the numbers it is read from.
type Decision struct {
	Verdict    Verdict      `json:"verdict"`
	Sentence   string       `json:"sentence"`
	New        Accuracy     `json:"new"`
	Old        Accuracy     `json:"old"`
	Drop       drift.Number `json:"drop"` // old − new
	DropLow    drift.Number `json:"drop_low"`
	DropHigh   drift.Number `json:"drop_high"`
	MissingNew int          `json:"missing_new"` // outcomes still needed
	MissingOld int          `json:"missing_old"`
	Due        time.Time    `json:"due"` // the first time it can be decided
	Until      time.Time    `json:"until"`
}

// Decide compares the two versions once the watch is due: back where the old accuracy lies above the
// new one by strictly more than the threshold, as integers. With too few outcomes on a side it
// watches on until seven days after activation, and then leaves it to a manager. An error says that
// the input is wrong.
func Decide(in Input) (Decision, error) {
	threshold, err := stats.ParseDecimal(in.Threshold)
	if err != nil {
		return Decision{}, fmt.Errorf("rollback threshold: %w", err)
	}
	for _, c := range []Counts{in.New, in.Old} {
		if c.Correct < 0 || c.Outcomes < c.Correct {
			return Decision{}, fmt.Errorf("%d correct of %d outcomes cannot be", c.Correct, c.Outcomes)
		}
	}
	recent, before := stats.Proportion{K: in.New.Correct, N: in.New.Outcomes}, stats.Proportion{K: in.Old.Correct, N: in.Old.Outcomes}
	drop := stats.Newcombe(recent, before)
	least := max(in.MinOutcomes, 1)
	d := Decision{
		New: accuracy(recent), Old: accuracy(before),
		Drop: drift.Number(stats.Drop(recent, before)), DropLow: drift.Number(drop.Low), DropHigh: drift.Number(drop.High),
		MissingNew: max(0, least-recent.N), MissingOld: max(0, least-before.N),
		Due:   in.Activated.Add(time.Duration(in.CheckHours) * time.Hour),
		Until: in.Activated.Add(MaxWatch),
	}
	if d.Until.Before(d.Due) {
		d.Until = d.Due
	}
	switch {
	case in.Now.Before(d.Due):
		d.Verdict = NotYet
	case d.MissingNew+d.MissingOld == 0 && stats.DropAbove(recent, before, threshold):
		d.Verdict = RollBack
	case d.MissingNew+d.MissingOld == 0:
		d.Verdict = Keep
	case in.Now.Before(d.Until):
		d.Verdict = KeepWatching
	default:
		d.Verdict = AskManager
	}
	d.Sentence = d.say(in)
	return d, nil
}

func accuracy(p stats.Proportion) Accuracy {
	w := p.Wilson()
	return Accuracy{p.K, p.N, drift.Number(p.Value()), drift.Number(w.Low), drift.Number(w.High)}
}

func (d *Decision) say(in Input) string {
	versions := fmt.Sprintf("version %s was right on %s of %s, version %s on %s of %s before it", in.NewVersion,
		drift.Thousands(d.New.Correct), drift.Thousands(d.New.Outcomes), in.OldVersion, drift.Thousands(d.Old.Correct), drift.Thousands(d.Old.Outcomes))
	missing := fmt.Sprintf("%s more outcomes of version %s and %s of version %s are needed",
		drift.Thousands(d.MissingNew), in.NewVersion, drift.Thousands(d.MissingOld), in.OldVersion)
	switch d.Verdict {
	case NotYet:
		return "Version " + in.NewVersion + " is judged at " + stamp(d.Due) + "."
	case KeepWatching:
		return "Too few outcomes to judge by: " + missing + ". It is watched until " + stamp(d.Until) + "."
	case AskManager:
		return "Too few outcomes to judge by, and the watch is over: " + missing + ". A manager decides."
	case RollBack:
		return fmt.Sprintf("Accuracy fell by more than %s: %s. Version %s takes over again.", points(in.Threshold), versions, in.OldVersion)
	}
	return fmt.Sprintf("Accuracy did not fall by more than %s: %s. Version %s stays.", points(in.Threshold), versions, in.NewVersion)
}

// points writes a fraction as points: "5 points".
func points(fraction string) string {
	f, _ := strconv.ParseFloat(fraction, 64) // Decide has parsed it
	n := strconv.FormatFloat(f*100, 'g', 6, 64)
	if n == "1" {
		return "1 point"
	}
	return n + " points"
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
