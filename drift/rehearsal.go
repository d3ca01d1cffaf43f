package drift

import (
	"encoding/json"
	"time"
)

// Rehearsal is one proof that rolling back works, or that it does not: the rollback's own code, run on a
// shadow model in a transaction that was taken back.
type Rehearsal struct {
	ID     int64           `json:"id"`
	At     time.Time       `json:"at"`
	By     string          `json:"by"`
	Passed bool            `json:"passed"` // every step did
	Took   time.Duration   `json:"-"`      // all of it, in JSON as took_ms
	Steps  []RehearsalStep `json:"steps"`
}

// MarshalJSON writes Took in milliseconds.
func (r Rehearsal) MarshalJSON() ([]byte, error) {
	type plain Rehearsal
	return json.Marshal(struct {
		plain
		TookMS float64 `json:"took_ms"`
	}{plain(r), milliseconds(r.Took)})
}

// RehearsalState is how a step of a rehearsal ended.
type RehearsalState string

// The ends of a step. After one that failed the rest is not run, but for taking the shadow back.
const (
	StepPassed RehearsalState = "passed"
	StepFailed RehearsalState = "failed"
	StepNotRun RehearsalState = "not_run"
)

// RehearsalStep is one thing that a rehearsal did or checked.
type RehearsalStep struct {
	Name   string         `json:"name"`  // shadow, activate, one_active, roll_back, read_back, artefact, service, aftermath, again, undone
	Title  string         `json:"title"` // what it tries, in a few words
	State  RehearsalState `json:"state"`
	Detail string         `json:"detail"` // what was found, a sentence
	TookMS float64        `json:"took_ms"`
}

// Failed returns the first step that failed, nil where none did.
func (r *Rehearsal) Failed() *RehearsalStep {
	for i, s := range r.Steps {
		if s.State == StepFailed {
			return &r.Steps[i]
		}
	}
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
