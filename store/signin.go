package store

import (
	"context"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// TrySignIn runs one attempt to sign in. try is given the failures of the account and of the
// address since the given time; what it returns is counted: a failure for both, a right attempt
// takes the account's failures back, a refused one changes nothing. Attempts on one account or
// from one address are made one at a time on all servers, so that many at once are not all the
// first; callers bound how many they make at once, because each holds a connection.
func (db *DB) TrySignIn(ctx context.Context, account, address string, now, since time.Time, try func(byAccount, byAddress drift.SignInFailures) (drift.SignInResult, error)) error {
	return db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
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
		result, err := try(byAccount, byAddress)
		if err != nil {
			return err
		}
		switch result {
		case drift.SignInFailed:
			_, err = tx.Exec(ctx, `INSERT INTO sign_in_failure (account, address, at) VALUES ($1, $2, $3)`, account, address, now)
		case drift.SignInRight:
			_, err = tx.Exec(ctx, `DELETE FROM sign_in_failure WHERE account = $1`, account)
		}
		if err != nil {
			return fmt.Errorf("count sign-in: %w", err)
		}
		return nil
	})
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
