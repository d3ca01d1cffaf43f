package store

import (
	"context"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// seenEvery is how exact a session's SeenAt is: one write a minute, not one a request.
const seenEvery = time.Minute

// FindSession returns a session that is good at the given time, with its person as they are now;
// false where it has ended, expired, been idle for longer than idle, or its person was disabled.
// It notes that the session was seen.
func (db *DB) FindSession(ctx context.Context, hash []byte, now time.Time, idle time.Duration) (drift.Session, drift.User, bool, error) {
	s := drift.Session{Hash: hash}
	var u drift.User
	var role string
	err := db.pool.QueryRow(ctx, `WITH seen AS (
			UPDATE session SET seen_at = $2
			WHERE hash = $1 AND ended_at IS NULL AND seen_at > $3 AND seen_at < $4)
		SELECT s.id, s.user_id, s.data, s.created_at, s.seen_at, s.expires_at, s.address, s.agent, `+userColumns+`
		FROM session s JOIN app_user u ON u.id = s.user_id
		WHERE s.hash = $1 AND s.ended_at IS NULL AND s.expires_at > $2 AND s.seen_at > $3 AND NOT u.disabled`,
		hash, now, now.Add(-idle), now.Add(-seenEvery)).
		Scan(append([]any{&s.ID, &s.UserID, &s.Data, &s.CreatedAt, &s.SeenAt, &s.ExpiresAt, &s.Visitor.Address, &s.Visitor.Agent}, userFields(&u, &role)...)...)
	if none(err) {
		return s, u, false, nil
	}
	if err != nil {
		return s, u, false, fmt.Errorf("find session: %w", unavailable(err))
	}
	if u.Role, err = drift.ParseRole(role); err != nil {
		return s, u, false, err
	}
	return s, u, true, nil
}

// SaveSession writes a session; a new one is a sign-in that its person's history keeps. One that was ended stays ended: a request that was still under way
// when its person signed out cannot bring it back, and is told so by CodeUnauthorized.
func (db *DB) SaveSession(ctx context.Context, s drift.Session, now time.Time) error {
	from := s.Visitor.Plain()
	return db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
		var name string
		var fresh bool
		err := tx.QueryRow(ctx, `WITH saved AS (
				INSERT INTO session (hash, user_id, data, created_at, seen_at, expires_at, address, agent)
				VALUES ($1, $2, $3, $4, $4, $5, $6, $7)
				ON CONFLICT (hash) DO UPDATE SET data = excluded.data, seen_at = excluded.seen_at,
					expires_at = excluded.expires_at
				WHERE session.ended_at IS NULL AND session.user_id = excluded.user_id
				RETURNING user_id, xmax = 0 AS fresh)
			SELECT u.name, saved.fresh FROM saved JOIN app_user u ON u.id = saved.user_id`,
			s.Hash, s.UserID, notNil(s.Data), now, s.ExpiresAt, from.Address, from.Agent).Scan(&name, &fresh)
		if none(err) {
			return &drift.Error{Code: drift.CodeUnauthorized, Message: "You were signed out. Sign in again."}
		}
		if err != nil {
			return fmt.Errorf("save session: %w", err)
		}
		if !fresh {
			return nil
		}
		if err := tx.noteSignIn(ctx, s.UserID, drift.SignIn{At: now, Good: true, Visitor: from}); err != nil {
			return err
		}
		return tx.auditNote(now, drift.Actor{Name: name}, "user.sign_in", "user/"+name, nil)
	})
}

// EndSession signs one session out for good; one that is not there is left so.
func (db *DB) EndSession(ctx context.Context, hash []byte, now time.Time) error {
	return db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
		var name string
		err := tx.QueryRow(ctx, `UPDATE session s SET ended_at = $2, data = '' FROM app_user u
			WHERE s.hash = $1 AND s.ended_at IS NULL AND u.id = s.user_id RETURNING u.name`, hash, now).Scan(&name)
		if none(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("end session: %w", err)
		}
		if err := tx.ringAuth(ctx, drift.SessionKey(hash)); err != nil {
			return err
		}
		return tx.auditNote(now, drift.Actor{Name: name}, "user.sign_out", "user/"+name, nil)
	})
}

// EndSessionsOf signs a person out everywhere.
func (db *DB) EndSessionsOf(ctx context.Context, by drift.Actor, user int64) error {
	return db.changeUser(ctx, by, user, "user.end_sessions", nil, true, func(*Tx, drift.User) error { return nil })
}

// EndOtherSessions signs a person out everywhere but in the session of this hash.
func (db *DB) EndOtherSessions(ctx context.Context, by drift.Actor, hash []byte) error {
	return db.changeUser(ctx, by, by.UserID, "user.end_other_sessions", nil, false, func(tx *Tx, _ drift.User) error {
		_, err := tx.Exec(ctx, `UPDATE session SET ended_at = $3, data = '' WHERE user_id = $1 AND hash <> $2 AND ended_at IS NULL`,
			by.UserID, hash, tx.now())
		return err
	})
}

func (tx *Tx) endSessionsOf(ctx context.Context, user int64) error {
	_, err := tx.Exec(ctx, `UPDATE session SET ended_at = $2, data = '' WHERE user_id = $1 AND ended_at IS NULL`, user, tx.now())
	if err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return nil
}
