package handlers

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/drift/rollback"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/format"
	"github.com/driftwatch/driftwatch/views/page"
)

func retrainTitle(r *drift.Retrain) string {
	return fmt.Sprintf("Retrain %d, %s %s", r.ID, r.Tenant, r.ModelType)
}

// retrainStateVM is where a retrain stands, the same in its page and in a live message.
func retrainStateVM(d drift.RetrainData, now time.Time) page.RetrainStateVM {
	r := d.Retrain
	return page.RetrainStateVM{RetrainRowVM: retrainRowVM(r, now), Reason: r.Reason, ApprovedBy: r.ApprovedBy, Gone: goneWords(d)}
}

// guardNames are the five safeguards as a person calls them.
var guardNames = map[string]string{
	drift.SafeguardFlags: "Feature flags", drift.SafeguardCooldown: "Cooldown", drift.SafeguardData: "Data",
	drift.SafeguardSeverity: "Severity", drift.SafeguardValidation: "Validation",
}

func guardState(s drift.Safeguard) string {
	switch {
	case s.Passed == nil:
		return "later"
	case *s.Passed:
		return "passed"
	}
	return "failed"
}

// guardsVM is a retrain's safeguards as they were recorded, with today's verdict where it is another;
// today may be nil.
func guardsVM(r *drift.Retrain, today []drift.Safeguard) page.GuardsVM {
	v := page.GuardsVM{ID: fmt.Sprintf("retrain-safeguards-%d", r.ID), Title: "Is it safe", Of: words("As they were when it was last decided.")}
	if beforeTraining(r.State) {
		v.Of = words("As they were when it was proposed; they are asked once more before it trains.")
	}
	v.Items = guardItems(r.Safeguards)
	for i := range v.Items {
		if i < len(today) && guardState(today[i]) != v.Items[i].State {
			v.Items[i].Now = today[i].Detail
		}
	}
	return v
}

func guardItems(list []drift.Safeguard) (out []page.GuardVM) {
	for _, s := range list {
		out = append(out, page.GuardVM{Name: guardNames[s.Name], State: guardState(s), Compared: s.Compared, Detail: s.Detail})
	}
	return out
}

// trainerWords names what trains: what did, or what the settings say will.
func trainerWords(r *drift.Retrain, s drift.Settings) string {
	if r.Trainer != "" {
		return r.Trainer
	}
	if command := s.List(drift.CommandSetting(r.ModelType)); len(command) > 0 {
		return "the program " + command[0]
	}
	if u, err := url.Parse(s.Text(drift.WebhookSetting(r.ModelType))); err == nil && u.Host != "" {
		return "the service at " + u.Host
	}
	return "logistic, built in"
}

// resultVM is what the candidate's validation found; without checks until there is one.
func resultVM(r *drift.Retrain) page.RetrainResultVM {
	v := page.RetrainResultVM{ID: r.ID}
	var verdict retrain.Verdict
	if len(r.Validation) == 0 || json.Unmarshal(r.Validation, &verdict) != nil {
		return v
	}
	if len(verdict.Checks) == 0 {
		return v
	}
	v.Verdict, v.Compared = verdict.Sentence(), int64(verdict.RowsCompared)
	v.Claims = verdict.FalseClaims()
	for _, c := range verdict.Checks {
		item := page.CheckVM{Name: measureName(c.Name), Threshold: c.Threshold, Passed: c.Passed, Deciding: c.Deciding, Sentence: c.Sentence}
		if c.Value.Defined() && c.Threshold != "" {
			item.Value = format.Short(float64(c.Value), 4)
		}
		v.Checks = append(v.Checks, item)
	}
	if b, s := verdict.Beside, verdict.Serving; b != nil && s != nil {
		add := func(name string, candidate, serving drift.Number) {
			v.Numbers = append(v.Numbers, page.ComparedVM{Name: name, Candidate: share(candidate), Serving: share(serving)})
		}
		add("Accuracy", b.Accuracy, s.Accuracy)
		add("Precision", b.Precision, s.Precision)
		add("Recall", b.Recall, s.Recall)
		add("ROC AUC", b.ROCAUC, s.ROCAUC)
		add("PR AUC", b.PRAUC, s.PRAUC)
	}
	return v
}

func share(n drift.Number) string {
	if !n.Defined() {
		return "none"
	}
	return format.Percent(float64(n), 1)
}

// measureName is a check's name in words: "precision_at_80_recall" is "Precision at 80 recall".
func measureName(name string) string {
	switch name {
	case retrain.MeasureROCAUC:
		return "ROC AUC"
	case retrain.MeasurePRAUC:
		return "PR AUC"
	case retrain.MeasurePrecisionAt80Recall:
		return "Precision at 80 % recall"
	case retrain.CheckNameNotWorse:
		return "Not worse than what serves"
	case retrain.CheckNameWorseBeside:
		return "Beside it, not deciding"
	}
	name = strings.ReplaceAll(name, "_", " ")
	return strings.ToUpper(name[:1]) + name[1:]
}

func sideVM(version string, a rollback.Accuracy) page.Side {
	s := page.Side{Version: version, Right: int64(a.Correct), Outcomes: int64(a.Outcomes), Accuracy: "none yet", Interval: "none"}
	if a.Outcomes > 0 {
		s.Accuracy, s.Interval = format.Percent(float64(a.Value), 1), format.PercentRange(float64(a.Low), float64(a.High), 1)
	}
	return s
}

func missingWords(d rollback.Decision) string {
	if d.MissingNew+d.MissingOld == 0 {
		return "There are outcomes enough on both sides."
	}
	return fmt.Sprintf("Still missing: %s of the new version, %d of the one before.",
		format.Plural(int64(d.MissingNew), "outcome", "outcomes"), d.MissingOld)
}

// watchDue is when the decision falls: at the first time that it can, or at the last.
func watchDue(d rollback.Decision) time.Time {
	if d.Verdict == rollback.NotYet {
		return d.Due
	}
	return d.Until
}

// retrainTimelineVM is what happened to a retrain, newest first.
func retrainTimelineVM(d drift.RetrainData, now time.Time) page.RetrainTimelineVM {
	t := page.RetrainTimelineVM{ID: d.Retrain.ID, Now: now}
	for _, e := range slices.Backward(d.Timeline) {
		item := component.TimelineVM{At: e.At, Note: e.Note}
		if e.Actor == drift.SystemActor().Name {
			item.Icon, item.Text = retrainIcon(retrain.Move(e.Move)), words(systemDid(e))
		} else {
			item.Initials = component.Initials(e.Actor)
			item.Text = []component.Piece{{Text: e.Actor, Strong: true}, {Text: " " + retrain.PastTense(retrain.Move(e.Move))}}
		}
		t.Items = append(t.Items, item)
	}
	return t
}

func retrainIcon(m retrain.Move) string {
	switch m {
	case retrain.MoveAccept, retrain.MoveActivated, retrain.MoveKeep:
		return "check"
	case retrain.MoveRefuse, retrain.MoveFail, retrain.MoveExpire:
		return "cross"
	case retrain.MoveStop:
		return "stop"
	case retrain.MoveRollBack:
		return "back"
	}
	return "loop"
}

// systemDid is what Driftwatch did by itself, in words.
func systemDid(e drift.RetrainEntry) string {
	if e.From == e.To && e.From == drift.RetrainWatching {
		return "Watched on"
	}
	word := retrain.PastTense(retrain.Move(e.Move))
	return strings.ToUpper(word[:1]) + word[1:]
}
