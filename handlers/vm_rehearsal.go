package handlers

import (
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// proofVM is the last rehearsal of a rollback beside the last real one.
func proofVM(l lang.Lang, r *drift.Rehearsal, last *drift.RolledBack, by drift.Actor, now time.Time) page.ProofVM {
	v := page.ProofVM{Text: l.T("Nobody has ever tried it here"), May: by.Role.AtLeast(drift.RoleManager)}
	v.LastReal = words(l.T("No model of yours was ever rolled back."))
	if last != nil {
		v.LastReal = component.Sentence(l.T("Last real rollback: {0} from version {1} to {2}, {3}, {4} ago, by {5}."),
			component.Link(last.Tenant+" "+last.ModelType, modelHref(drift.Model{Tenant: last.Tenant, ModelType: last.ModelType})),
			component.Plain(last.From), component.Plain(last.To), component.At(last.At, component.DayClock),
			component.Plain(l.Age(now.Sub(last.At))), component.Plain(last.By))
	}
	if r == nil {
		return v
	}
	v.Held, v.Passed, v.By, v.At, v.Took = true, r.Passed, r.By, r.At, l.Took(r.Took)
	v.Text = l.T("It works: every step of the last rehearsal passed")
	if f := r.Failed(); f != nil {
		v.Text = l.T("It does not: the last rehearsal failed at “%s”", l.Said(f.Title))
	}
	for _, s := range r.Steps {
		step := page.ProofStepVM{Title: l.Said(s.Title), Detail: l.Said(s.Detail), State: string(s.State)}
		if s.State != drift.StepNotRun && s.TookMS > 0 {
			step.Took = l.Took(time.Duration(s.TookMS * float64(time.Millisecond)))
		}
		v.Steps = append(v.Steps, step)
	}
	return v
}

// rehearsedNote is the note after one's own rehearsal.
func rehearsedNote(l lang.Lang, r *drift.Rehearsal) component.FormNoteVM {
	if f := r.Failed(); f != nil {
		return component.FormNoteVM{Bad: true, Text: l.T("The rehearsal failed at “%s”: %s", l.Said(f.Title), l.Said(f.Detail))}
	}
	return component.FormNoteVM{Text: l.T("The rehearsal passed: %d steps, no model touched.", len(r.Steps))}
}
