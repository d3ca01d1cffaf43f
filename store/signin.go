package store

import (
	"context"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// AdmitSignIn asks allow whether another sign-in may be tried, given the failures of the account
// and of the address since the given time, and where it says yes counts the attempt as failed
// until ForgetSignIn. Attempts on one account or from one address are counted one at a time, so
// that many at once are not all the first.
func (db *DB) AdmitSignIn(ctx context.Context, account, address string, now, since time.Time, allow func(byAccount, byAddress drift.SignInFailures) bool) (bool, error) {
	admitted := false
	err := db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
		// Accounts before addresses: nobody waits in a circle.
		for _, key := range []string{"sign-in to " + account, "sign-in from " + address} {
			if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, key); err != nil {
				return fmt.Errorf("lock sign-in: %w", err)
			}
		}
		byAccount, err := tx.signInFailures(ctx, "account", account, since)
		if err != nil {
			return err
		}
		byAddress, err := tx.signInFailures(ctx, "address", address, since)
		if err != nil {
			return err
		}
		if admitted = allow(byAccount, byAddress); !admitted {
			return nil
		}
		_, err = tx.Exec(ctx, `INSERT INTO sign_in_failure (account, address, at) VALUES ($1, $2, $3)`, account, address, now)
		if err != nil {
			return fmt.Errorf("count sign-in: %w", err)
		}
		return nil
	})
	return admitted && err == nil, err
}

func (tx *Tx) signInFailures(ctx context.Context, column, value string, since time.Time) (f drift.SignInFailures, err error) {
	var last *time.Time
	err = tx.QueryRow(ctx, `SELECT count(*), max(at) FROM sign_in_failure WHERE `+column+` = $1 AND at > $2`, value, since).
		Scan(&f.Count, &last)
	if err != nil {
		return f, fmt.Errorf("sign-in failures: %w", err)
	}
	f.Last = orZero(last)
	return f, nil
}

// ForgetSignIn takes an account's failures back after it signed in.
func (db *DB) ForgetSignIn(ctx context.Context, account string) error {
	if _, err := db.pool.Exec(ctx, `DELETE FROM sign_in_failure WHERE account = $1`, account); err != nil {
		return fmt.Errorf("forget sign-in failures: %w", err)
	}
	return nil
}
