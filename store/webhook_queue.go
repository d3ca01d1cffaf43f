package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// The pace of deliveries. What is no longer tried is dead, which the page of teams shows.
const (
	deliverWithin  = 24 * time.Hour
	afterDeath     = time.Minute // before the next in line is tried
	relayAtOnce    = 500
	keepDeliveries = 30 * 24 * time.Hour
)

// RelayEvents makes deliveries of the events after the cursor, a stretch at a time, and reports
// whether there may be more. The cursor's row is held meanwhile and moved in the same transaction,
// so that each event is taken once whichever server does it.
func (db *DB) RelayEvents(ctx context.Context) (more bool, err error) {
	var news bool // asked without a lock, because mostly there is nothing
	err = db.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM event WHERE seq > (SELECT last_seq FROM webhook_cursor))`).Scan(&news)
	if err != nil {
		return false, fmt.Errorf("look for events: %w", unavailable(err))
	}
	if !news {
		return false, nil
	}
	err = db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
		var last int64
		if err := tx.QueryRow(ctx, `SELECT last_seq FROM webhook_cursor FOR UPDATE`).Scan(&last); err != nil {
			return fmt.Errorf("webhook cursor: %w", err)
		}
		events, err := tx.EventsAfter(ctx, last, relayAtOnce)
		if err != nil || len(events) == 0 {
			return err
		}
		hooks, err := tx.Webhooks(ctx)
		if err != nil {
			return err
		}
		hooks = slices.DeleteFunc(hooks, func(h drift.Webhook) bool { return !h.DisabledAt.IsZero() })
		var b pgx.Batch
		for _, e := range events {
			for _, h := range hooks {
				if h.Wants(e) {
					if err := queueDelivery(&b, h, e, tx.wall()); err != nil {
						return err
					}
				}
			}
		}
		b.Queue(`UPDATE webhook_cursor SET last_seq = $1`, events[len(events)-1].Seq)
		if err := tx.SendBatch(ctx, &b).Close(); err != nil {
			return fmt.Errorf("queue deliveries: %w", err)
		}
		more = len(events) == relayAtOnce
		return nil
	})
	return more, err
}

// queueDelivery adds a delivery of an event; of a test where its number is 0.
func queueDelivery(b *pgx.Batch, h drift.Webhook, e drift.Event, now time.Time) error {
	head, err := json.Marshal(struct {
		Seq    int64           `json:"seq,omitempty"`
		Type   drift.EventType `json:"type"`
		Tenant string          `json:"tenant,omitempty"`
		At     time.Time       `json:"at"`
	}{e.Seq, e.Type, e.Tenant, e.At.UTC()})
	if err != nil {
		return fmt.Errorf("encode delivery: %w", err)
	}
	body := head
	if len(e.Payload) > len("{}") { // an object with members: they follow the head's
		body = append(append(head[:len(head)-1], ','), e.Payload[1:]...)
	}
	b.Queue(`INSERT INTO webhook_delivery (webhook_id, tenant_id, event_seq, type, payload, next_at, give_up_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $6)`,
		h.ID, nullID(e.TenantID), nullID(e.Seq), string(e.Type), json.RawMessage(body), now, now.Add(deliverWithin))
	return nil
}

// ClaimDelivery takes on the first delivery in line of a webhook that is due and that no other
// server is at; nil where there is none. Until the lease ends, nobody else sends to that webhook.
func (db *DB) ClaimDelivery(ctx context.Context, now time.Time, lease time.Duration) (*drift.DeliveryTask, error) {
	var t drift.DeliveryTask
	err := db.pool.QueryRow(ctx, `WITH due AS (
			SELECT w.id FROM webhook w
			WHERE w.disabled_at IS NULL AND w.leased_until <= $1 AND (SELECT d.next_at FROM webhook_delivery d
				WHERE d.webhook_id = w.id AND d.state = 'pending' ORDER BY d.id LIMIT 1) <= $1
			ORDER BY w.leased_until, w.id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
		), taken AS (
			UPDATE webhook w SET lease = lease + 1, leased_until = $2 FROM due WHERE w.id = due.id
			RETURNING w.id, w.lease, w.url, w.secret
		)
		UPDATE webhook_delivery d SET attempts = attempts + 1 FROM taken k
		WHERE d.id = (SELECT min(x.id) FROM webhook_delivery x WHERE x.webhook_id = k.id AND x.state = 'pending')
		RETURNING d.id, k.id, k.lease, k.url, k.secret, d.idempotency_key::text, d.payload::text, d.attempts, d.give_up_at`,
		now, now.Add(lease)).
		Scan(&t.ID, &t.WebhookID, &t.Lease, &t.URL, &t.Secret, &t.Key, &t.Body, &t.Attempt, &t.GiveUpAt)
	if none(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("claim delivery: %w", unavailable(err))
	}
	t.Body = append(fmt.Appendf(nil, `{"id":%d,`, t.ID), t.Body[1:]...)
	return &t, nil
}

// errLeaseLost ends the transaction of a server that took longer than its lease.
var errLeaseLost = errors.New("lease lost")

// FinishDelivery writes what came of an attempt and lets go of the webhook. It reports false, and
// writes nothing, where the lease was lost to another server meanwhile.
func (db *DB) FinishDelivery(ctx context.Context, t *drift.DeliveryTask, r drift.DeliveryResult) (bool, error) {
	err := db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
		var owner string
		err := tx.QueryRow(ctx, `UPDATE webhook SET leased_until = '-infinity' WHERE id = $1 AND lease = $2
			RETURNING COALESCE('team/' || team, 'tenant/' || (SELECT name FROM tenant WHERE id = tenant_id))`, t.WebhookID, t.Lease).Scan(&owner)
		if none(err) {
			return errLeaseLost
		}
		if err != nil {
			return fmt.Errorf("let go of webhook: %w", err)
		}
		var finished *time.Time
		next := r.NextAt
		if r.State != drift.DeliveryPending {
			finished, next = &r.At, r.At
		}
		// Where the webhook was removed meanwhile, the delivery is dead already and stays so, unless it arrived.
		_, err = tx.Exec(ctx, `UPDATE webhook_delivery SET state = $2, next_at = $3, last_status = $4, last_error = $5,
			finished_at = $6 WHERE id = $1 AND (state = 'pending' OR $2 = 'delivered')`,
			t.ID, string(r.State), next, r.Status, r.Error, finished)
		if err != nil {
			return fmt.Errorf("finish delivery: %w", err)
		}
		if r.Gone {
			if err := tx.disableWebhook(ctx, t.WebhookID, r.At, "its receiver answered 410 Gone"); err != nil {
				return err
			}
			return tx.auditNote(r.At, drift.SystemActor(), "webhook.gone", owner, map[string]any{"delivery": t.ID})
		}
		if r.State == drift.DeliveryDead {
			_, err = tx.Exec(ctx, `UPDATE webhook_delivery SET next_at = greatest(next_at, $2) WHERE id =
				(SELECT min(id) FROM webhook_delivery WHERE webhook_id = $1 AND state = 'pending')`, t.WebhookID, r.At.Add(afterDeath))
		}
		return err
	})
	if errors.Is(err, errLeaseLost) {
		return false, nil
	}
	return err == nil, err
}

// disableWebhook ends a webhook; what was still to be sent is dead.
func (tx *Tx) disableWebhook(ctx context.Context, id int64, at time.Time, why string) error {
	var b pgx.Batch
	b.Queue(`UPDATE webhook SET disabled_at = $2, disabled_why = $3 WHERE id = $1`, id, at, why)
	b.Queue(`UPDATE webhook_delivery SET state = 'dead', finished_at = $2, last_error = 'The webhook was disabled: ' || $3 || '.'
		WHERE webhook_id = $1 AND state = 'pending'`, id, at, why)
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("disable webhook: %w", err)
	}
	return nil
}
