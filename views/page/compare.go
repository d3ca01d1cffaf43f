package page

import (
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// CompareVM is the page that compares any two windows and versions of a model.
type CompareVM struct {
	Tenant, ModelType string
	ModelHref         string
	Action            string // of the form, and the page without a query
	Line              []component.Piece
	Recent, Baseline  CompareSideVM
	Presets           []PresetVM
	Problem           string // why there is no comparison
	Reports           []ReportVM
	Evidence          *EvidenceVM // nil where there is a problem
}

// CompareSideVM is one side of the form.
type CompareSideVM struct {
	Name     string // "recent" or "baseline"
	Versions []OptionVM
	From, To string // dates, To left out
}

// PresetVM is a comparison that people often want.
type PresetVM struct {
	Label, Href string
	Current     bool
}

func (s CompareSideVM) title(l lang.Lang) string {
	if s.Name == "recent" {
		return l.T("Recent")
	}
	return l.T("Baseline")
}

// title says what both checks say of the windows.
func (v CompareVM) title(l lang.Lang) string {
	worst, judged := component.None, false
	for _, r := range v.Reports {
		judged = judged || !r.Insufficient
		if !r.Insufficient && r.Severity > worst {
			worst = r.Severity
		}
	}
	switch {
	case v.Evidence == nil:
		return l.T("These windows cannot be compared")
	case !judged:
		return l.T("Too little data on one side to judge")
	case worst == component.None:
		return l.T("No drift between these windows")
	}
	return l.T("Drift between these windows: %s", l.T(worst.Word()))
}
