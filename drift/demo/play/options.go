package play

import (
	"context"
	"io"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/demo"
	"github.com/driftwatch/driftwatch/drift/engine"
)

// House is where a time-lapse plays: a database, reached by the ways that everybody's rows come in.
type House interface {
	Versions
	AddModel(ctx context.Context, m demo.Model) error
	Import(ctx context.Context, log io.Reader) error
	Predictions(ctx context.Context, lines []byte) error
	Outcomes(ctx context.Context, lines []byte) error
	OpenAlerts(ctx context.Context) ([]drift.Alert, error)
	// Paused returns what pauses a model's retraining, nil where nothing does.
	Paused(ctx context.Context, m drift.Model) (*drift.Pause, error)
	// Reached remembers how far it has been played; tell says so to the browsers.
	Reached(ctx context.Context, now time.Time, tell bool) error
}

// Queue does everything that is due at the clock's present moment, and returns when it is done.
type Queue interface {
	Step(ctx context.Context) error
}

// Engine is what the people of a time-lapse work with.
type Engine interface {
	SetSettings(ctx context.Context, by drift.Actor, changes ...engine.SettingChange) (drift.Settings, error)
	RetrainsIn(ctx context.Context, states ...drift.RetrainState) ([]*drift.Retrain, error)
	MoveRetrain(ctx context.Context, by drift.Actor, req engine.RetrainMove) (*drift.Retrain, error)
	Move(ctx context.Context, by drift.Actor, req engine.MoveRequest) (*drift.Alert, error)
	LiftPause(ctx context.Context, by drift.Actor, m drift.Model, reason string) error
}

// Options say what a time-lapse works with. House, Queue, Engine, Clock, Wall, From and Reached are required.
type Options struct {
	House  House
	Queue  Queue
	Engine Engine
	Clock  *Clock
	Wall   func() time.Time // the real time, which the clock is stepped up to
	From   drift.Date       // the first day
	// Reached is how far it has been played.
	Reached time.Time
	Seed    uint64 // of the rows
	// Step is how far the clock goes at once where nothing falls due before; an hour where zero.
	Step time.Duration
	// Day is how long a day takes; 0 is as fast as can be.
	Day time.Duration
	// Wait waits for so long, or until ctx ends; a timer where nil.
	Wait func(ctx context.Context, d time.Duration) error
}
