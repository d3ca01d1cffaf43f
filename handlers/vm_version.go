package handlers

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// versionsVM lists a model's versions, those with the newest predictions first, then those that never
// made one.
func versionsVM(d drift.ModelData, l lang.Lang, by drift.Actor, now time.Time) page.VersionsVM {
	v := page.VersionsVM{RollBackHref: modelHref(d.Model) + "/rollback"}
	v.RollBackOff = rollBackOff(by, l, d.Records)
	active := activeOf(d.Records)
	records := map[string]drift.VersionRecord{}
	for _, r := range d.Records {
		records[r.Version.Version] = r
	}
	add := func(name string, serves bool, s drift.VersionSummary) {
		x := versionVM(records[name], l)
		x.Name, x.Serves, x.First, x.Last = name, serves, s.First, s.Last
		x.Predictions, x.Right, x.N = s.N, int64(s.Counts.Correct()), int64(s.Counts.Outcomes())
		if serves && uncounted(d, now) {
			x.Counting = countedWords(l, now)
			if x.RetrainHref != "" {
				x.Counting = component.Join(x.Counting, component.Sentence(l.T("Until then {0} counts them."), component.Link(l.T("its retrain"), x.RetrainHref)))
			}
		}
		if v.RollBackOff == "" && len(x.Services) > 0 && name != active {
			x.RollBackHref = v.RollBackHref + "?" + url.Values{"to": {name}}.Encode()
		}
		v.Items = append(v.Items, x)
		delete(records, name)
	}
	for _, s := range d.Versions {
		name := s.Version.Version
		add(name, name == active || (active == "" && s.Version == d.Serving), s)
	}
	for _, r := range d.Records {
		if _, left := records[r.Version.Version]; left {
			add(r.Version.Version, r.Version.Version == active, drift.VersionSummary{})
		}
	}
	return v
}

// versionVM is what is kept of a version's making and service.
func versionVM(r drift.VersionRecord, l lang.Lang) page.VersionVM {
	x := page.VersionVM{
		External: r.Source == "external", Trainer: r.Trainer, Parent: r.Parent, ApprovedBy: r.ApprovedBy, Rows: int64(r.RowsTrain),
		Digest: r.Digest, HeldOut: heldOut(r.Holdout, l), Refused: r.Refused,
	}
	if r.Digest != "" {
		x.ArtifactHref = "/api/v1/models/" + url.PathEscape(r.ModelType) + "/versions/" + url.PathEscape(r.Version.Version) +
			"/artifact?" + url.Values{"tenant": {r.Tenant}}.Encode()
	}
	if r.RetrainID != nil {
		x.RetrainHref = "/retrains/" + strconv.FormatInt(*r.RetrainID, 10)
	}
	if r.WindowFrom != nil && r.WindowTo != nil {
		x.WindowFrom, x.WindowTo = *r.WindowFrom, *r.WindowTo
	}
	for _, s := range r.Services {
		x.Services = append(x.Services, serviceVM(s))
	}
	return x
}

func serviceVM(s drift.Service) page.ServiceVM {
	v := page.ServiceVM{From: s.From}
	if s.To != nil {
		v.To = *s.To
	}
	return v
}

// heldOut says in words what a version reached on the rows kept back from its training.
func heldOut(raw json.RawMessage, l lang.Lang) (out []string) {
	var m retrain.Metrics
	if len(raw) == 0 || json.Unmarshal(raw, &m) != nil || m.Rows == 0 {
		return nil
	}
	for _, x := range []struct {
		words string
		value drift.Number
	}{
		{lang.Key("accuracy %s"), m.Accuracy}, {lang.Key("precision %s"), m.Precision}, {lang.Key("recall %s"), m.Recall},
	} {
		if x.value.Defined() {
			out = append(out, l.T(x.words, l.Percent(float64(x.value), 1)))
		}
	}
	if m.ROCAUC.Defined() {
		out = append(out, "ROC AUC "+l.Fixed(float64(m.ROCAUC), 3))
	}
	return append(out, l.N(int64(m.Rows), "%d row", "%d rows"))
}

// activeOf is the version that was activated here and serves, "" where none was.
func activeOf(records []drift.VersionRecord) string {
	for _, r := range records {
		if r.Active {
			return r.Version.Version
		}
	}
	return ""
}

// rollBackOff says why this reader cannot roll the model back, "" where it is possible.
func rollBackOff(by drift.Actor, l lang.Lang, records []drift.VersionRecord) string {
	active, earlier := activeOf(records), 0
	for _, r := range records {
		if len(r.Services) > 0 && r.Version.Version != active {
			earlier++
		}
	}
	switch {
	case active == "":
		return l.T("There is nothing to go back to: no version was activated here yet.")
	case earlier == 0:
		return l.T("There is nothing to go back to: %s is the only version that has served.", active)
	case !by.Role.AtLeast(drift.RoleManager):
		return l.T("A manager can roll this model back.")
	}
	return ""
}

// pauseVM is the pause after a rollback, nil where there is none.
func pauseVM(d drift.ModelData, by drift.Actor, typed resumeTyped) *page.PauseVM {
	if d.Pause == nil {
		return nil
	}
	v := &page.PauseVM{By: d.Pause.By, Reason: d.Pause.Reason, Since: d.Pause.Since, Typed: typed.reason, Problem: typed.problem}
	if by.Role.AtLeast(drift.RoleManager) {
		v.Action = modelHref(d.Model) + "/resume"
	}
	return v
}

// rollBackVM is the preview of a rollback to the version typed; without one that served, nothing is chosen.
func rollBackVM(d drift.RollbackData, l lang.Lang, by drift.Actor, typed rollBackTyped) page.RollBackVM {
	v := page.RollBackVM{
		Tenant: d.Model.Tenant, ModelType: d.Model.ModelType, Href: modelHref(d.Model), Off: rollBackOff(by, l, d.Records), From: d.Serving.Version,
		Versions: component.SelectVM{ID: "to", Name: "to", Label: l.T("Version that serves instead"), Must: true},
		Reason:   component.FieldVM{ID: "reason", Name: "reason", Label: l.T("Reason"), Value: typed.reason, Lines: 2, Must: true, Max: 4000},
		Confirm:  component.FieldVM{ID: "confirm", Name: "confirm", Label: l.T("Type %s to confirm", d.Model.ModelType), Value: typed.confirm, Must: true, Plain: true},
	}
	if v.Off != "" {
		return v
	}
	if v.To = rollBackTo(d.Records, typed.to); v.To != typed.to && typed.problem == "" {
		typed.field, typed.problem = "to", l.T("Version %q of %s cannot be gone back to: it serves already, or has never served.", typed.to, d.Model.ModelType)
	}
	switch typed.field {
	case "to":
		v.Versions.Problem = typed.problem
	case "reason":
		v.Reason.Problem = typed.problem
	case "confirm":
		v.Confirm.Problem = typed.problem
	default:
		v.Note = component.FormNoteVM{Bad: typed.problem != "", Text: typed.problem}
	}
	if v.To == "" {
		v.Versions.Options = append(v.Versions.Options, component.OptionVM{Label: l.T("Choose a version"), Selected: true})
	}
	out := rolledBack(d.Records)
	for _, r := range d.Records {
		if len(r.Services) == 0 {
			continue
		}
		name := r.Version.Version
		s := page.ServedVM{Name: name, Lately: latelyWords(d.Lately[name], l), Serves: r.Active, RolledBack: out[name], Service: serviceVM(r.Services[0])}
		if !r.Active {
			s.Href = v.Href + "/rollback?" + url.Values{"to": {name}}.Encode()
			label := name + ", " + s.Lately
			if s.RolledBack {
				label += ", " + l.T("was rolled back")
			}
			v.Versions.Options = append(v.Versions.Options, component.OptionVM{Value: name, Label: label, Selected: name == v.To})
		}
		v.Served = append(v.Served, s)
	}
	now, then := d.Lately[v.From], d.Lately[v.To]
	v.FromLately, v.ToLately = latelyWords(now, l), latelyWords(then, l)
	if now.Outcomes > 0 && then.Outcomes > 0 {
		if worse := float64(now.Correct)/float64(now.Outcomes) - float64(then.Correct)/float64(then.Outcomes); worse > 0 {
			v.Warning = l.T("You would go back to a version that was %s less accurate.", l.Points(worse, 1))
		}
	}
	return v
}

// rollBackTo is the version asked for if it can be gone back to, else "".
func rollBackTo(records []drift.VersionRecord, asked string) string {
	for _, r := range records {
		if r.Version.Version == asked && len(r.Services) > 0 && !r.Active {
			return asked
		}
	}
	return ""
}

// rolledBack are the versions whose newest stretch of service was ended by going back to an earlier one.
func rolledBack(records []drift.VersionRecord) map[string]bool {
	var line []drift.Service // of all versions, oldest first
	for _, r := range records {
		line = append(line, r.Services...)
	}
	slices.SortFunc(line, func(a, b drift.Service) int { return a.From.Compare(b.From) })
	out, served := map[string]bool{}, map[string]bool{}
	for i, s := range line {
		if i > 0 {
			out[line[i-1].Version] = served[s.Version]
		}
		served[s.Version] = true
	}
	return out
}

func latelyWords(t drift.Tally, l lang.Lang) string {
	if t.Outcomes == 0 {
		return l.T("no outcomes")
	}
	return l.N(int64(t.Outcomes), "%[2]s of %[1]d\u00a0outcome", "%[2]s of %[1]d\u00a0outcomes", l.Percent(float64(t.Correct)/float64(t.Outcomes), 1))
}
