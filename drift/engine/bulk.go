package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// MaxBulk bounds how many alerts one request moves.
const MaxBulk = 500

// BulkMove is what became of one alert of many: it moved (Alert, At), or Refused says why not.
type BulkMove struct {
	AlertID int64
	Alert   *drift.Alert
	At      time.Time
	Refused *drift.Error
}

// MoveMany makes the same kind of move on many alerts, each for itself: what one of them refuses keeps no
// other from moving. All that move do so in one transaction, in the order of their numbers, so that two who
// move the same ones wait for each other and neither for ever.
func (e *Engine) MoveMany(ctx context.Context, by drift.Actor, reqs []MoveRequest) ([]BulkMove, error) {
	return many(ctx, e, by, reqs, func(r MoveRequest) int64 { return r.AlertID }, e.move)
}

// UndoMany takes many acknowledgements back, each for itself; see Undo.
func (e *Engine) UndoMany(ctx context.Context, by drift.Actor, reqs []UndoRequest) ([]BulkMove, error) {
	return many(ctx, e, by, reqs, func(r UndoRequest) int64 { return r.AlertID }, e.undo)
}

func many[R any](
	ctx context.Context, e *Engine, by drift.Actor, reqs []R, id func(R) int64,
	do func(context.Context, Tx, drift.Actor, R, time.Time) (*drift.Alert, error),
) ([]BulkMove, error) {
	if len(reqs) == 0 {
		return nil, drift.Invalid("alerts", "Say which alerts: none was chosen.")
	}
	if len(reqs) > MaxBulk {
		return nil, drift.Invalid("alerts", fmt.Sprintf("One request moves at most %d alerts.", MaxBulk))
	}
	reqs = slices.Clone(reqs)
	slices.SortStableFunc(reqs, func(a, b R) int { return cmp.Compare(id(a), id(b)) })
	var out []BulkMove
	now := e.clock().UTC()
	err := e.givingWay(ctx, by, func(tx Tx) error {
		out = make([]BulkMove, 0, len(reqs))
		for _, r := range reqs {
			a, err := do(ctx, tx, by, r, now)
			m := BulkMove{AlertID: id(r), Alert: a, At: now}
			if err != nil && (a != nil || !refuses(err, &m.Refused)) {
				return fmt.Errorf("alert %d: %w", m.AlertID, err)
			}
			out = append(out, m)
		}
		return nil
	})
	if err != nil {
		return nil, busy(err)
	}
	return out, nil
}

// refuses tells whether err is about one alert alone, after which the transaction goes on.
func refuses(err error, e **drift.Error) bool {
	if !errors.As(err, e) {
		return false
	}
	switch (*e).Code {
	case drift.CodeConflict, drift.CodeIllegalMove, drift.CodeNotFound, drift.CodeInvalid, drift.CodeForbidden:
		return true
	}
	return false
}
