package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

// ReplayResult is what a replay comes to.
type ReplayResult struct {
	From     drift.Date          `json:"from"`
	To       drift.Date          `json:"to"`
	Tenant   string              `json:"tenant"` // "" for every tenant
	Days     int                 `json:"days"`
	Retrains []ReplayedRetrain   `json:"retrains"`
	Refused  map[string]int      `json:"refused"` // by what refused: a safeguard, or a check of the validation
	Accuracy ReplayAccuracy      `json:"accuracy"`
	Months   []drift.ReplayMonth `json:"months"`
}

// ReplayedRetrain is one retrain of a replay.
type ReplayedRetrain struct {
	ID          int64              `json:"id"`
	Tenant      string             `json:"tenant"`
	ModelType   string             `json:"model_type"`
	State       drift.RetrainState `json:"state"`
	Proposed    time.Time          `json:"proposed"`
	Decided     time.Time          `json:"decided"` // when it came to the state
	Severity    drift.Severity     `json:"severity"`
	Approved    string             `json:"approved_by"`
	Parent      string             `json:"parent_version"`
	Candidate   string             `json:"candidate_version"`
	RowsTrain   int                `json:"rows_train"`
	RowsHoldout int                `json:"rows_holdout"`
	Holdout     *retrain.Metrics   `json:"candidate"` // the candidate's on the hold-out; null until validated
	Serving     *retrain.Metrics   `json:"serving"`   // the serving version's on the rows of it that it scored
	Activated   *time.Time         `json:"activated"`
	Refusals    []string           `json:"refused_by"`
	Outcome     string             `json:"outcome"`
	Note        string             `json:"note"`
}

// ReplayAccuracy sets accuracy with retraining beside that without, on identical rows.
type ReplayAccuracy struct {
	With    drift.Number `json:"with"`
	Without drift.Number `json:"without"`
	drift.ReplayCounts
}

// result reads what the replay left.
func (r *replay) result(ctx context.Context) (ReplayResult, error) {
	o := r.options
	res := ReplayResult{
		From: o.From, To: o.To, Tenant: o.Tenant, Days: int(o.To-o.From) + 1,
		Retrains: []ReplayedRetrain{}, Refused: map[string]int{}, Months: []drift.ReplayMonth{},
	}
	err := r.e.system(ctx, func(tx Tx) error {
		months, err := tx.ReplayMonths(ctx, r.tenants, o.From, o.To)
		if err != nil {
			return err
		}
		res.Months = append(res.Months[:0], months...)
		all, err := tx.RetrainsIn(ctx, drift.RetrainStates...)
		if err != nil {
			return err
		}
		for _, rt := range all {
			if !r.e.covers(rt.TenantID) || rt.CreatedAt.Before(o.From.Time()) || !rt.CreatedAt.Before(o.To.Add(1).Time()) {
				continue
			}
			one, err := replayed(rt)
			if err != nil {
				return err
			}
			for _, by := range one.Refusals {
				res.Refused[by]++
			}
			res.Retrains = append(res.Retrains, one)
		}
		return nil
	})
	for _, m := range res.Months {
		res.Accuracy.Rows += m.Rows
		res.Accuracy.CorrectWith += m.CorrectWith
		res.Accuracy.CorrectWithout += m.CorrectWithout
	}
	res.Accuracy.With, res.Accuracy.Without = drift.Undefined(), drift.Undefined()
	if n := float64(res.Accuracy.Rows); n > 0 {
		res.Accuracy.With = drift.Number(float64(res.Accuracy.CorrectWith) / n)
		res.Accuracy.Without = drift.Number(float64(res.Accuracy.CorrectWithout) / n)
	}
	return res, err
}

// replayed describes one retrain, with everything that refused it.
func replayed(r *drift.Retrain) (ReplayedRetrain, error) {
	out := ReplayedRetrain{
		ID: r.ID, Tenant: r.Tenant, ModelType: r.ModelType, State: r.State, Proposed: r.CreatedAt, Decided: r.StateSince,
		Severity: r.Severity, Approved: r.ApprovedBy, Parent: r.ParentVersion, Candidate: r.CandidateVersion,
		RowsTrain: r.RowsTrain, RowsHoldout: r.RowsHoldout, Activated: r.ActivatedAt, Refusals: []string{}, Note: r.Note,
	}
	if len(r.Validation) > 0 {
		var v retrain.Verdict
		if err := json.Unmarshal(r.Validation, &v); err != nil {
			return out, fmt.Errorf("verdict of retrain %d: %w", r.ID, err)
		}
		out.Holdout, out.Serving = v.Candidate, v.Serving
		for _, c := range v.Failed() {
			out.Refusals = append(out.Refusals, c.Name)
		}
	}
	if r.State == drift.RetrainRefused && len(out.Refusals) == 0 {
		for _, s := range r.Safeguards {
			if s.Passed != nil && !*s.Passed {
				out.Refusals = append(out.Refusals, s.Name)
			}
		}
	}
	switch r.State {
	case drift.RetrainRefused:
		out.Outcome = "refused"
	case drift.RetrainKept:
		out.Outcome = "activated and kept"
	case drift.RetrainRolledBack:
		out.Outcome = "activated and rolled back"
	case drift.RetrainWatching:
		out.Outcome = "activated, still watched"
	case drift.RetrainExpired:
		out.Outcome = "expired without an answer"
	default:
		out.Outcome = string(r.State)
	}
	return out, nil
}
