package handlers

import (
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/format"
	"github.com/driftwatch/driftwatch/views/page"
)

// proofVM is the last rehearsal of a rollback beside the last real one.
func proofVM(r *drift.Rehearsal, last *drift.RolledBack, by drift.Actor, now time.Time) page.ProofVM {
	v := page.ProofVM{Text: "Nobody has ever tried it here", May: by.Role.AtLeast(drift.RoleManager)}
	v.LastReal = words("No model of yours was ever rolled back.")
	if last != nil {
		v.LastReal = []component.Piece{
			{Text: "Last real rollback: "},
			{Text: last.Tenant + " " + last.ModelType, Href: modelHref(drift.Model{Tenant: last.Tenant, ModelType: last.ModelType})},
			{Text: " from version " + last.From + " to " + last.To + ", "},
			component.At(last.At, component.DayClock),
			{Text: ", " + ago(last.At, now) + ", by " + last.By + "."},
		}
	}
	if r == nil {
		return v
	}
	v.Held, v.Passed, v.By, v.At, v.Took = true, r.Passed, r.By, r.At, format.Took(r.Took)
	v.Text = "It works: every step of the last rehearsal passed"
	if f := r.Failed(); f != nil {
		v.Text = "It does not: the last rehearsal failed at “" + f.Title + "”"
	}
	for _, s := range r.Steps {
		step := page.ProofStepVM{Title: s.Title, Detail: s.Detail, State: string(s.State)}
		if s.State != drift.StepNotRun && s.TookMS > 0 {
			step.Took = format.Took(time.Duration(s.TookMS * float64(time.Millisecond)))
		}
		v.Steps = append(v.Steps, step)
	}
	return v
}

// rehearsedNote is the note after one's own rehearsal.
func rehearsedNote(r *drift.Rehearsal) component.FormNoteVM {
	if f := r.Failed(); f != nil {
		return component.FormNoteVM{Bad: true, Text: "The rehearsal failed at “" + f.Title + "”: " + f.Detail}
	}
	return component.FormNoteVM{Text: "The rehearsal passed: " + format.Count(int64(len(r.Steps))) + " steps, no model touched."}
}
