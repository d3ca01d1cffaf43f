package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// mayCreateTenants reports whether a tenant that a batch names is made: for the shell, and for an
// administrator of all tenants.
func mayCreateTenants(by drift.Actor) bool {
	return by.System || by.Role == drift.RoleAdmin && by.AllTenants
}

// names are the tenants and model types that a batch speaks of.
type names struct {
	tenants map[string]int64  // those that exist, whoever may see them
	types   map[string]string // name → behaves_like
}

// lookupNames finds the tenants and model types, from memory where they are known. It only reads.
func (db *DB) lookupNames(ctx context.Context, tenants, types []string) (names, error) {
	n := names{tenants: map[string]int64{}, types: map[string]string{}}
	var askTenants, askTypes []string
	for _, name := range tenants {
		if id, ok := db.memo.tenant(name); ok {
			n.tenants[name] = id
		} else {
			askTenants = append(askTenants, name)
		}
	}
	for _, name := range types {
		if like, ok := db.memo.modelType(name); ok {
			n.types[name] = like
		} else {
			askTypes = append(askTypes, name)
		}
	}
	if len(askTenants)+len(askTypes) == 0 {
		return n, nil
	}
	foundTenants, foundTypes := map[string]int64{}, map[string]string{}
	var b pgx.Batch
	b.Queue(`SELECT name, id FROM tenant WHERE name = ANY ($1)`, askTenants).Query(func(rows pgx.Rows) error {
		return collectMap(rows, foundTenants)
	})
	b.Queue(`SELECT name, behaves_like FROM model_type WHERE name = ANY ($1)`, askTypes).Query(func(rows pgx.Rows) error {
		return collectMap(rows, foundTypes)
	})
	if err := db.pool.SendBatch(ctx, &b).Close(); err != nil {
		return names{}, fmt.Errorf("look up tenants and model types: %w", unavailable(err))
	}
	db.memo.addNames(foundTenants, foundTypes)
	for name, id := range foundTenants {
		n.tenants[name] = id
	}
	for name, like := range foundTypes {
		n.types[name] = like
	}
	return n, nil
}

func collectMap[V any](rows pgx.Rows, into map[string]V) error {
	var key string
	var value V
	_, err := pgx.ForEachRow(rows, []any{&key, &value}, func() error {
		into[key] = value
		return nil
	})
	return err
}

// createTenants makes the tenants and returns their numbers. Somebody may make one at the same time.
func (db *DB) createTenants(ctx context.Context, by drift.Actor, missing []string) (map[string]int64, error) {
	made := map[string]int64{}
	owner := drift.SystemActor()
	owner.Name = by.Name
	err := db.InTx(ctx, owner, func(tx *Tx) error {
		const insert = `INSERT INTO tenant (name) SELECT unnest($1::text[]) ORDER BY 1 ON CONFLICT (name) DO NOTHING RETURNING name, id`
		rows, err := tx.Query(ctx, insert, missing)
		if err != nil {
			return err
		}
		if err := collectMap(rows, made); err != nil {
			return err
		}
		for name, id := range made {
			detail, err := json.Marshal(map[string]string{"name": name, "by": "import"})
			if err != nil {
				return err
			}
			tx.Audit(drift.AuditEntry{TenantID: id, Action: "tenant.add", Object: "tenant/" + name, Detail: detail})
		}
		rows, err = tx.Query(ctx, `SELECT name, id FROM tenant WHERE name = ANY ($1)`, missing)
		if err != nil {
			return err
		}
		return collectMap(rows, made)
	})
	if err != nil {
		return nil, fmt.Errorf("create tenants: %w", err)
	}
	db.memo.addNames(made, nil)
	return made, nil
}
