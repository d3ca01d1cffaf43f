package engine

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash"
	"math"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/detect"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// standIn is a version's validation set where its baseline window holds too little to compare with,
// nil where the window has enough or no set was kept.
func standIn(ctx context.Context, tx Tx, t drift.DriftType, v drift.VersionKey, window []drift.ScoreDay, s drift.Settings) (*drift.LabelledScores, error) {
	least := s.Int("MIN_OUTCOMES")
	side := detect.PoolSide(window)
	have := side.Counts.Outcomes()
	if t == drift.Statistical {
		least, have = s.Int("MIN_SCORES"), side.Predictions
	}
	if have >= least {
		return nil, nil
	}
	set, err := tx.ValidationSet(ctx, v)
	if err != nil {
		return nil, fmt.Errorf("validation set: %w", err)
	}
	if len(set.Scores) < least {
		return nil, nil
	}
	return &set, nil
}

// sideOf counts a validation set as the days of a window are counted.
func sideOf(set *drift.LabelledScores) detect.Side {
	side := detect.Side{Predictions: len(set.Scores)}
	for _, label := range set.Labels {
		yes := label&drift.PredictedPositive != 0
		switch label & drift.LabelMask {
		case drift.LabelPositive:
			if yes {
				side.Counts.TP++
			} else {
				side.Counts.FN++
			}
		case drift.LabelNegative:
			if yes {
				side.Counts.FP++
			} else {
				side.Counts.TN++
			}
		}
	}
	return side
}

// runsOf is a validation set as the columns of a window are handed to a test.
func runsOf(set *drift.LabelledScores) ([]stats.Run, error) {
	run, err := stats.NewSortedRun(set.Scores)
	if err != nil {
		return nil, fmt.Errorf("validation set: %w", err)
	}
	return []stats.Run{run}, nil
}

// digestSet adds to a report's input what its check reads of the validation set.
func digestSet(h hash.Hash, set *drift.LabelledScores) {
	h.Write([]byte("validation"))
	for i, score := range set.Scores {
		h.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(score)))
		h.Write(set.Labels[i : i+1])
	}
}
