package store

import (
	"context"
	"fmt"

	"github.com/driftwatch/driftwatch/drift"
)

// SetPrefs keeps what the actor chose for their own pages. It changes no right and nobody's data, so
// it is not audited and ends no socket.
func (db *DB) SetPrefs(ctx context.Context, by drift.Actor, p drift.Prefs) error {
	if by.UserID == 0 {
		return drift.Forbidden("Preferences belong to a person; a token has none.")
	}
	if err := p.Validate(); err != nil {
		return err
	}
	if _, err := db.pool.Exec(ctx, `UPDATE app_user SET prefs = $2 WHERE id = $1`, by.UserID, p); err != nil {
		return fmt.Errorf("set preferences: %w", unavailable(err))
	}
	return nil
}
