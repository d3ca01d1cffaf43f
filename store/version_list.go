package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

const recordColumns = `SELECT v.tenant_id, t.name, v.model_type, v.version, v.source, v.is_active, v.first_seen,
	v.activated_at, v.deactivated_at, COALESCE(encode(v.digest, 'hex'), ''), v.trainer, v.parent, v.retrain_id,
	v.approved_by, v.rows_train, v.window_from, v.window_to, v.holdout,
	EXISTS (SELECT FROM ml_retrain r WHERE r.tenant_id = v.tenant_id AND r.id = v.retrain_id AND r.state = 'refused')
	FROM ml_model_version v JOIN tenant t ON t.id = v.tenant_id`

// scanRecord reads recordColumns.
func scanRecord(row pgx.CollectableRow) (v drift.VersionRecord, err error) {
	var begun, ended *time.Time
	err = row.Scan(&v.TenantID, &v.Tenant, &v.ModelType, &v.Version.Version, &v.Source, &v.Active, &v.FirstSeen, &begun, &ended,
		&v.Digest, &v.Trainer, &v.Parent, &v.RetrainID, &v.ApprovedBy, &v.RowsTrain, &v.WindowFrom, &v.WindowTo, &v.Holdout,
		&v.Refused)
	v.ActivatedAt, v.DeactivatedAt = orZero(begun), orZero(ended)
	return v, err
}

// versionRecords reads versions of one model type, with when each was in service.
func (tx *Tx) versionRecords(ctx context.Context, rest string, args ...any) ([]drift.VersionRecord, error) {
	rows, err := tx.Query(ctx, recordColumns+rest, args...)
	list, err := collected(rows, err, scanRecord, "versions")
	if err != nil {
		return nil, err
	}
	services := map[int64][]drift.Service{}
	for i := range list {
		v := &list[i]
		of, known := services[v.TenantID]
		if !known {
			if of, err = tx.Services(ctx, v.Model); err != nil {
				return nil, err
			}
			services[v.TenantID] = of
		}
		for _, s := range of {
			if s.Version == v.Version.Version {
				v.Services = append(v.Services, s)
			}
		}
	}
	return list, nil
}

// VersionPage lists the versions of a model type, newest first, of one tenant or of all that the
// actor may see.
func (db *DB) VersionPage(ctx context.Context, by drift.Actor, m drift.Model, after string, n int) (drift.Page[drift.VersionRecord], error) {
	return view(ctx, db, by, func(tx *Tx) (page drift.Page[drift.VersionRecord], err error) {
		w := &where{}
		w.and(`v.model_type = $`, m.ModelType)
		if m.TenantID != 0 {
			w.and(`v.tenant_id = $`, m.TenantID)
		}
		n := limit(n)
		if after != "" {
			var v drift.Version
			if err := readCursor(after, &v.FirstSeen, &v.TenantID, &v.Version); err != nil {
				return page, err
			}
			w.plain(`(v.first_seen, v.tenant_id, v.version) < (` + w.arg(v.FirstSeen) + `, ` + w.arg(v.TenantID) + `, ` + w.arg(v.Version) + `)`)
		}
		list, err := tx.versionRecords(ctx, w.sql()+` ORDER BY v.first_seen DESC, v.tenant_id DESC, v.version DESC LIMIT `+w.arg(n+1), w.args...)
		if err != nil {
			return page, err
		}
		if len(list) > n {
			list = list[:n]
			last := list[n-1]
			page.Next = cursor(last.FirstSeen, last.TenantID, last.Version.Version)
		}
		page.Items = list
		return page, nil
	})
}
