package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain/logistic"
)

// activeModel is an active version with its artefact loaded.
type activeModel struct {
	key   drift.VersionKey
	model *logistic.Model
}

// follow finds which versions score from now on.
func (r *replay) follow(ctx context.Context) error {
	return r.e.system(ctx, func(tx Tx) error {
		keys, err := tx.ActiveVersions(ctx, r.tenants)
		if err != nil {
			return err
		}
		next := make([]activeModel, 0, len(keys))
		for _, k := range keys {
			m := r.loaded(k)
			if m == nil {
				artifact, _, err := tx.Artifact(ctx, k)
				if err != nil {
					return err
				}
				if m, err = LoadModel(k, artifact); err != nil {
					return err
				}
			}
			next = append(next, activeModel{k, m})
		}
		r.active = next
		return nil
	})
}

func (r *replay) loaded(k drift.VersionKey) *logistic.Model {
	for _, a := range r.active {
		if a.key == k {
			return a.model
		}
	}
	return nil
}

// LoadModel reads an artefact of the built-in trainer, and says so where it is another's.
func LoadModel(k drift.VersionKey, artifact []byte) (*logistic.Model, error) {
	m, err := logistic.Load(bytes.NewReader(artifact))
	if errors.Is(err, logistic.ErrFormat) {
		return nil, drift.Invalid("trainer", fmt.Sprintf(
			"Version %s of %s was made by a trainer of your own: Driftwatch can score with the models of its built-in trainer alone.", k.Version, k.ModelType))
	}
	if err != nil {
		return nil, fmt.Errorf("load version %s of %s: %w", k.Version, k.ModelType, err)
	}
	return m, nil
}

// rescore logs what the active versions say of the rows made since the last time.
func (r *replay) rescore(ctx context.Context) error {
	to := earlier(r.clock.read(), r.end)
	if !to.After(r.scored) {
		return nil
	}
	for _, a := range r.active {
		err := r.e.system(ctx, func(tx Tx) error {
			rows, err := tx.RowsToRescore(ctx, a.key, r.scored, to)
			if err != nil {
				return err
			}
			said := make([]drift.Rescored, len(rows))
			for i, row := range rows {
				if len(row.Features) == 0 {
					row.Features = json.RawMessage("{}")
				}
				said[i].ID, said[i].CreatedAt = row.ID, row.CreatedAt
				if said[i].Score, said[i].Predicted, err = a.model.ScoreJSON(row.Features); err != nil {
					return fmt.Errorf("score %s: %w", row.ID, err)
				}
			}
			return tx.Rescore(ctx, a.key, said)
		})
		if err != nil {
			return fmt.Errorf("score rows of %s %s: %w", a.key.Tenant, a.key.ModelType, err)
		}
	}
	r.scored = to
	return nil
}
