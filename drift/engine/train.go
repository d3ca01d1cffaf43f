package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

// Trainers finds the trainer of a model type under the settings in force, with its name.
type Trainers func(modelType string, s drift.Settings) (name string, t retrain.Trainer, err error)

// maxAttempts is how often a retrain is trained before it counts as failed.
const maxAttempts = 3

// stateEvery is how often a running training looks whether it is still wanted: a cancelled one ends
// within this and what its trainer needs to stop.
const stateEvery = time.Second

// Waiting lists the retrains that a server may take up, oldest first: queued ones, and running ones
// whose server may have died. Whoever works on one holds its lock; see package store/queue. What could not
// go on anyhow is left out, for servers ask every second: all of them under the emergency stop, queued
// ones while as many train as may. Whoever takes one up looks again, under locks.
func (e *Engine) Waiting(ctx context.Context) (waiting []*drift.Retrain, err error) {
	err = e.system(ctx, func(tx Tx) error {
		waiting = nil
		h, err := tx.Halt(ctx)
		if err != nil || h != nil {
			return err
		}
		all, err := tx.RetrainsIn(ctx, drift.RetrainQueued, drift.RetrainTraining, drift.RetrainValidating, drift.RetrainActivating)
		if err != nil {
			return err
		}
		training, settings := 0, newSettingsFor()
		for _, r := range all {
			if trains(r) {
				training++
			}
		}
		for _, r := range all {
			s, err := settings.get(ctx, tx, r.TenantID)
			if err != nil {
				return fmt.Errorf("settings: %w", err)
			}
			if r.State != drift.RetrainQueued || training < s.Int("MAX_CONCURRENT_RETRAIN_JOBS") {
				waiting = append(waiting, r)
			}
		}
		return nil
	})
	return waiting, err
}

// trains reports whether a retrain takes one of the places of MAX_CONCURRENT_RETRAIN_JOBS.
func trains(r *drift.Retrain) bool {
	return r.State == drift.RetrainTraining || r.State == drift.RetrainValidating
}

// RetrainsIn lists the retrains in any of the states, oldest first.
func (e *Engine) RetrainsIn(ctx context.Context, states ...drift.RetrainState) (list []*drift.Retrain, err error) {
	err = e.system(ctx, func(tx Tx) error {
		all, err := tx.RetrainsIn(ctx, states...)
		list = slices.DeleteFunc(all, func(r *drift.Retrain) bool { return !e.covers(r.TenantID) })
		return err
	})
	return list, err
}

// Work carries one retrain as far as it goes: trains, validates and activates a queued one, and takes
// up what a server that died left behind. The caller holds the retrain's lock.
func (e *Engine) Work(ctx context.Context, id int64, server string) error {
	r, err := e.takeUp(ctx, id, server)
	if err != nil || r == nil {
		return err
	}
	if r.State == drift.RetrainTraining {
		if err := e.trainOnce(ctx, r); err != nil {
			e.broken.note(r)
			return err
		}
		if r.State != drift.RetrainActivating {
			return nil
		}
	}
	return e.activate(ctx, r.ID)
}

// takeUp makes the first move of whoever works on a retrain now: a queued one starts, an interrupted
// one is queued again, one that was about to be activated is returned as it is. It returns nil where
// there is nothing to do at present.
func (e *Engine) takeUp(ctx context.Context, id int64, server string) (*drift.Retrain, error) {
	var out *drift.Retrain
	err := e.system(ctx, func(tx Tx) error {
		out = nil
		now := e.clock().UTC()
		h, err := tx.HoldHalt(ctx)
		if err != nil || h != nil {
			return err
		}
		r, err := tx.Retrain(ctx, id)
		if err != nil {
			return err
		}
		switch r.State {
		case drift.RetrainActivating:
			out = r
			return nil
		case drift.RetrainTraining, drift.RetrainValidating: // nobody holds its lock
			out, err = e.takeUpAgain(ctx, tx, r, server, now)
			return err
		case drift.RetrainQueued:
			out, err = e.start(ctx, tx, r, server, now)
			return err
		}
		return nil
	})
	return out, err
}

// start moves a queued retrain to training, if as many may train and its safeguards still pass.
func (e *Engine) start(ctx context.Context, tx Tx, r *drift.Retrain, server string, now time.Time) (*drift.Retrain, error) {
	if err := tx.LockStarts(ctx); err != nil {
		return nil, err
	}
	running, err := tx.RetrainsIn(ctx, drift.RetrainTraining, drift.RetrainValidating)
	if err != nil {
		return nil, err
	}
	s, err := tx.Settings(ctx, r.TenantID)
	if err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	if len(running) >= s.Int("MAX_CONCURRENT_RETRAIN_JOBS") {
		return nil, nil
	}
	if r.Safeguards, err = Evaluate(ctx, tx, r, now); err != nil {
		return nil, err
	}
	paused, err := pausedFor(ctx, tx, r)
	if err != nil {
		return nil, err
	}
	if paused != nil {
		return nil, e.moveRetrain(ctx, tx, r, retrain.MoveRefuse, drift.SystemActor(), now, pausedWords(paused))
	}
	d := retrain.Decide(r.Safeguards, retrain.DecideInput{Severity: r.Severity, Manual: r.Manual})
	if d.Action == retrain.Refuse {
		return nil, e.moveRetrain(ctx, tx, r, retrain.MoveRefuse, drift.SystemActor(), now, d.Sentence)
	}
	serving, err := tx.Serving(ctx, r.Model())
	if err != nil {
		return nil, err
	}
	name, _, err := e.trainers(r.ModelType, s)
	var said *drift.Error
	if errors.As(err, &said) { // it would be asked for again every second
		return nil, e.moveRetrain(ctx, tx, r, retrain.MoveFail, drift.SystemActor(), now, said.Message)
	}
	if err != nil {
		return nil, err
	}
	r.Attempt++
	r.Server, r.Progress, r.Trainer, r.ParentVersion = server, "", name, serving.Version
	if r.CandidateVersion, err = freeName(ctx, tx, r, drift.DateOf(now)); err != nil {
		return nil, err
	}
	return r, e.moveRetrain(ctx, tx, r, retrain.MoveStart, drift.SystemActor(), now, "Training began on "+server+".")
}

// trainOnce runs the trainer and judges what it leaves. A trainer's failure is the retrain's end, told
// in a sentence; only what broke on our side is an error.
func (e *Engine) trainOnce(ctx context.Context, r *drift.Retrain) error {
	if e.workDir != "" {
		if err := os.MkdirAll(e.workDir, 0o700); err != nil {
			return fmt.Errorf("job folders: %w", err)
		}
	}
	dir, err := os.MkdirTemp(e.workDir, fmt.Sprintf("retrain-%d-", r.ID))
	if err != nil {
		return fmt.Errorf("job folder: %w", err)
	}
	defer func() {
		if err := os.RemoveAll(dir); err != nil { // a folder left behind harms nobody
			e.log.Warn("a job's folder could not be removed", "retrain", r.ID, "error", err)
		}
	}()
	work, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := func() { cancel(context.Canceled) }
	defer stop()
	// A trainer elsewhere must tell a server that stops from a training that nobody wants any more.
	defer context.AfterFunc(ctx, func() { cancel(retrain.ErrStopping) })()
	wanted := e.watchState(work, stop, r.ID)
	d, err := e.train(work, r, dir)
	stop()
	<-wanted
	if ctx.Err() != nil {
		return ctx.Err() // the server stops: another one begins anew, or goes on with what trains elsewhere
	}
	if err != nil && !failed(err) {
		return err
	}
	if err != nil {
		return e.trainingFailed(ctx, r, err)
	}
	return e.judgeCandidate(ctx, r, dir, d)
}

// watchState cancels the work when the retrain is no longer training: cancelled by a person, or by the
// emergency stop.
func (e *Engine) watchState(ctx context.Context, stop func(), id int64) (done chan struct{}) {
	done = make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(stateEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			err := e.system(ctx, func(tx Tx) error {
				r, err := tx.Retrain(ctx, id)
				if err == nil && r.State != drift.RetrainTraining {
					stop()
				}
				return err
			})
			if err != nil && ctx.Err() == nil {
				e.log.Warn("could not look whether a training is still wanted", "retrain", id, "error", err)
			}
		}
	}()
	return done
}

// trainerFailure is what a trainer ended with: its own, whatever it was.
type trainerFailure struct{ error }

func (f trainerFailure) Unwrap() error { return f.error }

// failed reports whether a training came to its end, badly. What broke on our side, a database that
// went away first of all, is no trainer's failure and uses up none of its attempts.
func failed(err error) bool {
	var trainer trainerFailure
	code := drift.CodeOf(err)
	return errors.As(err, &trainer) || code == drift.CodeInvalid || code == drift.CodeNotFound
}

// train writes the job's folder, or finds again what was sent before a restart, and runs the trainer.
func (e *Engine) train(ctx context.Context, r *drift.Retrain, dir string) (*dataset, error) {
	var s drift.Settings
	var like string
	var sent *handover
	err := e.system(ctx, func(tx Tx) (err error) {
		if s, err = tx.Settings(ctx, r.TenantID); err != nil {
			return err
		}
		if sent, err = handedOver(ctx, tx, r); err != nil {
			return err
		}
		like, err = behavesLike(ctx, tx, r.ModelType)
		return err
	})
	if err != nil {
		return nil, err
	}
	if sent != nil && !e.resumes(r.ModelType, s, sent) { // taken up before the setting changed: no trainer's fault
		return nil, fmt.Errorf("retrain %d was handed over to another trainer than the one that is set now", r.ID)
	}
	job := retrain.Job{
		RetrainID: r.ID, Attempt: r.Attempt, Key: fmt.Sprintf("retrain-%d-%d", r.ID, r.Version), Tenant: r.Tenant,
		ModelType: r.ModelType, BehavesLike: like, Version: r.CandidateVersion, Dir: dir,
		Timeout: timeLimit(s), MemoryBytes: int64(s.Int("TRAINER_MEMORY_MIB")) << 20,
		Progress: func(line string) { e.progress(ctx, r, line) },
		Printed:  func(output []byte) { e.printed(r, output) },
	}
	var d *dataset
	if sent != nil {
		d, err = e.reopen(ctx, r, sent, &job)
	} else {
		d, err = e.prepare(ctx, r, s, &job)
	}
	if err != nil {
		return nil, err
	}
	// Found only now: writing the folder may take minutes, in which the settings may change.
	_, trainer, err := e.trainers(r.ModelType, s)
	if err != nil {
		return nil, err
	}
	if err := trainer.Train(ctx, job); err != nil {
		return nil, trainerFailure{err}
	}
	return d, nil
}

func timeLimit(s drift.Settings) time.Duration {
	return time.Duration(s.Int("TRAINER_TIMEOUT_MINUTES")) * time.Minute
}

// prepare writes the job's folder, and has the job keep where it was sent if it is.
func (e *Engine) prepare(ctx context.Context, r *drift.Retrain, s drift.Settings, job *retrain.Job) (*dataset, error) {
	now := e.clock().UTC()
	d, err := e.writeFolder(ctx, r, job.Dir, drift.DateOf(now).Add(-s.Int("TRAINING_DATA_DAYS")).Time(), now)
	if err != nil {
		return nil, err
	}
	thresholds, err := retrain.Thresholds(s, job.BehavesLike)
	if err != nil {
		return nil, err
	}
	d.description.Thresholds = retrain.Told(thresholds)
	if err := d.describe(job.Dir, *job, r.ParentVersion); err != nil {
		return nil, err
	}
	h := &handover{
		Attempt: r.Attempt, Begun: now, Description: d.description, TrainLast: d.trainLast,
		HoldoutFrom: d.holdoutFirst, HoldoutTo: now, Holdout: namesOf(d.holdout),
	}
	job.SaveState = func(ctx context.Context, name string, state json.RawMessage) error {
		h.Job, h.State = name, state
		return e.saveHandover(ctx, r, h)
	}
	return d, nil
}

// trainingFailed ends a retrain whose trainer failed; one that is no longer training was cancelled.
func (e *Engine) trainingFailed(ctx context.Context, r *drift.Retrain, cause error) error {
	e.log.Warn("training failed", "retrain", r.ID, "error", cause)
	note := "The trainer failed; the server's log says why. The serving version is untouched."
	var said *drift.Error
	if errors.As(cause, &said) {
		note = said.Message + " The serving version is untouched."
	}
	return e.fromTraining(ctx, r, func(tx Tx) error {
		return e.moveRetrain(ctx, tx, r, retrain.MoveFail, drift.SystemActor(), e.clock().UTC(), note)
	})
}

// fromTraining makes a move on a retrain that should still be this attempt's; nothing where it is not.
func (e *Engine) fromTraining(ctx context.Context, r *drift.Retrain, fn func(Tx) error) error {
	return e.system(ctx, func(tx Tx) error {
		now, err := tx.Retrain(ctx, r.ID)
		if err != nil {
			return err
		}
		if !now.State.Running() || now.Attempt != r.Attempt {
			r.State = now.State
			return nil
		}
		*r = *now
		return fn(tx)
	})
}
