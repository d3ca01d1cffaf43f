package handlers

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/drift/rollback"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

func retrainTitle(l lang.Lang, r *drift.Retrain) string {
	return l.T("Retrain %s, %s %s", strconv.FormatInt(r.ID, 10), r.Tenant, r.ModelType)
}

// retrainStateVM is where a retrain stands, the same in its page and in a live message.
func retrainStateVM(l lang.Lang, d drift.RetrainData, now time.Time) page.RetrainStateVM {
	r := d.Retrain
	return page.RetrainStateVM{RetrainRowVM: retrainRowVM(l, r, now), Reason: r.Reason, ApprovedBy: r.ApprovedBy, Gone: goneWords(l, d)}
}

// guardNames are the five safeguards as a person calls them.
var guardNames = map[string]string{
	drift.SafeguardFlags: lang.Key("Feature flags"), drift.SafeguardCooldown: lang.Key("Cooldown"), drift.SafeguardData: lang.Key("Data"),
	drift.SafeguardSeverity: lang.Key("Severity"), drift.SafeguardValidation: lang.Key("Validation"),
}

// guardTopic is the explanation of a safeguard: its name, but for the one that is called like what it asks for.
func guardTopic(name string) component.Topic {
	if name == drift.SafeguardSeverity {
		return "severity_guard"
	}
	return component.Topic(name)
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
func guardsVM(l lang.Lang, r *drift.Retrain, today []drift.Safeguard) page.GuardsVM {
	v := page.GuardsVM{ID: fmt.Sprintf("retrain-safeguards-%d", r.ID), Title: l.T("Is it safe"), Of: words(l.T("As they were when it was last decided."))}
	if beforeTraining(r.State) {
		v.Of = words(l.T("As they were when it was proposed; they are asked once more before it trains."))
	}
	v.Items = guardItems(l, r.Safeguards)
	for i := range v.Items {
		if i < len(today) && guardState(today[i]) != v.Items[i].State {
			v.Items[i].Now = l.Said(today[i].Detail)
		}
	}
	return v
}

func guardItems(l lang.Lang, list []drift.Safeguard) (out []page.GuardVM) {
	for _, s := range list {
		out = append(out, page.GuardVM{
			Topic: guardTopic(s.Name), Name: l.T(guardNames[s.Name]), State: guardState(s), Compared: l.Said(s.Compared), Detail: l.Said(s.Detail),
		})
	}
	return out
}

// trainerWords names what trains: what did, or what the settings say will.
func trainerWords(l lang.Lang, r *drift.Retrain, s drift.Settings) string {
	if r.Trainer != "" {
		return r.Trainer
	}
	if command := s.List(drift.CommandSetting(r.ModelType)); len(command) > 0 {
		return l.T("the program %s", command[0])
	}
	if u, err := url.Parse(s.Text(drift.WebhookSetting(r.ModelType))); err == nil && u.Host != "" {
		return l.T("the service at %s", u.Host)
	}
	return l.T("logistic, built in")
}

// resultVM is what the candidate's validation found; without checks until there is one.
func resultVM(l lang.Lang, r *drift.Retrain) page.RetrainResultVM {
	v := page.RetrainResultVM{ID: r.ID}
	var verdict retrain.Verdict
	if len(r.Validation) == 0 || json.Unmarshal(r.Validation, &verdict) != nil {
		return v
	}
	if len(verdict.Checks) == 0 {
		return v
	}
	v.Verdict, v.Compared = l.Said(verdict.Sentence()), int64(verdict.RowsCompared)
	for _, claim := range verdict.FalseClaims() {
		v.Claims = append(v.Claims, l.Said(claim))
	}
	for _, c := range verdict.Checks {
		item := page.CheckVM{Name: measureName(l, c.Name), Threshold: inWords(l, c.Threshold), Passed: c.Passed, Deciding: c.Deciding, Sentence: l.Said(c.Sentence)}
		if c.Value.Defined() && c.Threshold != "" {
			item.Value = l.Short(float64(c.Value), 4)
		}
		v.Checks = append(v.Checks, item)
	}
	if b, s := verdict.Beside, verdict.Serving; b != nil && s != nil {
		add := func(name string, candidate, serving drift.Number) {
			v.Numbers = append(v.Numbers, page.ComparedVM{Name: name, Candidate: share(l, candidate), Serving: share(l, serving)})
		}
		add(l.T("Accuracy"), b.Accuracy, s.Accuracy)
		add(l.T("Precision"), b.Precision, s.Precision)
		add(l.T("Recall"), b.Recall, s.Recall)
		add("ROC AUC", b.ROCAUC, s.ROCAUC)
		add("PR AUC", b.PRAUC, s.PRAUC)
	}
	return v
}

// inWords writes a decimal number as a setting has it in the language's way, with the places that it has.
func inWords(l lang.Lang, setting string) string {
	v, err := strconv.ParseFloat(setting, 64)
	if err != nil {
		return setting
	}
	_, places, _ := strings.Cut(setting, ".")
	return l.Fixed(v, len(places))
}

func share(l lang.Lang, n drift.Number) string {
	if !n.Defined() {
		return l.T("none")
	}
	return l.Percent(float64(n), 1)
}

// measureName is a check's name in words: "precision_at_80_recall" is "Precision at 80 recall".
func measureName(l lang.Lang, name string) string {
	switch name {
	case retrain.MeasureROCAUC:
		return "ROC AUC"
	case retrain.MeasurePRAUC:
		return "PR AUC"
	case retrain.MeasurePrecisionAt80Recall:
		return l.T("Precision at 80 % recall")
	case retrain.CheckNameNotWorse:
		return l.T("Not worse than what serves")
	case retrain.CheckNameWorseBeside:
		return l.T("Beside it, not deciding")
	}
	name = strings.ReplaceAll(name, "_", " ")
	return strings.ToUpper(name[:1]) + name[1:]
}

func sideVM(l lang.Lang, version string, a rollback.Accuracy) page.Side {
	s := page.Side{Version: version, Right: int64(a.Correct), Outcomes: int64(a.Outcomes), Accuracy: l.T("none yet"), Interval: l.T("none")}
	if a.Outcomes > 0 {
		s.Accuracy, s.Interval = l.Percent(float64(a.Value), 1), l.PercentRange(float64(a.Low), float64(a.High), 1)
	}
	return s
}

func missingWords(l lang.Lang, d rollback.Decision) string {
	if d.MissingNew+d.MissingOld == 0 {
		return l.T("There are outcomes enough on both sides.")
	}
	return l.N(int64(d.MissingNew), "Still missing: %d outcome of the new version, %d of the one before.",
		"Still missing: %d outcomes of the new version, %d of the one before.", d.MissingOld)
}

// watchDue is when the decision falls: at the first time that it can, or at the last.
func watchDue(d rollback.Decision) time.Time {
	if d.Verdict == rollback.NotYet {
		return d.Due
	}
	return d.Until
}

// retrainTimelineVM is what happened to a retrain, newest first.
func retrainTimelineVM(l lang.Lang, d drift.RetrainData, now time.Time) page.RetrainTimelineVM {
	t := page.RetrainTimelineVM{ID: d.Retrain.ID, Now: now}
	for _, e := range slices.Backward(d.Timeline) {
		item := component.TimelineVM{At: e.At, Note: e.Note}
		if e.Actor == drift.SystemActor().Name {
			item.Note = l.Said(e.Note)
			item.Icon, item.Text = retrainIcon(retrain.Move(e.Move)), words(systemDid(l, e))
		} else {
			item.Initials = component.Initials(e.Actor)
			item.Text = component.Sentence(l.T(did(e.Move).person), component.Bold(e.Actor))
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
func systemDid(l lang.Lang, e drift.RetrainEntry) string {
	if e.From == e.To && e.From == drift.RetrainWatching {
		return l.T("Watched on")
	}
	return l.T(did(e.Move).itself)
}
