package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// keepVersions is how many trained versions of a model are kept with their artefacts beside every one
// that ever served.
const keepVersions = 10

// PutVersion keeps a trained version with its artefact and its validation set. Doing so again with the
// same artefact of the same retrain changes nothing; CodeConflict, and nothing changed, where the name is
// another's: whoever logs predictions gives versions their names.
func (tx *Tx) PutVersion(ctx context.Context, v drift.NewVersion, at time.Time) error {
	if err := tx.takeVersionName(ctx, v, at); err != nil {
		return err
	}
	var b pgx.Batch
	b.Queue(`INSERT INTO ml_artifact (tenant_id, digest, bytes, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		v.Key.TenantID, v.Digest, v.Artifact, at)
	b.Queue(`INSERT INTO ml_validation_set (tenant_id, model_type, model_version, n, scores, labels)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		v.Key.TenantID, v.Key.ModelType, v.Key.Version, len(v.Scores.Scores), packScores(v.Scores.Scores), v.Scores.Labels)
	// What never served and is not among the newest goes, artefact first asked for by nobody else.
	b.Queue(`WITH old AS (
			SELECT version FROM ml_model_version v WHERE tenant_id = $1 AND model_type = $2 AND source = 'trained'
				AND activated_at IS NULL AND version <> $4
			ORDER BY first_seen DESC, version DESC OFFSET $3), gone AS (
			DELETE FROM ml_validation_set WHERE tenant_id = $1 AND model_type = $2 AND model_version IN (SELECT version FROM old))
		DELETE FROM ml_model_version WHERE tenant_id = $1 AND model_type = $2 AND version IN (SELECT version FROM old)`,
		v.Key.TenantID, v.Key.ModelType, keepVersions-1, v.Key.Version)
	b.Queue(`DELETE FROM ml_artifact a WHERE tenant_id = $1 AND NOT EXISTS (SELECT FROM ml_model_version v
		WHERE v.tenant_id = a.tenant_id AND v.digest = a.digest)`, v.Key.TenantID)
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("keep version: %w", err)
	}
	return nil
}

// takeVersionName writes the version's row, or finds that of the same artefact and retrain.
func (tx *Tx) takeVersionName(ctx context.Context, v drift.NewVersion, at time.Time) error {
	tag, err := tx.Exec(ctx, `INSERT INTO ml_model_version (tenant_id, model_type, version, source, first_seen, digest, trainer, parent,
			retrain_id, approved_by, rows_train, window_from, window_to, holdout)
		VALUES ($1, $2, $3, 'trained', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (tenant_id, model_type, version) DO NOTHING`,
		v.Key.TenantID, v.Key.ModelType, v.Key.Version, at, v.Digest, v.Trainer, v.Parent, v.RetrainID, v.ApprovedBy,
		v.RowsTrain, v.WindowFrom, v.WindowTo, v.Holdout)
	if err != nil {
		return fmt.Errorf("keep version: %w", err)
	}
	if tag.RowsAffected() > 0 {
		return nil
	}
	var same bool
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM ml_model_version WHERE tenant_id = $1 AND model_type = $2 AND version = $3
		AND source = 'trained' AND digest = $4 AND retrain_id = $5)`,
		v.Key.TenantID, v.Key.ModelType, v.Key.Version, v.Digest, v.RetrainID).Scan(&same)
	if err != nil {
		return fmt.Errorf("look whose a version's name is: %w", err)
	}
	if !same {
		return &drift.Error{Code: drift.CodeConflict, Message: fmt.Sprintf(
			"Another version of %s is called %s already, so that the new one cannot be kept under this name.", v.Key.ModelType, v.Key.Version)}
	}
	return nil
}

// Artifact returns a version's artefact with its digest in hex; CodeNotFound where it has none.
func (tx *Tx) Artifact(ctx context.Context, v drift.VersionKey) (data []byte, digest string, err error) {
	var sum []byte
	err = tx.QueryRow(ctx, `SELECT a.bytes, a.digest FROM ml_model_version v
		JOIN ml_artifact a ON a.tenant_id = v.tenant_id AND a.digest = v.digest
		WHERE v.tenant_id = $1 AND v.model_type = $2 AND v.version = $3`, v.TenantID, v.ModelType, v.Version).Scan(&data, &sum)
	if none(err) {
		return nil, "", drift.NotFound(fmt.Sprintf("No artefact of version %q of %s is kept here: it was not trained by Driftwatch.", v.Version, v.ModelType))
	}
	if err != nil {
		return nil, "", fmt.Errorf("artefact: %w", err)
	}
	return data, hex.EncodeToString(sum), nil
}

// VersionRecords lists the versions of a model with what is kept of each, newest first.
func (tx *Tx) VersionRecords(ctx context.Context, m drift.Model) ([]drift.VersionRecord, error) {
	return tx.versionRecords(ctx, ` WHERE v.tenant_id = $1 AND v.model_type = $2 ORDER BY v.first_seen DESC, v.version DESC`,
		m.TenantID, m.ModelType)
}

// ValidationSet returns a trained version's hold-out scores with their labels; empty where none is kept.
func (tx *Tx) ValidationSet(ctx context.Context, v drift.VersionKey) (out drift.LabelledScores, err error) {
	var packed []byte
	err = tx.QueryRow(ctx, `SELECT scores, labels FROM ml_validation_set WHERE tenant_id = $1 AND model_type = $2
		AND model_version = $3`, v.TenantID, v.ModelType, v.Version).Scan(&packed, &out.Labels)
	if none(err) {
		return drift.LabelledScores{}, nil
	}
	if err != nil {
		return out, fmt.Errorf("validation set: %w", err)
	}
	out.Scores, err = unpackScores(nil, packed)
	return out, err
}
