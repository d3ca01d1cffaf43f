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

// AddMember makes a person a member of a team; made is false where they are one already.
func (db *DB) AddMember(ctx context.Context, by drift.Actor, team, user string) (made bool, err error) {
	return db.changeMember(ctx, by, "team.add_member", team, user, func(tx *Tx, id int64) (bool, error) {
		tag, err := tx.Exec(ctx, `INSERT INTO team_member AS m (team, user_id, added_at) VALUES ($1, $2, $3)
			ON CONFLICT (team, user_id) DO UPDATE SET added_at = excluded.added_at, removed_at = NULL
			WHERE m.removed_at IS NOT NULL`, team, id, tx.now())
		return tag.RowsAffected() == 1, err
	})
}

// RemoveMember ends a membership; made is false where there is none. Alerts that the person has stay
// in the team's queue.
func (db *DB) RemoveMember(ctx context.Context, by drift.Actor, team, user string) (made bool, err error) {
	return db.changeMember(ctx, by, "team.remove_member", team, user, func(tx *Tx, id int64) (bool, error) {
		tag, err := tx.Exec(ctx, `UPDATE team_member SET removed_at = $3
			WHERE team = $1 AND user_id = $2 AND removed_at IS NULL`, team, id, tx.now())
		return tag.RowsAffected() == 1, err
	})
}

func (db *DB) changeMember(ctx context.Context, by drift.Actor, action, team, user string, change func(*Tx, int64) (bool, error)) (made bool, err error) {
	if err := mayChangeTeams(by); err != nil {
		return false, err
	}
	err = db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
		if err := tx.teamThere(ctx, team); err != nil {
			return err
		}
		var id int64
		err := tx.QueryRow(ctx, `SELECT id FROM app_user WHERE name = $1`, user).Scan(&id)
		if none(err) {
			return drift.Invalid("user", fmt.Sprintf("Nobody is called %q.", user))
		}
		if err != nil {
			return fmt.Errorf("user: %w", err)
		}
		if made, err = change(tx, id); err != nil {
			return fmt.Errorf("%s: %w", action, err)
		}
		if !made {
			return nil
		}
		return tx.auditNote(time.Time{}, by, action, "team/"+team, map[string]any{"user": user})
	})
	return made, err
}

// mayChangeTeams refuses whoever may not administer the whole installation: a team serves every
// tenant.
func mayChangeTeams(by drift.Actor) error {
	if !by.Role.AtLeast(drift.RoleAdmin) || !by.AllTenants {
		return drift.Forbidden("Only an administrator of all tenants changes teams.")
	}
	return nil
}

func (tx *Tx) teamThere(ctx context.Context, team string) error {
	there, err := tx.exists(ctx, `SELECT FROM team WHERE name = $1`, team)
	if err == nil && !there {
		return drift.Invalid("team", fmt.Sprintf("There is no team called %q.", team))
	}
	return err
}

// TeamsOf lists, by name, the teams that a person is a member of.
func (tx *Tx) TeamsOf(ctx context.Context, user int64) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT team FROM team_member WHERE user_id = $1 AND removed_at IS NULL ORDER BY team`, user)
	return collected(rows, err, pgx.RowTo[string], "teams of a person")
}

// TeamMembers lists the members of a team that the reader shares a tenant with, by name.
func (tx *Tx) TeamMembers(ctx context.Context, team string) ([]drift.TeamMember, error) {
	rows, err := tx.Query(ctx, `SELECT u.name, u.disabled FROM team_member m JOIN app_user u ON u.id = m.user_id
		WHERE m.team = $1 AND m.removed_at IS NULL ORDER BY u.name`, team)
	return collected(rows, err, pgx.RowToStructByPos[drift.TeamMember], "team members")
}

// TeamsOf lists the teams that a person is a member of.
func (db *DB) TeamsOf(ctx context.Context, by drift.Actor, user int64) ([]string, error) {
	return view(ctx, db, by, func(tx *Tx) ([]string, error) { return tx.TeamsOf(ctx, user) })
}

// TeamMembers lists the members of a team.
func (db *DB) TeamMembers(ctx context.Context, by drift.Actor, team string) ([]drift.TeamMember, error) {
	return view(ctx, db, by, func(tx *Tx) ([]drift.TeamMember, error) { return tx.TeamMembers(ctx, team) })
}
