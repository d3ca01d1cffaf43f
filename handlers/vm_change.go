package handlers

import (
	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// changeVM is what serves beside what would be trained, after the activation what served before it.
func changeVM(l lang.Lang, d drift.RetrainData) page.ChangeVM {
	r, s := d.Retrain, d.Settings
	v := page.ChangeVM{
		ID: r.ID, Activated: r.ActivatedAt != nil, Serving: termVM(d.Serves), Candidate: termVM(d.Own),
		Rows: int64(d.Rows), From: d.First, Gone: goneWords(l, d),
	}
	if v.Activated {
		v.Serving = termVM(d.Before)
		v.Serving.Version = r.ParentVersion
	}
	v.Candidate.Version, v.Candidate.Trainer = r.CandidateVersion, trainerWords(l, r, s)
	if r.RowsTrain > 0 {
		v.Rows, v.Holdout = int64(r.RowsTrain), int64(r.RowsHoldout)
	}
	if r.WindowFrom != nil && r.WindowTo != nil {
		v.WindowFrom, v.Through = *r.WindowFrom, *r.WindowTo
	}
	if p := d.Pause; p != nil {
		v.Paused = l.T("Retraining of this model by itself is paused since %s by %s: %s",
			component.FormatMoment(p.Since, component.DayClock), p.By, p.Reason)
	}
	return v
}

func termVM(t *drift.Term) page.TermVM {
	if t == nil {
		return page.TermVM{}
	}
	v := page.TermVM{Version: t.Version, Service: serviceVM(t.Service), Right: int64(t.Correct), Outcomes: int64(t.Outcomes)}
	if t.Trained {
		v.Trainer = "Driftwatch"
	}
	return v
}

// goneWords say how the candidate's service ended and what serves now; "" while it serves, or never did.
func goneWords(l lang.Lang, d drift.RetrainData) string {
	r, i := d.Retrain, 0
	if r.ActivatedAt == nil || d.Serving == nil || d.Serving.Version == r.CandidateVersion {
		return ""
	}
	for i < len(d.Services) && d.Services[i].Version != r.CandidateVersion {
		i++
	}
	if i == 0 || i == len(d.Services) || d.Services[i].To == nil {
		return ""
	}
	ended := lang.Key("Version %s was replaced on %s; version %s serves now.")
	for _, s := range d.Services[i+1:] {
		if s.Version == d.Services[i-1].Version { // what followed it had served before it
			ended = lang.Key("Version %s was rolled back on %s; version %s serves now.")
		}
	}
	return l.T(ended, r.CandidateVersion,
		component.FormatMoment(*d.Services[i].To, component.DayClock), d.Serving.Version)
}
