package page

import (
	"github.com/driftwatch/driftwatch/views/chart"
)

// EvidenceVM is what two windows of a model say beyond the two checks: charts alone, each with its table,
// its files and a link.
type EvidenceVM struct {
	// Scores and ECDF are nil where the page shows them already.
	Scores      *chart.Distribution
	ECDF        *chart.ECDFs
	Features    chart.Features
	Slices      chart.Slices
	Confusion   chart.Confusion
	Reliability chart.Reliability
	Curves      chart.Rankings
	Estimate    chart.Estimate
	// Late puts the estimate first: outcomes of the recent window are missing.
	Late  bool
	Files chart.Files
}

// Charts are all of them, for their files.
func (v EvidenceVM) Charts() []chart.Chart {
	out := []chart.Chart{v.Features, v.Slices, v.Confusion, v.Reliability, v.Curves, v.Estimate}
	if v.Scores != nil {
		out = append(out, v.Scores)
	}
	if v.ECDF != nil {
		out = append(out, v.ECDF)
	}
	return out
}

// FoldVM is evidence that is fetched when somebody asks for it.
type FoldVM struct {
	Href string // its own page; its fragment is asked for with part=evidence
	Part string
}
