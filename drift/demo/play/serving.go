package play

import (
	"context"
	"fmt"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/demo"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/retrain/logistic"
)

// Versions tells what is active and hands out artefacts: what GET /active and the artefact's address
// answer.
type Versions interface {
	ActiveVersions(ctx context.Context) ([]drift.VersionKey, error)
	Artifact(ctx context.Context, v drift.VersionKey) ([]byte, error)
}

// Serving are the models that Driftwatch has trained and put into service, by tenant and model type.
type Serving map[[2]string]servedModel

type servedModel struct {
	version string
	model   *logistic.Model
}

// Follow reads what is active now. An artefact is fetched when its version becomes active.
func (s *Serving) Follow(ctx context.Context, from Versions) error {
	active, err := from.ActiveVersions(ctx)
	if err != nil {
		return fmt.Errorf("active versions: %w", err)
	}
	next := Serving{}
	for _, v := range active {
		key := [2]string{v.Tenant, v.ModelType}
		if was, ok := (*s)[key]; ok && was.version == v.Version {
			next[key] = was
			continue
		}
		artifact, err := from.Artifact(ctx, v)
		if err != nil {
			return fmt.Errorf("artefact of %s: %w", v.Version, err)
		}
		m, err := engine.LoadModel(v, artifact)
		if err != nil {
			return err
		}
		next[key] = servedModel{v.Version, m}
	}
	*s = next
	return nil
}

// Prediction is the row as the version in service makes it.
func (s Serving) Prediction(m demo.Model, l demo.Live) []byte {
	active, ok := s[[2]string{m.Tenant, m.ModelType}]
	if !ok {
		return l.Prediction
	}
	score, predicted, err := active.model.ScoreJSON(l.Features)
	if err != nil {
		return l.Prediction
	}
	return l.By(active.version, score, predicted)
}
