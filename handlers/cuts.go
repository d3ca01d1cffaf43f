package handlers

import (
	"strconv"
	"sync"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
	"github.com/driftwatch/driftwatch/views/chart"
)

// pCuts are the cut-offs of CRITICAL, HIGH and MEDIUM in p.
func pCuts(s drift.Settings) [3]float64 {
	return [3]float64{
		decimal(s, "STATISTICAL_DRIFT_PVALUE_CRITICAL"), decimal(s, "STATISTICAL_DRIFT_PVALUE_HIGH"), decimal(s, "STATISTICAL_DRIFT_PVALUE_MEDIUM"),
	}
}

// decimal reads a decimal setting for a chart; what is judged is compared exactly, elsewhere.
func decimal(s drift.Settings, name string) float64 {
	v, err := strconv.ParseFloat(s.Text(name), 64)
	if err != nil {
		return 0 // settings are checked when they are set
	}
	return v
}

// cutKey is what the D at which severities begin depends on.
type cutKey struct {
	recent, baseline int
	p                [3]float64
}

// cutsKept bounds how many are remembered.
const cutsKept = 1024

// cutCache remembers at which D severities begin: working it out takes milliseconds.
type cutCache struct {
	mu   sync.Mutex
	kept map[cutKey][3]drift.Number
}

func newCutCache() *cutCache { return &cutCache{kept: map[cutKey][3]drift.Number{}} }

// of returns the D from which CRITICAL, HIGH and MEDIUM begin for these sizes; undefined where no D does.
func (c *cutCache) of(recent, baseline int, p [3]float64) [3]drift.Number {
	key := cutKey{recent, baseline, p}
	c.mu.Lock()
	got, ok := c.kept[key]
	c.mu.Unlock()
	if ok {
		return got
	}
	for i, cut := range p {
		got[i] = drift.Number(stats.MinDetectableD(recent, baseline, cut))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.kept) >= cutsKept {
		clear(c.kept)
	}
	c.kept[key] = got
	return got
}

// severities are in the order of cut-offs.
var severities = [3]chart.Severity{chart.Critical, chart.High, chart.Medium}

// dCuts and chartPCuts are the cut-offs as a chart draws them.
func dCuts(c [3]drift.Number) (out []chart.Cut) {
	for i, d := range c {
		if d.Defined() {
			out = append(out, chart.Cut{Severity: severities[i], Value: float64(d)})
		}
	}
	return out
}

func chartPCuts(p [3]float64) (out []chart.Cut) {
	for i, v := range p {
		out = append(out, chart.Cut{Severity: severities[i], Value: v})
	}
	return out
}
