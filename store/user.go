package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// Accounts, sessions and tokens are read and written as the owner: who somebody is must be known
// before there are rights to read it under. Every change names who made it.

const userColumns = `u.id, u.name, u.role, u.all_tenants,
	ARRAY(SELECT m.tenant_id FROM app_user_tenant m WHERE m.user_id = u.id ORDER BY 1), u.disabled, u.created_at, u.prefs`

// userFields are the targets of userColumns; role is parsed by setRole.
func userFields(u *drift.User, role *string) []any {
	return []any{&u.ID, &u.Name, role, &u.AllTenants, &u.Tenants, &u.Disabled, &u.CreatedAt, &u.Prefs}
}

// Credentials returns a person and the hash of their password; CodeNotFound where there is none
// of this name.
func (db *DB) Credentials(ctx context.Context, name string) (drift.User, string, error) {
	var u drift.User
	var role, hash string
	err := db.pool.QueryRow(ctx, `SELECT `+userColumns+`, u.password_hash FROM app_user u WHERE u.name = $1`, name).
		Scan(append(userFields(&u, &role), &hash)...)
	if none(err) {
		return u, "", drift.NotFound(fmt.Sprintf("There is no user %q.", name))
	}
	if err != nil {
		return u, "", fmt.Errorf("user: %w", unavailable(err))
	}
	u.Role, err = drift.ParseRole(role)
	return u, hash, err
}

// Users lists everybody, by name.
func (db *DB) Users(ctx context.Context) ([]drift.User, error) {
	rows, err := db.pool.Query(ctx, `SELECT `+userColumns+` FROM app_user u ORDER BY u.name`)
	return collected(rows, err, func(row pgx.CollectableRow) (u drift.User, err error) {
		var role string
		if err := row.Scan(userFields(&u, &role)...); err != nil {
			return u, err
		}
		u.Role, err = drift.ParseRole(role)
		return u, err
	}, "users")
}

// AddUser makes an account. Tenants are ignored where AllTenants is set.
func (db *DB) AddUser(ctx context.Context, by drift.Actor, u drift.User, passwordHash string) (drift.User, error) {
	err := db.InTx(ctx, drift.SystemActor(), func(tx *Tx) (err error) {
		u, err = tx.addUser(ctx, by, u, passwordHash)
		return err
	})
	return u, err
}

func (tx *Tx) addUser(ctx context.Context, by drift.Actor, u drift.User, passwordHash string) (drift.User, error) {
	if err := drift.ValidName("name", u.Name); err != nil {
		return u, err
	}
	if !u.Role.AtLeast(drift.RoleViewer) {
		return u, drift.Invalid("role", "A person is viewer, operator, manager or admin; ingest is for tokens.")
	}
	err := tx.QueryRow(ctx, `INSERT INTO app_user (name, password_hash, role, all_tenants, created_at)
		VALUES ($1, $2, $3, $4, $5) RETURNING id, created_at`,
		u.Name, passwordHash, u.Role.String(), u.AllTenants, tx.now()).Scan(&u.ID, &u.CreatedAt)
	if violates(err, uniqueViolation) {
		return u, drift.Invalid("name", fmt.Sprintf("There is a user called %q already.", u.Name))
	}
	if err != nil {
		return u, fmt.Errorf("add user: %w", err)
	}
	if err := tx.setTenants(ctx, "app_user_tenant", "user_id", u.ID, u.AllTenants, u.Tenants); err != nil {
		return u, err
	}
	return u, tx.auditNote(time.Time{}, by, "user.add", "user/"+u.Name,
		map[string]any{"role": u.Role.String(), "all_tenants": u.AllTenants, "tenants": u.Tenants})
}

// SetPassword gives an account another password and ends its sessions.
func (db *DB) SetPassword(ctx context.Context, by drift.Actor, id int64, passwordHash string) error {
	return db.changeUser(ctx, by, id, "user.password", nil, true, func(tx *Tx, _ drift.User) error {
		_, err := tx.Exec(ctx, `UPDATE app_user SET password_hash = $2 WHERE id = $1`, id, passwordHash)
		return err
	})
}

// RehashPassword keeps the same password under a new hash; nobody is signed out.
func (db *DB) RehashPassword(ctx context.Context, id int64, passwordHash string) error {
	if _, err := db.pool.Exec(ctx, `UPDATE app_user SET password_hash = $2 WHERE id = $1`, id, passwordHash); err != nil {
		return fmt.Errorf("rehash password: %w", err)
	}
	return nil
}

// SetRights changes an account's role and tenants. They hold from its next request on.
func (db *DB) SetRights(ctx context.Context, by drift.Actor, id int64, role drift.Role, all bool, tenants []int64) error {
	if !role.AtLeast(drift.RoleViewer) {
		return drift.Invalid("role", "A person is viewer, operator, manager or admin; ingest is for tokens.")
	}
	detail := map[string]any{"role": role.String(), "all_tenants": all, "tenants": tenants}
	return db.changeUser(ctx, by, id, "user.rights", detail, false, func(tx *Tx, _ drift.User) error {
		if _, err := tx.Exec(ctx, `UPDATE app_user SET role = $2, all_tenants = $3 WHERE id = $1`, id, role.String(), all); err != nil {
			return err
		}
		return tx.setTenants(ctx, "app_user_tenant", "user_id", id, all, tenants)
	})
}

// SetDisabled closes an account, which ends its sessions, or opens it again.
func (db *DB) SetDisabled(ctx context.Context, by drift.Actor, id int64, disabled bool) error {
	action := "user.enable"
	if disabled {
		action = "user.disable"
	}
	return db.changeUser(ctx, by, id, action, nil, disabled,
		func(tx *Tx, _ drift.User) error {
			_, err := tx.Exec(ctx, `UPDATE app_user SET disabled = $2 WHERE id = $1`, id, disabled)
			return err
		})
}

// changeUser changes one account, tells every server, and refuses what would leave nobody to
// administer the installation.
func (db *DB) changeUser(ctx context.Context, by drift.Actor, id int64, action string, detail map[string]any, signOut bool, change func(*Tx, drift.User) error) error {
	return db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
		if err := tx.lockAdmins(ctx); err != nil {
			return err
		}
		var u drift.User
		var role string
		err := tx.QueryRow(ctx, `SELECT `+userColumns+` FROM app_user u WHERE u.id = $1`, id).Scan(userFields(&u, &role)...)
		if none(err) {
			return drift.NotFound(fmt.Sprintf("There is no user %d.", id))
		}
		if err != nil {
			return fmt.Errorf("user: %w", err)
		}
		had, err := tx.hasAdmin(ctx)
		if err != nil {
			return err
		}
		if err := change(tx, u); err != nil {
			return fmt.Errorf("%s: %w", action, err)
		}
		has, err := tx.hasAdmin(ctx)
		if err != nil {
			return err
		}
		if had && !has {
			return drift.Invalid("user", u.Name+" is the last administrator of all tenants. Make another one first.")
		}
		if signOut {
			if err := tx.endSessionsOf(ctx, id); err != nil {
				return err
			}
		}
		if err := tx.ringAuth(ctx, drift.UserKey(id)); err != nil {
			return err
		}
		return tx.auditNote(time.Time{}, by, action, "user/"+u.Name, detail)
	})
}

// HasAdmin reports whether somebody can administer the installation.
func (db *DB) HasAdmin(ctx context.Context) (has bool, err error) {
	err = db.View(ctx, drift.SystemActor(), func(tx *Tx) error {
		has, err = tx.hasAdmin(ctx)
		return err
	})
	return has, err
}

func (tx *Tx) hasAdmin(ctx context.Context) (bool, error) {
	return tx.exists(ctx, `SELECT FROM app_user WHERE role = 'admin' AND all_tenants AND NOT disabled`)
}

// lockAdmins lets changes of accounts happen one at a time, so that two cannot each take away the
// other's last administrator.
func (tx *Tx) lockAdmins(ctx context.Context) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('accounts', 0))`); err != nil {
		return fmt.Errorf("lock accounts: %w", err)
	}
	return nil
}

// People lists, by name, who may act on the tenant's alerts and so can have one: a viewer may not. It reads under the
// transaction's own rights.
func (tx *Tx) People(ctx context.Context, tenant int64) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT u.name FROM app_user u WHERE NOT u.disabled AND u.role <> 'viewer' AND (u.all_tenants
		OR EXISTS (SELECT FROM app_user_tenant m WHERE m.user_id = u.id AND m.tenant_id = $1)) ORDER BY u.name`, tenant)
	return collected(rows, err, pgx.RowTo[string], "people")
}

// mostActors bounds how many people a list offers.
const mostActors = 200

// actors lists who may act on alerts of some tenant of the reader's.
func (tx *Tx) actors(ctx context.Context) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT name FROM app_user WHERE NOT disabled AND role <> 'viewer' ORDER BY name LIMIT $1`, mostActors)
	return collected(rows, err, pgx.RowTo[string], "people who act")
}

// setTenants replaces the tenants of a user or token.
func (tx *Tx) setTenants(ctx context.Context, table, column string, id int64, all bool, tenants []int64) error {
	if all {
		tenants = nil
	}
	var b pgx.Batch
	b.Queue(`DELETE FROM `+table+` WHERE `+column+` = $1`, id)
	b.Queue(`INSERT INTO `+table+` (`+column+`, tenant_id) SELECT $1, t FROM unnest($2::bigint[]) t ON CONFLICT DO NOTHING`, id, tenants)
	err := tx.SendBatch(ctx, &b).Close()
	if violates(err, foreignKeyViolation) {
		return drift.Invalid("tenant", "One of these tenants does not exist.")
	}
	if err != nil {
		return fmt.Errorf("set tenants: %w", err)
	}
	return nil
}

// ringAuth tells every server, when the transaction commits, that somebody's rights changed.
func (tx *Tx) ringAuth(ctx context.Context, key string) error {
	if _, err := tx.Exec(ctx, `SELECT pg_notify('driftwatch_auth', $1)`, key); err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	return nil
}
