package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// jobFailed raises ML_MONITORING_BLIND for one model whose part of a job failed.
func (p *pass) jobFailed(ctx context.Context, m drift.Model, job drift.JobName, cause error) error {
	if !p.alerts {
		return nil
	}
	message := fmt.Sprintf("The %s job of %s failed: %s", job, p.date, sentence(cause))
	return p.e.system(ctx, func(tx Tx) error {
		return p.setBlind(ctx, tx, blindSpot{model: m, reason: drift.BlindJobFailed, part: string(job), message: message})
	})
}

// jobRecovered ends what jobFailed raised.
func (p *pass) jobRecovered(ctx context.Context, m drift.Model, job drift.JobName) error {
	if !p.alerts {
		return nil
	}
	failed, err := p.failedModels(ctx)
	if err != nil || !failed[m] {
		return err
	}
	return p.e.system(ctx, func(tx Tx) error {
		return p.setBlind(ctx, tx, blindSpot{model: m, reason: drift.BlindJobFailed, part: string(job)})
	})
}

// failedModels reads once per job which models have an open job_failed alert, so that healthy
// models cost nothing.
func (p *pass) failedModels(ctx context.Context) (map[drift.Model]bool, error) {
	if p.failed != nil {
		return p.failed, nil
	}
	failed := map[drift.Model]bool{}
	err := p.e.system(ctx, func(tx Tx) error {
		open, err := tx.OpenBlindAlerts(ctx)
		for _, a := range open {
			if a.Reason == drift.BlindJobFailed {
				failed[drift.Model{TenantID: a.TenantID, Tenant: a.Tenant, ModelType: a.ModelType}] = true
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("blind alerts: %w", err)
	}
	p.failed = failed
	return failed, nil
}

// JobGaveUp raises ML_MONITORING_BLIND for every model that is alive, after a job of this date
// failed its last attempt.
func (e *Engine) JobGaveUp(ctx context.Context, job drift.JobName, d drift.Date, cause error) error {
	p := e.newPass(d, e.clock().UTC(), true, false)
	return p.forFresh(ctx, func(m drift.Model) error { return p.jobFailed(ctx, m, job, cause) })
}

// JobSucceeded ends what JobGaveUp raised, for models that the job itself did not touch.
func (e *Engine) JobSucceeded(ctx context.Context, job drift.JobName, d drift.Date) error {
	p := e.newPass(d, e.clock().UTC(), true, false)
	failed, err := p.failedModels(ctx)
	if err != nil {
		return err
	}
	for m := range failed {
		if err := p.jobRecovered(ctx, m, job); err != nil {
			return err
		}
	}
	return nil
}

func (p *pass) forFresh(ctx context.Context, fn func(drift.Model) error) error {
	var models []drift.Model
	err := p.e.system(ctx, func(tx Tx) (err error) {
		models, err = tx.FreshModels(ctx, p.now.Add(-freshFor))
		return err
	})
	if err != nil {
		return fmt.Errorf("fresh models: %w", err)
	}
	for _, m := range models {
		if err := fn(m); err != nil {
			return err
		}
	}
	return nil
}

// clockTolerance is how far a server's clock may lie from the database's.
const clockTolerance = 5 * time.Second

// ClockOff reports whether a clock with this offset from the database's is off.
func ClockOff(offset time.Duration) bool { return offset.Abs() > clockTolerance }

// CheckClock raises or ends the clock alert of every tenant, by the offset of this server's clock
// from the database's.
func (e *Engine) CheckClock(ctx context.Context, server string, offset time.Duration, tenants []drift.Tenant) error {
	p := e.newPass(drift.DateOf(e.clock()), e.clock().UTC(), true, false)
	message := ""
	if ClockOff(offset) {
		message = fmt.Sprintf("The clock of server %s is off by %s.", server, offset.Round(time.Second))
	}
	for _, t := range tenants {
		spot := blindSpot{model: drift.Model{TenantID: t.ID, Tenant: t.Name}, reason: drift.BlindClock, part: server, message: message}
		if err := e.system(ctx, func(tx Tx) error { return p.setBlind(ctx, tx, spot) }); err != nil {
			return fmt.Errorf("clock alert of %s: %w", t.Name, err)
		}
	}
	return nil
}

// sentence is what a person may be told of a failure: our own words, never a driver's.
func sentence(err error) string {
	var e *drift.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return "the server's log says why."
}
