package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

// handover is what is kept of a training that goes on elsewhere while no server of ours waits for it.
// The rows are not kept: what was held out is found again in the log, by the names in the predictions,
// and the digest shows that they are those that were sent.
type handover struct {
	Attempt     int                 `json:"attempt"`
	Job         string              `json:"job"` // the other side's name of it
	Begun       time.Time           `json:"begun"`
	Last        bool                `json:"last,omitempty"` // its time is over; it is asked once more
	Description retrain.Description `json:"description"`
	TrainLast   time.Time           `json:"train_last"`
	HoldoutFrom time.Time           `json:"holdout_from"`
	HoldoutTo   time.Time           `json:"holdout_to"` // excluded
	Holdout     string              `json:"holdout"`
	State       json.RawMessage     `json:"state"`
}

// lastLook is how long a training whose time ran out while no server ran is asked once more: it may
// have been done long since.
const lastLook = time.Minute

// handedOver returns what is kept of this very attempt, nil where it was not handed over.
func handedOver(ctx context.Context, tx Tx, r *drift.Retrain) (*handover, error) {
	text, err := tx.TrainerState(ctx, r)
	if err != nil || len(text) == 0 {
		return nil, err
	}
	var h handover
	if err := json.Unmarshal(text, &h); err != nil {
		return nil, fmt.Errorf("read what retrain %d handed over: %w", r.ID, err)
	}
	if h.Attempt != r.Attempt {
		return nil, nil
	}
	return &h, nil
}

// saveHandover keeps it, however long the database is away: lost, the work would be done twice.
func (e *Engine) saveHandover(ctx context.Context, r *drift.Retrain, h *handover) error {
	text, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("encode what was handed over: %w", err)
	}
	for {
		err := e.store.SaveTrainerState(ctx, r, text)
		if err == nil {
			return nil
		}
		e.log.Warn("could not keep where a training was handed over to", "retrain", r.ID, "error", err)
		select {
		case <-ctx.Done():
			return err
		case <-time.After(stateEvery):
		}
	}
}

// takeUpAgain decides about a retrain that trained when its server went away, or its database: it goes
// on where it was handed over, begins anew, or has been broken off too often.
func (e *Engine) takeUpAgain(ctx context.Context, tx Tx, r *drift.Retrain, server string, now time.Time) (*drift.Retrain, error) {
	move := func(m retrain.Move, note string) error {
		return e.moveRetrain(ctx, tx, r, m, drift.SystemActor(), now, note)
	}
	s, err := tx.Settings(ctx, r.TenantID)
	if err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	h, err := handedOver(ctx, tx, r)
	if err != nil {
		return nil, err
	}
	if h != nil && e.resumes(r.ModelType, s, h) {
		if h.Last {
			return nil, move(retrain.MoveFail, fmt.Sprintf("What trains elsewhere did not finish within %s.", retrain.Spoken(timeLimit(s))))
		}
		r.Server = server
		return r, move(retrain.MoveResume, fmt.Sprintf("%s asks on for the training that goes on elsewhere.", server))
	}
	// What was handed over is known by the number of its attempt: given up, it must not come back as another's.
	if h == nil && e.broken.off(r, server) {
		r.Attempt--
		return nil, move(retrain.MoveRequeue, "Driftwatch broke it off: its own database or disk failed. It begins anew, and that was no attempt.")
	}
	if r.Attempt >= maxAttempts {
		return nil, move(retrain.MoveFail, fmt.Sprintf("It was broken off %d times while it trained; its server went away each time.", r.Attempt))
	}
	return nil, move(retrain.MoveRequeue, "Its server went away while it trained; it begins anew.")
}

// resumes reports whether the trainer of today is the one that the training was handed over to.
func (e *Engine) resumes(modelType string, s drift.Settings, h *handover) bool {
	_, trainer, err := e.trainers(modelType, s)
	t, ok := trainer.(retrain.Resumer)
	return err == nil && ok && t.Resumes(h.State)
}

// reopen finds what was held out when the rows were sent, and has the job go on with the time it has
// left. Rows whose outcome came in since are among those found; narrow takes them out again.
func (e *Engine) reopen(ctx context.Context, r *drift.Retrain, h *handover, job *retrain.Job) (*dataset, error) {
	d := &dataset{description: h.Description, trainLast: h.TrainLast, holdoutFirst: h.HoldoutFrom, sent: h.Holdout}
	err := e.store.TrainingRows(ctx, r.Model(), h.HoldoutFrom, h.HoldoutTo, func([]time.Time) error { return nil },
		func(_ int, row drift.TrainingRow) error {
			d.holdout = append(d.holdout, heldOut(r, row))
			return nil
		})
	if err != nil {
		return nil, err
	}
	if left := h.Begun.Add(job.Timeout).Sub(e.clock()); left > lastLook {
		job.Timeout = left
	} else {
		job.Timeout, h.Last = lastLook, true
		if err := e.saveHandover(ctx, r, h); err != nil {
			return nil, err
		}
	}
	job.State = h.State
	return d, nil
}

// narrow leaves of the rows that were found those that the predictions name, after a restart: they must
// be those that were sent.
func (d *dataset) narrow(predictions []retrain.Prediction) error {
	if d.sent == "" {
		return nil
	}
	named := make(map[string]bool, len(predictions))
	for _, p := range predictions {
		named[p.PredictionID] = true
	}
	kept := make([]retrain.Row, 0, len(predictions))
	for _, row := range d.holdout {
		if named[row.PredictionID] {
			kept = append(kept, row)
		}
	}
	if d.holdout = kept; namesOf(kept) != d.sent {
		return drift.Invalid("predictions", "The predictions are not those of the rows that were held out when the training began.")
	}
	return nil
}

// namesOf is the digest of the rows' names in their order.
func namesOf(rows []retrain.Row) string {
	sum := sha256.New()
	for _, r := range rows {
		_, _ = io.WriteString(sum, r.PredictionID+"\n") // a hash takes everything
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// TrainerCalled takes a genuine callback of a service that trains. It carries no result: at most the
// service is asked at once. CodeNotFound where no training has this name, CodeConflict where it is over
// or the call was heard before.
func (e *Engine) TrainerCalled(ctx context.Context, modelType, job string, at time.Time) error {
	return e.system(ctx, func(tx Tx) error {
		r, current, heard, err := tx.TrainerCalled(ctx, modelType, job, at)
		switch {
		case err != nil:
			return err
		case r == nil:
			return drift.NotFound(fmt.Sprintf("No training of %s is called %q.", modelType, job))
		case !current:
			return unheard(r, fmt.Sprintf("Nobody waits for this training any more: retrain %d is %s. The callback changed nothing.", r.ID, stateWords(r.State)))
		case !heard:
			return unheard(r, fmt.Sprintf("A callback of this training, signed at this time or later, has been heard. Retrain %d trains on.", r.ID))
		}
		return nil
	})
}

func unheard(r *drift.Retrain, why string) error {
	return &drift.Error{Code: drift.CodeConflict, Message: why, Extra: map[string]any{"retrain": r.ID, "state": r.State}}
}

// brokenOff remembers the attempts that this process broke off because something of its own failed. It
// is lost with the process: a server that dies has used up an attempt.
type brokenOff struct {
	mu sync.Mutex
	of map[int64]attempt
}

type attempt struct {
	number, times int
	server        string
}

// brokenTimes bounds how often a retrain begins anew without that counting: what keeps failing on our
// side, a full disk, must not go on for ever.
const brokenTimes = 10

func (b *brokenOff) note(r *drift.Retrain) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.of[r.ID] = attempt{r.Attempt, b.of[r.ID].times + 1, r.Server}
}

// off reports whether this server itself broke off the retrain's attempt, and not yet too often.
func (b *brokenOff) off(r *drift.Retrain, server string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	a, ok := b.of[r.ID]
	return ok && a.number == r.Attempt && a.server == server && r.Server == server && a.times <= brokenTimes
}
