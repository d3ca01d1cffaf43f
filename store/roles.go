package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/driftwatch/driftwatch/drift"
)

var roles = []string{roleApp, roleIngest, roleReader}

// rolesTries bounds how often the roles are looked at again: they belong to the whole cluster, and
// somebody migrating another database of it may be making them at the same moment.
const rolesTries = 20

// ensureRoles makes what lies outside the tables: the three roles, the owner's right to take them,
// and the database's time zone.
func ensureRoles(ctx context.Context, conn *pgxpool.Conn) error {
	var err error
	for range rolesTries {
		var todo []string
		if todo, err = missingRights(ctx, conn); err != nil {
			return err
		}
		if len(todo) == 0 {
			return nil
		}
		for _, statement := range todo {
			if _, err = conn.Exec(ctx, statement); err != nil {
				break
			}
		}
		if sqlState(err) == "42501" {
			if todo, err = missingRights(ctx, conn); err != nil {
				return err
			}
			return administratorNeeded(todo)
		}
		if err != nil && !raced(err) {
			return fmt.Errorf("set up roles: %w", err)
		}
	}
	if err != nil {
		return fmt.Errorf("set up roles: %w", err)
	}
	return nil
}

// missingRights lists the statements that are still to be run.
func missingRights(ctx context.Context, conn *pgxpool.Conn) ([]string, error) {
	var owner, database string
	var existing, granted []string
	var utc bool
	// From PostgreSQL 16 on, being a member does not yet mean that SET ROLE is allowed.
	const query = `
SELECT current_user, current_database(),
    ARRAY(SELECT rolname::text FROM pg_roles WHERE rolname = ANY ($1)),
    ARRAY(SELECT rolname::text FROM pg_roles WHERE rolname = ANY ($1) AND pg_has_role(current_user, oid,
        CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)),
    EXISTS (SELECT FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
        WHERE d.datname = current_database() AND s.setrole = 0 AND 'timezone=utc' IN (SELECT lower(unnest(s.setconfig))))`
	if err := conn.QueryRow(ctx, query, roles).Scan(&owner, &database, &existing, &granted, &utc); err != nil {
		return nil, fmt.Errorf("read roles: %w", err)
	}
	var todo []string
	for _, r := range roles {
		if !slices.Contains(existing, r) {
			todo = append(todo, "CREATE ROLE "+r+" NOLOGIN")
		}
	}
	for _, r := range roles {
		if !slices.Contains(granted, r) {
			todo = append(todo, "GRANT "+r+" TO "+pgx.Identifier{owner}.Sanitize())
		}
	}
	if !utc {
		todo = append(todo, "ALTER DATABASE "+pgx.Identifier{database}.Sanitize()+" SET timezone = 'UTC'")
	}
	return todo, nil
}

func administratorNeeded(statements []string) error {
	return &drift.Error{Code: drift.CodeForbidden, Message: "The database's user may not set up what Driftwatch needs. " +
		"Let an administrator of the PostgreSQL server run this once, then start again:\n\n" +
		strings.Join(statements, ";\n") + ";\n"}
}

// raced tells the errors of somebody else making the same roles or grants at once.
func raced(err error) bool {
	switch sqlState(err) {
	case "42710", "23505": // the role has come into being meanwhile
		return true
	case "XX000": // tuple concurrently updated
		return strings.Contains(err.Error(), "concurrently")
	}
	return false
}

// sqlState is the server's code of an error, "" where there is none.
func sqlState(err error) string {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return pe.Code
	}
	return ""
}
