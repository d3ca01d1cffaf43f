package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// Saved filters are a person's own: each statement names whose, and no role of requests may read the table.

// SavedFilters lists the filters that a person keeps, in the order in which they were made.
func (db *DB) SavedFilters(ctx context.Context, user int64) ([]drift.SavedFilter, error) {
	rows, err := db.pool.Query(ctx, `SELECT name, query, is_default FROM saved_filter WHERE user_id = $1 ORDER BY created_at, name`, user)
	return collected(rows, err, pgx.RowToStructByPos[drift.SavedFilter], "saved filters")
}

// SaveFilter keeps a filter, in place of the person's filter of the same name. What is now their default
// is so instead of what was.
func (db *DB) SaveFilter(ctx context.Context, by drift.Actor, f drift.SavedFilter) error {
	f.Name = strings.TrimSpace(f.Name)
	switch {
	case by.UserID == 0:
		return drift.Forbidden("Filters are kept for people; a program has none.")
	case f.Name == "" || utf8.RuneCountInString(f.Name) > drift.MaxFilterName:
		return drift.Invalid("name", fmt.Sprintf("A filter's name has 1 to %d characters.", drift.MaxFilterName))
	}
	return db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
		if _, err := tx.Exec(ctx, `SELECT FROM app_user WHERE id = $1 FOR UPDATE`, by.UserID); err != nil {
			return fmt.Errorf("hold the account: %w", err)
		}
		var n int
		err := tx.QueryRow(ctx, `SELECT count(*) FROM saved_filter WHERE user_id = $1 AND name <> $2`, by.UserID, f.Name).Scan(&n)
		if err != nil {
			return fmt.Errorf("count filters: %w", err)
		}
		if n >= drift.MaxSavedFilters {
			return drift.Invalid("name", fmt.Sprintf("You keep %d filters already. Delete one first.", n))
		}
		if f.Default {
			if err := tx.setDefaultFilter(ctx, by.UserID, ""); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `INSERT INTO saved_filter (user_id, name, query, is_default, created_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (user_id, name) DO UPDATE SET query = excluded.query, is_default = excluded.is_default OR saved_filter.is_default`,
			by.UserID, f.Name, f.Query, f.Default, tx.now())
		if err != nil {
			return fmt.Errorf("save filter: %w", err)
		}
		return nil
	})
}

// DefaultFilter makes a filter the person's default, or with "" none of them; CodeNotFound where they keep
// none of that name.
func (db *DB) DefaultFilter(ctx context.Context, by drift.Actor, name string) error {
	return db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error { return tx.setDefaultFilter(ctx, by.UserID, name) })
}

func (tx *Tx) setDefaultFilter(ctx context.Context, user int64, name string) error {
	// Two steps: a unique index allows one default at a time, and looks after every row.
	_, err := tx.Exec(ctx, `UPDATE saved_filter SET is_default = false WHERE user_id = $1 AND is_default`, user)
	if err != nil || name == "" {
		return errOr(err, "clear the default filter")
	}
	tag, err := tx.Exec(ctx, `UPDATE saved_filter SET is_default = true WHERE user_id = $1 AND name = $2`, user, name)
	if err == nil && tag.RowsAffected() == 0 {
		return drift.NotFound("You keep no filter of this name.")
	}
	return errOr(err, "set the default filter")
}

// DeleteFilter lets go of a filter; CodeNotFound where the person keeps none of that name.
func (db *DB) DeleteFilter(ctx context.Context, by drift.Actor, name string) error {
	tag, err := db.pool.Exec(ctx, `DELETE FROM saved_filter WHERE user_id = $1 AND name = $2`, by.UserID, name)
	if err == nil && tag.RowsAffected() == 0 {
		return drift.NotFound("You keep no filter of this name.")
	}
	return errOr(err, "delete filter")
}

func errOr(err error, doing string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// CountAlerts counts what each of some filters lets through, in one look at the alerts.
func (db *DB) CountAlerts(ctx context.Context, by drift.Actor, filters []drift.AlertFilter) ([]int, error) {
	counts := make([]int, len(filters))
	if len(filters) == 0 {
		return counts, nil
	}
	w := &where{}
	columns, into, open := make([]string, len(filters)), make([]any, len(filters)), true
	for i, f := range filters {
		one := alertWhere(f)
		cond := strings.Join(append([]string{"true"}, one.conds...), " AND ")
		columns[i], into[i] = `count(*) FILTER (WHERE `+shifted(cond, len(w.args))+`)`, &counts[i]
		w.args = append(w.args, one.args...)
		open = open && f.Open
	}
	if open { // an index holds the open ones
		w.plain(`a.status <> 'RESOLVED'`)
	}
	return view(ctx, db, by, func(tx *Tx) ([]int, error) {
		err := tx.QueryRow(ctx, `SELECT `+strings.Join(columns, ", ")+alertTables+w.sql(), w.args...).Scan(into...)
		return counts, errOr(err, "count by filter")
	})
}

// shifted renumbers the placeholders of a condition for arguments that stand after n others.
func shifted(cond string, n int) string {
	var b strings.Builder
	for i := 0; i < len(cond); i++ {
		b.WriteByte(cond[i])
		if cond[i] != '$' {
			continue
		}
		end := i + 1
		for end < len(cond) && cond[end] >= '0' && cond[end] <= '9' {
			end++
		}
		if nth, err := strconv.Atoi(cond[i+1 : end]); err == nil {
			b.WriteString(strconv.Itoa(nth + n))
			i = end - 1
		}
	}
	return b.String()
}
