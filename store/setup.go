package store

import (
	"context"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// errSetup does not say which of its reasons holds: used, expired, never given.
func errSetup() error {
	return drift.NotFound("This link is not good any more. Start the server again: while there is no administrator it shows another.")
}

// OfferSetup keeps a one-time link that makes the first administrator, by its SHA-256. Earlier
// links end. It refuses, by CodeConflict, where there is an administrator.
func (db *DB) OfferSetup(ctx context.Context, hash []byte, expires time.Time) error {
	return db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
		if err := tx.onlyWithoutAdmin(ctx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM setup_link`); err != nil {
			return fmt.Errorf("end earlier setup links: %w", err)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO setup_link (hash, expires_at) VALUES ($1, $2)`, hash, expires); err != nil {
			return fmt.Errorf("keep setup link: %w", err)
		}
		return nil
	})
}

// CheckSetup reports whether a link can still be used: nil, or CodeNotFound. Why not is told only
// while there is no administrator: then whoever asks may be the one who mistyped it.
func (db *DB) CheckSetup(ctx context.Context, hash []byte, now time.Time) error {
	return db.View(ctx, drift.SystemActor(), func(tx *Tx) error {
		if has, err := tx.hasAdmin(ctx); err != nil || has {
			return orSetup(err)
		}
		var ended bool
		err := tx.QueryRow(ctx, `SELECT used_at IS NOT NULL OR expires_at <= $2 FROM setup_link WHERE hash = $1`, hash, now).Scan(&ended)
		switch {
		case none(err):
			return drift.NotFound("This link is not right. The terminal that started the server shows the right one.")
		case err != nil || ended:
			return orSetup(err)
		}
		return nil
	})
}

// UseSetup makes the first administrator by a link, once.
func (db *DB) UseSetup(ctx context.Context, hash []byte, now time.Time, name, passwordHash string) (drift.User, error) {
	u := drift.User{Name: name, Role: drift.RoleAdmin, AllTenants: true}
	err := db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
		if err := tx.onlyWithoutAdmin(ctx); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `UPDATE setup_link SET used_at = $2 WHERE hash = $1 AND used_at IS NULL AND expires_at > $2`, hash, now)
		if err != nil || tag.RowsAffected() == 0 {
			return orSetup(err)
		}
		u, err = tx.addUser(ctx, drift.Actor{Name: name}, u, passwordHash)
		return err
	})
	return u, err
}

func (tx *Tx) onlyWithoutAdmin(ctx context.Context) error {
	if err := tx.lockAdmins(ctx); err != nil {
		return err
	}
	has, err := tx.hasAdmin(ctx)
	if err != nil {
		return err
	}
	if has {
		return &drift.Error{Code: drift.CodeConflict, Message: "There is an administrator already. Sign in, or ask them for an account."}
	}
	return nil
}

func orSetup(err error) error {
	if err != nil {
		return fmt.Errorf("setup link: %w", err)
	}
	return errSetup()
}
