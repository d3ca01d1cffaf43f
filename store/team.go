package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// Teams lists, by name, the teams that an alert can be escalated to.
func (tx *Tx) Teams(ctx context.Context) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT name FROM team ORDER BY name`)
	return collected(rows, err, pgx.RowTo[string], "teams")
}

// AddTeam makes a team.
func (db *DB) AddTeam(ctx context.Context, by drift.Actor, name string) error {
	if err := drift.ValidName("name", name); err != nil {
		return err
	}
	return db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO team (name, created_at) VALUES ($1, $2)`, name, tx.now())
		if violates(err, uniqueViolation) {
			return drift.Invalid("name", fmt.Sprintf("There is a team called %q already.", name))
		}
		if err != nil {
			return fmt.Errorf("add team: %w", err)
		}
		return tx.auditNote(time.Time{}, by, "team.add", "team/"+name, nil)
	})
}
