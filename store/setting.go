package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// Settings returns the values in force for a tenant: its own over those for every tenant, over the
// configuration file's, over the defaults. Tenant 0 is "no tenant in particular". Secrets are read by
// the system alone; a person's transaction knows only that they are set.
func (tx *Tx) Settings(ctx context.Context, tenant int64) (drift.Settings, error) {
	sql := `SELECT scope, name, value FROM setting WHERE scope IN (0, $1)`
	if tx.By.System {
		sql += ` UNION ALL SELECT 0, name, value FROM setting_secret`
	}
	rows, err := tx.Query(ctx, sql, tenant)
	if err != nil {
		return drift.Settings{}, fmt.Errorf("settings: %w", err)
	}
	own, global := map[string]string{}, map[string]string{}
	var scope int64
	var name, value string
	_, err = pgx.ForEachRow(rows, []any{&scope, &name, &value}, func() error {
		spec, known := drift.SettingNamed(name)
		if !known || spec.Kind == drift.KindSecret && value == drift.SecretSet && tx.By.System {
			return nil // written by a newer version; or the sign of a secret that is read itself
		}
		switch {
		case scope == 0:
			global[name] = value
		case !spec.Global: // one that was a tenant's own before it became everybody's does not count
			own[name] = value
		}
		return nil
	})
	if err != nil {
		return drift.Settings{}, fmt.Errorf("settings: %w", err)
	}
	return drift.NewSettings(
		drift.SettingLayer{Origin: drift.FromFile, Values: tx.file},
		drift.SettingLayer{Origin: drift.FromGlobal, Values: global},
		drift.SettingLayer{Origin: drift.FromTenant, Values: own},
	), nil
}

// SettingBelow returns what would be in force where the scope had no value of its own: everybody's for
// a tenant, the file's or the default for everybody.
func (tx *Tx) SettingBelow(ctx context.Context, scope int64, name string) (string, error) {
	if scope != 0 {
		s, err := tx.Settings(ctx, 0)
		return s.Text(name), err
	}
	return drift.NewSettings(drift.SettingLayer{Origin: drift.FromFile, Values: tx.file}).Text(name), nil
}

// LockSettings keeps everybody else from changing a setting until the transaction ends.
func (tx *Tx) LockSettings(ctx context.Context) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('settings', 0))`); err != nil {
		return fmt.Errorf("lock settings: %w", err)
	}
	return nil
}

// PutSetting writes one value (nil takes it back to what lies below) and its history row. Changes
// wait for each other. Once all of a transaction are written, CheckSettings looks at them together: of
// several that are right together each alone may contradict what is still in force.
func (tx *Tx) PutSetting(ctx context.Context, scope int64, name string, value *string, by, reason string, at time.Time) error {
	if err := tx.LockSettings(ctx); err != nil {
		return err
	}
	var old *string
	err := tx.QueryRow(ctx, `SELECT value FROM setting WHERE scope = $1 AND name = $2`, scope, name).Scan(&old)
	if err != nil && !none(err) {
		return fmt.Errorf("read setting: %w", err)
	}
	var b pgx.Batch
	if spec, _ := drift.SettingNamed(name); spec.Kind == drift.KindSecret {
		value = putSecret(&b, name, value)
	}
	if value == nil {
		b.Queue(`DELETE FROM setting WHERE scope = $1 AND name = $2`, scope, name)
	} else {
		b.Queue(`INSERT INTO setting (scope, name, value, changed_by, changed_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (scope, name) DO UPDATE SET value = excluded.value, changed_by = excluded.changed_by,
			changed_at = excluded.changed_at`, scope, name, *value, by, at)
	}
	b.Queue(`INSERT INTO setting_change (scope, name, old_value, new_value, changed_by, reason, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, scope, name, old, value, by, reason, at)
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("write setting: %w", err)
	}
	return nil
}

// putSecret keeps a secret where no reader's rights reach, and returns what is written in its place.
func putSecret(b *pgx.Batch, name string, value *string) *string {
	b.Queue(`DELETE FROM setting_secret WHERE name = $1`, name)
	if value == nil {
		return nil
	}
	b.Queue(`INSERT INTO setting_secret (name, value) VALUES ($1, $2)`, name, *value)
	sign := drift.SecretSet
	return &sign
}

// CheckSettings refuses contradicting values in force in the scope and, where it is everybody's, in each
// tenant that has values of its own: two people may each have checked theirs against what the other was
// about to change.
func (tx *Tx) CheckSettings(ctx context.Context, scope int64) error {
	scopes := []int64{scope}
	if scope == 0 {
		rows, err := tx.Query(ctx, `SELECT DISTINCT scope FROM setting WHERE scope <> 0 ORDER BY scope`)
		own, err := collected(rows, err, pgx.RowTo[int64], "settings of tenants")
		if err != nil {
			return err
		}
		scopes = append(scopes, own...)
	}
	for _, s := range scopes {
		inForce, err := tx.Settings(ctx, s)
		if err != nil {
			return err
		}
		if err := inForce.CheckTogether(); err != nil {
			return err
		}
	}
	return nil
}

// SettingHistory lists the changes of a setting, newest first; name "" lists every setting's, tenant
// 0 the changes for every tenant and for each.
func (tx *Tx) SettingHistory(ctx context.Context, name string, tenant int64, limit int) ([]drift.SettingChange, error) {
	rows, err := tx.Query(ctx, `SELECT c.id, c.scope, COALESCE(t.name, ''), c.name, c.old_value, c.new_value,
			c.changed_by, c.reason, c.changed_at
		FROM setting_change c LEFT JOIN tenant t ON t.id = c.scope
		WHERE ($1 = '' OR c.name = $1) AND ($2 = 0 OR c.scope = $2) ORDER BY c.id DESC LIMIT $3`, name, tenant, limit)
	return collected(rows, err, pgx.RowToStructByPos[drift.SettingChange], "setting history")
}
