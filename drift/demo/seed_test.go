package demo_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/demo"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// logged is what the stories are judged by.
type logged struct {
	n, right int
	scores   []float64
}

// history reads what a seed invents: per model, indexed by how many days ago.
func history(t *testing.T, seed uint64) map[string][]logged {
	t.Helper()
	all := map[string][]logged{}
	for ago := 1; ago <= demo.Days; ago++ {
		dec := json.NewDecoder(bytes.NewReader(day(t, seed, ago)))
		for dec.More() {
			var r struct {
				Tenant    string `json:"tenant"`
				Model     string `json:"model_type"`
				Score     float64
				Predicted bool
				Actual    *bool
			}
			if err := dec.Decode(&r); err != nil {
				t.Fatal(err)
			}
			key := r.Tenant + " " + r.Model
			if all[key] == nil {
				all[key] = make([]logged, demo.Days+1)
			}
			l := &all[key][ago]
			l.scores = append(l.scores, r.Score)
			if r.Actual != nil {
				l.n++
				if *r.Actual == r.Predicted {
					l.right++
				}
			}
		}
	}
	return all
}

// pool adds up the days from so many days ago (included) to so many (excluded).
func pool(days []logged, from, to int) (p stats.Proportion, scores []float64) {
	for ago := min(from, len(days)-1); ago > to; ago-- {
		p.K, p.N = p.K+days[ago].right, p.N+days[ago].n
		scores = append(scores, days[ago].scores...)
	}
	return p, scores
}

// worst returns the worst p and the worst accuracy drop over the checks of so many days.
func worst(t *testing.T, days []logged, checks int) (p, drop float64) {
	t.Helper()
	p = 1
	for d := range checks { // the check of d days ago looks at the days before it
		recentA, recentS := pool(days, d+7, d)
		baseA, baseS := pool(days, d+60, d+30)
		if len(recentS) < 30 || len(baseS) < 30 {
			continue
		}
		r, err := stats.KS(recentS, baseS, stats.PRule{})
		if err != nil {
			t.Fatal(err)
		}
		p = min(p, r.P)
		if recentA.N >= 10 && baseA.N >= 10 {
			drop = max(drop, stats.Drop(recentA, baseA))
		}
	}
	return p, drop
}

// The seed tells the stories that the demo is there to tell.
func TestTheSeedTellsTheStories(t *testing.T) {
	h := history(t, demo.Seed)
	quiet := drift.FraudDetector
	for _, name := range []string{"aurora-bank " + quiet, "aurora-bank chargeback_predictor"} {
		if p, drop := worst(t, h[name], 45); p < 0.05 || drop >= 0.05 {
			t.Errorf("%s is not quiet: p = %.2g, drop %.3f", name, p, drop)
		}
	}
	broken := h["harbour-freight "+drift.FraudDetector]
	if p, drop := worst(t, broken, 1); p >= 0.001 || drop < 0.10 {
		t.Errorf("today's break is not seen: p = %.2g, drop %.3f", p, drop)
	}
	if p, drop := worst(t, broken[1:], 44); p < 0.05 || drop >= 0.05 {
		t.Errorf("it broke before its day: p = %.2g, drop %.3f", p, drop)
	}
	if p, drop := worst(t, h["harbour-freight "+drift.ConflictPredictor], 1); p >= 0.001 || drop <= 0.20 {
		t.Errorf("the slide has not arrived: p = %.2g, drop %.3f", p, drop)
	}
}
