package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

const tokenColumns = `k.id, k.name, k.role, k.all_tenants,
	ARRAY(SELECT m.tenant_id FROM api_token_tenant m WHERE m.token_id = k.id ORDER BY 1), k.created_at, k.revoked_at, k.used_at, k.wall`

func scanToken(row pgx.CollectableRow) (k drift.Token, err error) {
	var role string
	var revoked, used *time.Time
	if err = row.Scan(&k.ID, &k.Name, &role, &k.AllTenants, &k.Tenants, &k.CreatedAt, &revoked, &used, &k.Wall); err != nil {
		return k, err
	}
	k.RevokedAt, k.UsedAt = orZero(revoked), orZero(used)
	k.Role, err = drift.ParseRole(role)
	return k, err
}

// FindToken returns the good token of this SHA-256; false where there is none or it was revoked. The
// key of a wall is none.
func (db *DB) FindToken(ctx context.Context, hash []byte) (drift.Token, bool, error) {
	return db.findToken(ctx, hash, false)
}

// FindWall returns the good key of a wall's link by its SHA-256; false where there is none or it was
// revoked. A program's token is none.
func (db *DB) FindWall(ctx context.Context, hash []byte) (drift.Token, bool, error) {
	return db.findToken(ctx, hash, true)
}

// tokenSeenEvery is how exact a token's UsedAt is: one write for all requests of that time.
const tokenSeenEvery = 10 * time.Minute

// findToken notes that the token was shown.
func (db *DB) findToken(ctx context.Context, hash []byte, wall bool) (drift.Token, bool, error) {
	now := db.wall()
	rows, err := db.pool.Query(ctx, `WITH used AS (
			UPDATE api_token SET used_at = $3
			WHERE hash = $1 AND wall = $2 AND revoked_at IS NULL AND (used_at IS NULL OR used_at < $4))
		SELECT `+tokenColumns+` FROM api_token k
		WHERE k.hash = $1 AND k.wall = $2 AND k.revoked_at IS NULL`, hash, wall, now, now.Add(-tokenSeenEvery))
	if err != nil {
		return drift.Token{}, false, fmt.Errorf("find token: %w", unavailable(err))
	}
	k, err := pgx.CollectExactlyOneRow(rows, scanToken)
	if none(err) {
		return k, false, nil
	}
	if err != nil {
		return k, false, fmt.Errorf("find token: %w", unavailable(err))
	}
	return k, true, nil
}

// Tokens lists every token, newest first, revoked ones included.
func (db *DB) Tokens(ctx context.Context) ([]drift.Token, error) {
	rows, err := db.pool.Query(ctx, `SELECT `+tokenColumns+` FROM api_token k ORDER BY k.id DESC`)
	return collected(rows, err, scanToken, "tokens")
}

// AddToken keeps a token by its SHA-256. Tenants are ignored where AllTenants is set.
func (db *DB) AddToken(ctx context.Context, by drift.Actor, k drift.Token, hash []byte) (drift.Token, error) {
	err := db.InTx(ctx, drift.SystemActor(), func(tx *Tx) (err error) {
		k, err = tx.addToken(ctx, by, k, hash)
		return err
	})
	return k, err
}

// AddTokenOf keeps a token of one tenant by its SHA-256, and makes the tenant where there is none of that
// name: both, or neither.
func (db *DB) AddTokenOf(ctx context.Context, by drift.Actor, tenant string, k drift.Token, hash []byte) (drift.Token, error) {
	err := db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
		t, _, err := tx.addTenant(ctx, by, "tenant", tenant)
		if err != nil {
			return err
		}
		k.AllTenants, k.Tenants = false, []int64{t.ID}
		k, err = tx.addToken(ctx, by, k, hash)
		return err
	})
	return k, err
}

func (tx *Tx) addToken(ctx context.Context, by drift.Actor, k drift.Token, hash []byte) (drift.Token, error) {
	if err := drift.ValidName("name", k.Name); err != nil {
		return k, err
	}
	if k.Wall && k.Role != drift.RoleViewer {
		return k, drift.Invalid("role", "A wall looks on; it has no other role.")
	}
	err := tx.QueryRow(ctx, `INSERT INTO api_token (name, hash, role, all_tenants, created_at, wall)
		VALUES ($1, $2, $3, $4, $5, $6) RETURNING id, created_at`,
		k.Name, hash, k.Role.String(), k.AllTenants, tx.now(), k.Wall).Scan(&k.ID, &k.CreatedAt)
	if err != nil {
		return k, fmt.Errorf("add token: %w", err)
	}
	if err := tx.setTenants(ctx, "api_token_tenant", "token_id", k.ID, k.AllTenants, k.Tenants); err != nil {
		return k, err
	}
	return k, tx.auditNote(time.Time{}, by, "token.add", fmt.Sprintf("token/%d", k.ID), map[string]any{
		"name": k.Name, "role": k.Role.String(), "all_tenants": k.AllTenants, "tenants": k.Tenants, "wall": k.Wall,
	})
}

// RevokeToken ends a token for good.
func (db *DB) RevokeToken(ctx context.Context, by drift.Actor, id int64) error {
	return db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
		var name string
		err := tx.QueryRow(ctx, `UPDATE api_token SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING name`,
			id, tx.now()).Scan(&name)
		if none(err) {
			return drift.NotFound(fmt.Sprintf("There is no token %d, or it was revoked before.", id))
		}
		if err != nil {
			return fmt.Errorf("revoke token: %w", err)
		}
		if err := tx.ringAuth(ctx, drift.TokenKey(id)); err != nil {
			return err
		}
		return tx.auditNote(time.Time{}, by, "token.revoke", fmt.Sprintf("token/%d", id), map[string]any{"name": name})
	})
}
