package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// queueRows bounds the alerts that the page lists of one team.
const queueRows = 20

// inQueue is the condition of a team's queue: what was escalated to it and is open, and what is
// assigned to a person who left the team, or whose account is closed, and was given to no other team.
const inQueue = `a.status <> 'RESOLVED' AND (a.team = $1 OR (a.team = '' AND EXISTS (
	SELECT FROM team_member m JOIN app_user u ON u.id = m.user_id
	WHERE m.team = $1 AND u.name = a.assignee AND (u.disabled OR m.removed_at IS NOT NULL))))`

// TeamsPage reads the page of teams and webhooks.
func (db *DB) TeamsPage(ctx context.Context, by drift.Actor, now time.Time) (drift.TeamsData, error) {
	return view(ctx, db, by, func(tx *Tx) (d drift.TeamsData, err error) {
		if d.Watch, err = tx.watch(ctx, now); err != nil {
			return d, err
		}
		names, err := tx.Teams(ctx)
		if err != nil {
			return d, err
		}
		mine, err := tx.TeamsOf(ctx, by.UserID)
		if err != nil {
			return d, err
		}
		hooks, err := tx.webhookStates(ctx)
		if err != nil {
			return d, err
		}
		for _, name := range names {
			t := drift.Team{Name: name, Mine: slices.Contains(mine, name)}
			if t.Members, err = tx.TeamMembers(ctx, name); err != nil {
				return d, err
			}
			if err := tx.teamQueue(ctx, &t); err != nil {
				return d, err
			}
			if i := slices.IndexFunc(hooks, func(h drift.WebhookState) bool { return h.Owner.Team == name }); i >= 0 {
				t.Hook = &hooks[i]
			}
			d.Teams = append(d.Teams, t)
		}
		slices.SortStableFunc(d.Teams, func(a, b drift.Team) int { return order(a.Mine) - order(b.Mine) })
		for _, h := range hooks {
			if h.Owner.Team == "" {
				d.Hooks = append(d.Hooks, h)
			}
		}
		rows, err := tx.Query(ctx, `SELECT name FROM app_user WHERE NOT disabled ORDER BY name`)
		d.People, err = collected(rows, err, pgx.RowTo[string], "people")
		return d, err
	})
}

func order(first bool) int {
	if first {
		return 0
	}
	return 1
}

func (tx *Tx) teamQueue(ctx context.Context, t *drift.Team) error {
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM noc_alert_event a WHERE `+inQueue, t.Name).Scan(&t.Waiting); err != nil {
		return fmt.Errorf("count team queue: %w", err)
	}
	rows, err := tx.Query(ctx, `SELECT `+alertColumns(withoutReport)+alertTables+` WHERE `+inQueue+
		` ORDER BY `+urgency+` DESC, a.created_at, a.id LIMIT $2`, t.Name, queueRows)
	list, err := collected(rows, err, scanAlert, "team queue")
	for _, a := range list {
		t.Queue = append(t.Queue, *a)
	}
	return err
}

// lastDeliveries is how many deliveries a page shows of a webhook, and how many dead ones.
const lastDeliveries = 5

// webhookStates lists the webhooks with their last deliveries.
func (tx *Tx) webhookStates(ctx context.Context) ([]drift.WebhookState, error) {
	hooks, err := tx.Webhooks(ctx)
	if err != nil {
		return nil, err
	}
	states := make([]drift.WebhookState, len(hooks))
	for i, h := range hooks {
		s := &states[i]
		s.Webhook = h
		err := tx.QueryRow(ctx, `SELECT count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE state = 'dead')
			FROM webhook_delivery WHERE webhook_id = $1`, h.ID).Scan(&s.Pending, &s.Dead)
		if err != nil {
			return nil, fmt.Errorf("count deliveries: %w", err)
		}
		if s.Last, err = tx.deliveries(ctx, h.ID, `true`); err != nil {
			return nil, err
		}
		if s.Letters, err = tx.deliveries(ctx, h.ID, `d.state = 'dead'`); err != nil {
			return nil, err
		}
	}
	return states, nil
}

func (tx *Tx) deliveries(ctx context.Context, hook int64, cond string) ([]drift.Delivery, error) {
	rows, err := tx.Query(ctx, `SELECT d.id, COALESCE(d.event_seq, 0), d.type, COALESCE(t.name, ''), d.state, d.attempts,
			d.next_at, d.last_status, d.last_error, d.created_at, d.finished_at
		FROM webhook_delivery d LEFT JOIN tenant t ON t.id = d.tenant_id
		WHERE d.webhook_id = $1 AND `+cond+` ORDER BY d.id DESC LIMIT $2`, hook, lastDeliveries)
	return collected(rows, err, func(row pgx.CollectableRow) (d drift.Delivery, err error) {
		var finished *time.Time
		err = row.Scan(&d.ID, &d.EventSeq, &d.Type, &d.Tenant, &d.State, &d.Attempts, &d.NextAt, &d.LastStatus,
			&d.LastError, &d.CreatedAt, &finished)
		d.FinishedAt = orZero(finished)
		return d, err
	}, "deliveries")
}

// WebhookStates lists the webhooks with their last deliveries.
func (db *DB) WebhookStates(ctx context.Context, by drift.Actor) ([]drift.WebhookState, error) {
	return view(ctx, db, by, func(tx *Tx) ([]drift.WebhookState, error) { return tx.webhookStates(ctx) })
}
