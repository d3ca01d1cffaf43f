package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// planReach is how far around a time the turns of a plan are read.
const planReach = 400 * 24 * time.Hour

// OnCallPlan returns what says who is on call for a team around a time. People whom the actor may not
// see are "".
func (tx *Tx) OnCallPlan(ctx context.Context, team string, at time.Time) (drift.Plan, error) {
	p := drift.Plan{Team: team}
	rows, err := tx.Query(ctx, `SELECT zone, starts_on, minute, set_by, set_at FROM oncall_rota WHERE team = $1`, team)
	rotas, err := collected(rows, err, func(row pgx.CollectableRow) (r drift.Rota, err error) {
		var starts time.Time
		err = row.Scan(&r.Zone, &starts, &r.Minute, &r.SetBy, &r.SetAt)
		r.StartsOn = drift.DateOf(starts)
		return r, err
	}, "rota")
	if err != nil {
		return p, err
	}
	if len(rotas) == 1 {
		p.Rota = &rotas[0]
		if p.Rota.People, err = tx.rotaPeople(ctx, team); err != nil {
			return p, err
		}
	}
	rows, err = tx.Query(ctx, `SELECT o.id, o.kind = 'swap', COALESCE(u.name, ''), o.from_at, o.to_at, o.made_by
		FROM oncall_turn o LEFT JOIN app_user u ON u.id = o.user_id
		WHERE o.team = $1 AND o.to_at > $2 AND o.from_at < $3 ORDER BY o.kind, CASE o.kind WHEN 'swap' THEN NULL ELSE o.from_at END, o.id`,
		team, at.Add(-planReach), at.Add(planReach))
	turns, err := collected(rows, err, func(row pgx.CollectableRow) (t drift.Turn, err error) {
		return t, row.Scan(&t.ID, &t.Swap, &t.Person, &t.From, &t.To, &t.By)
	}, "turns")
	for _, t := range turns {
		if t.Swap {
			p.Swaps = append(p.Swaps, t)
		} else {
			t.ID, t.By = 0, ""
			p.Calendar = append(p.Calendar, t)
		}
	}
	return p, err
}

// rotaPeople lists the people of a rota at their places; who may not be seen is "", so that the turns of
// the others stay where they are.
func (tx *Tx) rotaPeople(ctx context.Context, team string) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT COALESCE(u.name, '') FROM oncall_person o LEFT JOIN app_user u ON u.id = o.user_id
		WHERE o.team = $1 ORDER BY o.position`, team)
	return collected(rows, err, pgx.RowTo[string], "people of a rota")
}

// SetRota sets a team's weekly turns; nil takes them away.
func (db *DB) SetRota(ctx context.Context, by drift.Actor, team string, r *drift.Rota) error {
	if r != nil {
		if err := r.Check(); err != nil {
			return err
		}
	}
	return db.plan(ctx, by, team, drift.MayPlan, func(tx *Tx, ids map[string]int64) error {
		if _, err := tx.Exec(ctx, `DELETE FROM oncall_rota WHERE team = $1`, team); err != nil {
			return fmt.Errorf("remove rota: %w", err)
		}
		if r == nil {
			return tx.auditNote(time.Time{}, by, "oncall.remove_rota", "team/"+team, nil)
		}
		if err := noStrangers("people", r.People, ids); err != nil {
			return err
		}
		var b pgx.Batch
		b.Queue(`INSERT INTO oncall_rota (team, zone, starts_on, minute, set_by, set_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			team, r.Zone, r.StartsOn.Time(), r.Minute, by.Name, tx.now())
		for i, name := range r.People {
			b.Queue(`INSERT INTO oncall_person (team, position, user_id) VALUES ($1, $2, $3)`, team, i, ids[name])
		}
		if err := tx.SendBatch(ctx, &b).Close(); err != nil {
			return fmt.Errorf("set rota: %w", err)
		}
		return tx.auditNote(time.Time{}, by, "oncall.set_rota", "team/"+team, map[string]any{
			"zone": r.Zone, "starts_on": r.StartsOn, "minute": r.Minute, "people": r.People,
		})
	})
}

// AddSwap has a person take over from whoever is on call for a stretch of time.
func (db *DB) AddSwap(ctx context.Context, by drift.Actor, team string, t drift.Turn) error {
	if err := t.Check(); err != nil {
		return err
	}
	return db.plan(ctx, by, team, drift.MaySwap, func(tx *Tx, ids map[string]int64) error {
		now := tx.now()
		switch {
		case !t.To.After(now):
			return drift.Invalid("to", "This lies in the past; who was on call then stays as it was.")
		case t.From.Sub(now) > drift.CalendarAhead:
			return drift.Invalid("from", "A swap begins within a year.")
		}
		if err := noStrangers("person", []string{t.Person}, ids); err != nil {
			return err
		}
		var id int64
		err := tx.QueryRow(ctx, `INSERT INTO oncall_turn (team, kind, user_id, from_at, to_at, made_by, made_at)
			VALUES ($1, 'swap', $2, $3, $4, $5, $6) RETURNING id`, team, ids[t.Person], t.From, t.To, by.Name, now).Scan(&id)
		if err != nil {
			return fmt.Errorf("add swap: %w", err)
		}
		return tx.auditNote(time.Time{}, by, "oncall.swap", "team/"+team, map[string]any{"id": id, "person": t.Person, "from": t.From, "to": t.To})
	})
}

// RemoveSwap takes a swap back; CodeNotFound where it is not there.
func (db *DB) RemoveSwap(ctx context.Context, by drift.Actor, team string, id int64) error {
	return db.plan(ctx, by, team, drift.MaySwap, func(tx *Tx, _ map[string]int64) error {
		tag, err := tx.Exec(ctx, `DELETE FROM oncall_turn WHERE team = $1 AND id = $2 AND kind = 'swap'`, team, id)
		if err != nil {
			return fmt.Errorf("remove swap: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return drift.NotFound("There is no such swap any more.")
		}
		return tx.auditNote(time.Time{}, by, "oncall.remove_swap", "team/"+team, map[string]any{"id": id})
	})
}

// SetCalendar replaces the turns that a calendar said; none takes them away.
func (db *DB) SetCalendar(ctx context.Context, by drift.Actor, team string, turns []drift.Turn) error {
	if len(turns) > drift.MaxTurns {
		return drift.Invalid("calendar", fmt.Sprintf("A calendar comes to at most %d turns.", drift.MaxTurns))
	}
	return db.plan(ctx, by, team, drift.MayPlan, func(tx *Tx, ids map[string]int64) error {
		if _, err := tx.Exec(ctx, `DELETE FROM oncall_turn WHERE team = $1 AND kind = 'calendar'`, team); err != nil {
			return fmt.Errorf("remove turns: %w", err)
		}
		var names []string
		now := tx.now()
		var b pgx.Batch
		for _, t := range turns {
			if err := t.Check(); err != nil {
				return err
			}
			names = append(names, t.Person)
			b.Queue(`INSERT INTO oncall_turn (team, kind, user_id, from_at, to_at, made_by, made_at)
				VALUES ($1, 'calendar', $2, $3, $4, $5, $6)`, team, ids[t.Person], t.From, t.To, by.Name, now)
		}
		if err := noStrangers("calendar", names, ids); err != nil {
			return err
		}
		if err := tx.SendBatch(ctx, &b).Close(); err != nil {
			return fmt.Errorf("import turns: %w", err)
		}
		return tx.auditNote(time.Time{}, by, "oncall.import", "team/"+team, map[string]any{"turns": len(turns)})
	})
}

// plan changes who is on call, in one transaction: the team must be there and the actor allowed. ids are
// the people who can be on call.
func (db *DB) plan(ctx context.Context, by drift.Actor, team string, may func(drift.Actor, bool) bool, change func(*Tx, map[string]int64) error) error {
	return db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
		if err := tx.teamThere(ctx, team); err != nil {
			return err
		}
		mine, err := tx.TeamsOf(ctx, by.UserID)
		if err != nil {
			return err
		}
		if !may(by, slices.Contains(mine, team)) {
			return drift.Forbidden("Its members swap turns of a team; its managers and those of all tenants set its rota.")
		}
		if _, err := tx.Exec(ctx, `SELECT FROM team WHERE name = $1 FOR UPDATE`, team); err != nil {
			return fmt.Errorf("hold team: %w", err)
		}
		ids, err := tx.callable(ctx)
		if err != nil {
			return err
		}
		return change(tx, ids)
	})
}

// callable maps the names of those who can be on call, people who may act, to their accounts.
func (tx *Tx) callable(ctx context.Context) (map[string]int64, error) {
	rows, err := tx.Query(ctx, `SELECT name, id FROM app_user WHERE NOT disabled AND role <> 'viewer'`)
	type person struct {
		Name string
		ID   int64
	}
	list, err := collected(rows, err, pgx.RowToStructByPos[person], "people who can be on call")
	ids := make(map[string]int64, len(list))
	for _, p := range list {
		ids[p.Name] = p.ID
	}
	return ids, err
}

func noStrangers(field string, names []string, ids map[string]int64) error {
	for _, n := range names {
		if _, ok := ids[n]; !ok {
			return drift.Invalid(field, fmt.Sprintf("Nobody called %q can be on call: it needs an open account that may act on alerts.", n))
		}
	}
	return nil
}

// RotaPage reads the page of a team's rota; CodeNotFound where there is no such team.
func (db *DB) RotaPage(ctx context.Context, by drift.Actor, team string, now time.Time) (drift.RotaData, error) {
	return view(ctx, db, by, func(tx *Tx) (d drift.RotaData, err error) {
		if err = tx.teamNamed(ctx, team); err != nil {
			return d, err
		}
		if d.Watch, err = tx.watch(ctx, now); err != nil {
			return d, err
		}
		if d.Plan, err = tx.OnCallPlan(ctx, team, now); err != nil {
			return d, err
		}
		if d.Members, err = tx.TeamMembers(ctx, team); err != nil {
			return d, err
		}
		mine, err := tx.TeamsOf(ctx, by.UserID)
		if err != nil {
			return d, err
		}
		d.Mine = slices.Contains(mine, team)
		if d.Gone, err = tx.goneFrom(ctx, team, now); err != nil {
			return d, err
		}
		rows, err := tx.Query(ctx, `SELECT name FROM app_user WHERE NOT disabled AND role <> 'viewer' ORDER BY name`)
		d.People, err = collected(rows, err, pgx.RowTo[string], "people")
		return d, err
	})
}

// goneFrom lists who has turns of a team still to come and may not act any more.
func (tx *Tx) goneFrom(ctx context.Context, team string, now time.Time) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT u.name FROM app_user u WHERE (u.disabled OR u.role = 'viewer') AND u.id IN (
		SELECT user_id FROM oncall_person WHERE team = $1 UNION SELECT user_id FROM oncall_turn WHERE team = $1 AND to_at > $2) ORDER BY 1`, team, now)
	return collected(rows, err, pgx.RowTo[string], "people who have turns and may not act")
}

// plansAt reads the plans of the teams that have one, by name.
func (tx *Tx) plansAt(ctx context.Context, at time.Time) (list []drift.Plan, err error) {
	rows, err := tx.Query(ctx, `SELECT team FROM oncall_rota UNION SELECT team FROM oncall_turn WHERE to_at > $1 ORDER BY 1`, at)
	names, err := collected(rows, err, pgx.RowTo[string], "teams with a plan")
	for _, name := range names {
		p, err := tx.OnCallPlan(ctx, name, at)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, err
}

func (tx *Tx) teamNamed(ctx context.Context, team string) error {
	there, err := tx.exists(ctx, `SELECT FROM team WHERE name = $1`, team)
	if err == nil && !there {
		return drift.NotFound(fmt.Sprintf("There is no team called %q.", team))
	}
	return err
}

// OnCallPlans returns the plans of the named team, or of every team where none is named, by name.
func (db *DB) OnCallPlans(ctx context.Context, by drift.Actor, team string, at time.Time) ([]drift.Plan, error) {
	return view(ctx, db, by, func(tx *Tx) (list []drift.Plan, err error) {
		names := []string{team}
		if team == "" {
			if names, err = tx.Teams(ctx); err != nil {
				return nil, err
			}
		} else if err = tx.teamNamed(ctx, team); err != nil {
			return nil, err
		}
		for _, name := range names {
			p, err := tx.OnCallPlan(ctx, name, at)
			if err != nil {
				return nil, err
			}
			list = append(list, p)
		}
		return list, nil
	})
}
