package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// TrySignIn runs one attempt to sign in. decide is given the failures of the account and of the
// address since the given time; what it returns is counted: a failure for both, a right attempt
// takes the account's failures back, a refused one changes nothing. A failure is kept in the person's
// history too. Attempts on one account or from one address are made one at a time on all servers, so
// that many at once are not all the first; callers bound how many they make at once, because each
// holds a connection.
func (db *DB) TrySignIn(ctx context.Context, try drift.SignInTry, decide func(byAccount, byAddress drift.SignInFailures) (drift.SignInResult, error)) error {
	account, address := try.Account, try.Visitor.Address
	return db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
		// Accounts before addresses: nobody waits in a circle.
		for _, key := range []string{"sign-in to " + account, "sign-in from " + address} {
			if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, key); err != nil {
				return fmt.Errorf("lock sign-in: %w", err)
			}
		}
		byAccount, err := tx.signInFailures(ctx, "account", account, try.Since)
		if err != nil {
			return err
		}
		byAddress, err := tx.signInFailures(ctx, "address", address, try.Since)
		if err != nil {
			return err
		}
		result, err := decide(byAccount, byAddress)
		if err != nil {
			return err
		}
		switch result {
		case drift.SignInFailed:
			if _, err = tx.Exec(ctx, `INSERT INTO sign_in_failure (account, address, at) VALUES ($1, $2, $3)`, account, address, try.At); err == nil {
				// Also where nobody has the name: it takes the same time, and writes nothing.
				err = tx.noteSignIn(ctx, try.UserID, drift.SignIn{At: try.At, Visitor: try.Visitor.Plain()})
			}
		case drift.SignInRight:
			_, err = tx.Exec(ctx, `DELETE FROM sign_in_failure WHERE account = $1`, account)
		}
		if err != nil {
			return fmt.Errorf("count sign-in: %w", err)
		}
		return nil
	})
}

// noteSignIn keeps an attempt in its person's history, and of attempts like it the newest only.
func (tx *Tx) noteSignIn(ctx context.Context, user int64, s drift.SignIn) error {
	var b pgx.Batch
	b.Queue(`INSERT INTO sign_in (user_id, at, good, address, agent) SELECT u.id, $2, $3, $4, $5 FROM app_user u WHERE u.id = $1`,
		user, s.At, s.Good, s.Visitor.Address, s.Visitor.Agent)
	b.Queue(`DELETE FROM sign_in WHERE user_id = $1 AND good = $2 AND id <= (SELECT id FROM sign_in
		WHERE user_id = $1 AND good = $2 ORDER BY id DESC OFFSET $3 LIMIT 1)`, user, s.Good, drift.MaxSignIns)
	return errOr(tx.SendBatch(ctx, &b).Close(), "keep sign-in")
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
