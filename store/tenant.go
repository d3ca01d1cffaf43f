package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// Tenants lists the tenants that the transaction's actor may see, by name.
func (tx *Tx) Tenants(ctx context.Context) ([]drift.Tenant, error) {
	rows, err := tx.Query(ctx, `SELECT id, name FROM tenant ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("tenants: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[drift.Tenant])
	if err != nil {
		return nil, fmt.Errorf("tenants: %w", err)
	}
	return list, nil
}

// AddTenant makes a tenant; one of that name may exist already, which is not an error here: made
// says which it was.
func (db *DB) AddTenant(ctx context.Context, by drift.Actor, name string) (t drift.Tenant, made bool, err error) {
	err = db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
		t, made, err = tx.addTenant(ctx, by, "name", name)
		return err
	})
	return t, made, err
}

// addTenant is [DB.AddTenant]; field is what a refused name is called.
func (tx *Tx) addTenant(ctx context.Context, by drift.Actor, field, name string) (t drift.Tenant, made bool, err error) {
	if err := drift.ValidName(field, name); err != nil {
		return t, false, err
	}
	tag, err := tx.Exec(ctx, `INSERT INTO tenant (name) VALUES ($1) ON CONFLICT (name) DO NOTHING`, name)
	if err != nil {
		return t, false, fmt.Errorf("add tenant: %w", err)
	}
	if err := tx.QueryRow(ctx, `SELECT id, name FROM tenant WHERE name = $1`, name).Scan(&t.ID, &t.Name); err != nil {
		return t, false, fmt.Errorf("add tenant: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return t, false, nil
	}
	return t, true, tx.auditNote(time.Time{}, by, "tenant.add", "tenant/"+name, map[string]any{"name": name})
}

// ModelTypes lists the registered model types, by name.
func (tx *Tx) ModelTypes(ctx context.Context) ([]drift.ModelType, error) {
	rows, err := tx.Query(ctx, `SELECT name, behaves_like FROM model_type ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("model types: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[drift.ModelType])
	if err != nil {
		return nil, fmt.Errorf("model types: %w", err)
	}
	return list, nil
}

// AddModelType registers a model type; made is false where it is registered already. What it
// behaves like decides which guide column shows its outcomes, and cannot be changed afterwards. A name
// whose settings another type owns is refused.
func (db *DB) AddModelType(ctx context.Context, by drift.Actor, m drift.ModelType) (made bool, err error) {
	if err := drift.ValidName("name", m.Name); err != nil {
		return false, err
	}
	if m.BehavesLike != drift.FraudDetector && m.BehavesLike != drift.ConflictPredictor {
		return false, drift.Invalid("like", fmt.Sprintf("A model type behaves like %s or %s.", drift.FraudDetector, drift.ConflictPredictor))
	}
	err = db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
		// One at a time: two that are added at once must see each other.
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('model types', 0))`); err != nil {
			return fmt.Errorf("add model type: %w", err)
		}
		types, err := tx.ModelTypes(ctx)
		if err != nil {
			return err
		}
		known := slices.ContainsFunc(types, func(t drift.ModelType) bool { return t.Name == m.Name })
		if !known { // one of before this rule stays
			if err := drift.OwnSettings(m.Name, types); err != nil {
				return err
			}
		}
		tag, err := tx.Exec(ctx, `INSERT INTO model_type (name, behaves_like) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`,
			m.Name, m.BehavesLike)
		if err != nil {
			return fmt.Errorf("add model type: %w", err)
		}
		var like string
		if err := tx.QueryRow(ctx, `SELECT behaves_like FROM model_type WHERE name = $1`, m.Name).Scan(&like); err != nil {
			return fmt.Errorf("add model type: %w", err)
		}
		if like != m.BehavesLike {
			return drift.Invalid("like", fmt.Sprintf("%s is registered already and behaves like %s.", m.Name, like))
		}
		if made = tag.RowsAffected() == 1; !made {
			return nil
		}
		return tx.auditNote(time.Time{}, by, "model.add", "model/"+m.Name, map[string]any{"like": like})
	})
	return made, err
}

// Tenants lists the tenants that the actor may see, by name.
func (db *DB) Tenants(ctx context.Context, by drift.Actor) ([]drift.Tenant, error) {
	return view(ctx, db, by, func(tx *Tx) ([]drift.Tenant, error) { return tx.Tenants(ctx) })
}

// ModelTypes lists the registered model types, by name.
func (db *DB) ModelTypes(ctx context.Context, by drift.Actor) ([]drift.ModelType, error) {
	return view(ctx, db, by, func(tx *Tx) ([]drift.ModelType, error) { return tx.ModelTypes(ctx) })
}
