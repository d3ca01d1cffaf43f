package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

const webhookColumns = `w.id, COALESCE(w.tenant_id, 0), COALESCE(w.team, ''), COALESCE(t.name, ''), w.url,
	w.created_by, w.created_at, w.disabled_at, w.disabled_why`

func scanWebhook(row pgx.CollectableRow) (h drift.Webhook, err error) {
	var disabled *time.Time
	err = row.Scan(&h.ID, &h.TenantID, &h.Owner.Team, &h.Owner.Tenant, &h.URL, &h.CreatedBy, &h.CreatedAt, &disabled, &h.DisabledWhy)
	h.DisabledAt = orZero(disabled)
	return h, err
}

// Webhooks lists the webhooks, disabled ones too: the teams' by name, then the tenants'.
func (tx *Tx) Webhooks(ctx context.Context) ([]drift.Webhook, error) {
	rows, err := tx.Query(ctx, `SELECT `+webhookColumns+` FROM webhook w LEFT JOIN tenant t ON t.id = w.tenant_id
		ORDER BY w.team NULLS LAST, t.name`)
	return collected(rows, err, scanWebhook, "webhooks")
}

// newSecret is a key of 130 random bits, or more, in text.
func newSecret() string { return "whsec_" + rand.Text() }

// SetWebhook gives a team or tenant its webhook, or another address. A new one gets a secret, which
// is returned this once; one that was there keeps its own, and "" is returned.
func (db *DB) SetWebhook(ctx context.Context, by drift.Actor, owner drift.WebhookOwner, address string) (secret string, err error) {
	if _, err := drift.CheckWebhookURL(address); err != nil {
		return "", err
	}
	err = db.changeWebhook(ctx, by, owner, "webhook.set", func(tx *Tx, h drift.Webhook, detail map[string]any) error {
		if u, err := url.Parse(address); err == nil {
			detail["host"] = u.Host // the path may be a secret of the receiver's
		}
		if h.ID != 0 && h.DisabledAt.IsZero() {
			_, err := tx.Exec(ctx, `UPDATE webhook SET url = $2 WHERE id = $1`, h.ID, address)
			return err
		}
		secret = newSecret()
		if h.ID != 0 {
			_, err := tx.Exec(ctx, `UPDATE webhook SET url = $2, secret = $3, created_by = $4, created_at = $5,
				disabled_at = NULL, disabled_why = '' WHERE id = $1`, h.ID, address, secret, by.Name, tx.now())
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO webhook (tenant_id, team, url, secret, created_by, created_at)
			VALUES ($1, NULLIF($2, ''), $3, $4, $5, $6)`, nullID(h.TenantID), owner.Team, address, secret, by.Name, tx.now())
		return err
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// RotateWebhookSecret gives a webhook another secret, which holds from the next attempt on, and
// returns it this once.
func (db *DB) RotateWebhookSecret(ctx context.Context, by drift.Actor, owner drift.WebhookOwner) (secret string, err error) {
	err = db.changeWebhook(ctx, by, owner, "webhook.rotate_secret", func(tx *Tx, h drift.Webhook, _ map[string]any) error {
		if err := inUse(h, owner); err != nil {
			return err
		}
		secret = newSecret()
		_, err := tx.Exec(ctx, `UPDATE webhook SET secret = $2 WHERE id = $1`, h.ID, secret)
		return err
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// RemoveWebhook ends a webhook. What was still to be sent is dead, and can be sent again once the
// webhook is set again.
func (db *DB) RemoveWebhook(ctx context.Context, by drift.Actor, owner drift.WebhookOwner) error {
	return db.changeWebhook(ctx, by, owner, "webhook.remove", func(tx *Tx, h drift.Webhook, _ map[string]any) error {
		if err := inUse(h, owner); err != nil {
			return err
		}
		return tx.disableWebhook(ctx, h.ID, tx.now(), "removed by "+by.Name)
	})
}

// TestWebhook queues a delivery that says nothing but that it is a test.
func (db *DB) TestWebhook(ctx context.Context, by drift.Actor, owner drift.WebhookOwner) error {
	return db.changeWebhook(ctx, by, owner, "webhook.test", func(tx *Tx, h drift.Webhook, _ map[string]any) error {
		if err := inUse(h, owner); err != nil {
			return err
		}
		e := drift.Event{Type: drift.EventWebhookTest, TenantID: h.TenantID, Tenant: owner.Tenant, At: tx.now()}
		var b pgx.Batch
		if err := queueDelivery(&b, h, e, tx.wall()); err != nil {
			return err
		}
		return tx.SendBatch(ctx, &b).Close()
	})
}

// ResendDelivery puts a dead letter back into its webhook's queue, under the same key. It has a
// whole day again.
func (db *DB) ResendDelivery(ctx context.Context, by drift.Actor, id int64) error {
	var h drift.Webhook
	err := db.View(ctx, drift.SystemActor(), func(tx *Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+webhookColumns+` FROM webhook w LEFT JOIN tenant t ON t.id = w.tenant_id
			WHERE w.id = (SELECT webhook_id FROM webhook_delivery WHERE id = $1)`, id)
		list, err := collected(rows, err, scanWebhook, "webhook of delivery")
		if err == nil && len(list) == 0 {
			return noDelivery(id)
		}
		if err == nil {
			h = list[0]
		}
		return err
	})
	if err != nil {
		return err
	}
	if h.TenantID != 0 && !by.MaySee(h.TenantID) {
		return noDelivery(id)
	}
	return db.changeWebhook(ctx, by, h.Owner, "webhook.resend", func(tx *Tx, h drift.Webhook, detail map[string]any) error {
		if err := inUse(h, h.Owner); err != nil {
			return err
		}
		detail["delivery"] = id
		tag, err := tx.Exec(ctx, `UPDATE webhook_delivery SET state = 'pending', attempts = 0, next_at = $2, give_up_at = $3,
			finished_at = NULL WHERE id = $1 AND webhook_id = $4 AND state = 'dead'`, id, tx.wall(), tx.wall().Add(deliverWithin), h.ID)
		if err == nil && tag.RowsAffected() == 0 {
			return &drift.Error{Code: drift.CodeConflict, Message: "Only a dead letter is sent again; this one is not, or no longer."}
		}
		return err
	})
}

func noDelivery(id int64) error { return drift.NotFound(fmt.Sprintf("There is no delivery %d.", id)) }

func inUse(h drift.Webhook, owner drift.WebhookOwner) error {
	switch {
	case h.ID != 0 && h.DisabledAt.IsZero():
		return nil
	case owner.Team != "":
		return drift.NotFound("The team " + owner.Team + " has no webhook, or it is disabled. Set it first.")
	}
	return drift.NotFound("The tenant " + owner.Tenant + " has no webhook, or it is disabled. Set it first.")
}

// changeWebhook changes the webhook of a team or tenant, with its row held; ID is 0 where there is
// none yet. A team's is changed by administrators of all tenants, because it carries the events of
// all; a tenant's by those who may see the tenant.
func (db *DB) changeWebhook(ctx context.Context, by drift.Actor, owner drift.WebhookOwner, action string,
	change func(tx *Tx, h drift.Webhook, detail map[string]any) error,
) error {
	if !by.Role.AtLeast(drift.RoleAdmin) {
		return drift.Forbidden("Only an administrator changes webhooks.")
	}
	if (owner.Team == "") == (owner.Tenant == "") {
		return drift.Invalid("team", "A webhook belongs to one team or to one tenant: name one of the two.")
	}
	return db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
		h := drift.Webhook{Owner: owner}
		if owner.Team != "" {
			if err := mayChangeTeams(by); err != nil {
				return err
			}
			if err := tx.teamThere(ctx, owner.Team); err != nil {
				return err
			}
		} else {
			err := tx.QueryRow(ctx, `SELECT id FROM tenant WHERE name = $1`, owner.Tenant).Scan(&h.TenantID)
			if none(err) || (err == nil && !by.MaySee(h.TenantID)) {
				return drift.NotFound(fmt.Sprintf("There is no tenant called %q.", owner.Tenant))
			}
			if err != nil {
				return fmt.Errorf("tenant: %w", err)
			}
		}
		rows, err := tx.Query(ctx, `SELECT `+webhookColumns+` FROM webhook w LEFT JOIN tenant t ON t.id = w.tenant_id
			WHERE w.team = $1 OR w.tenant_id = $2 FOR NO KEY UPDATE OF w`, owner.Team, h.TenantID)
		list, err := collected(rows, err, scanWebhook, "webhook")
		if err != nil {
			return err
		}
		if len(list) > 0 {
			h = list[0]
		}
		detail := map[string]any{}
		if err := change(tx, h, detail); err != nil {
			if violates(err, uniqueViolation) {
				return &drift.Error{Code: drift.CodeConflict, Message: "Somebody set this webhook at the same moment. Look at it and try again."}
			}
			return fmt.Errorf("%s: %w", action, err)
		}
		kind, name := "team/", owner.Team
		if owner.Team == "" {
			kind, name = "tenant/", owner.Tenant
		}
		detail["webhook_of"] = owner.String()
		if err := tx.auditNote(time.Time{}, by, action, kind+name, detail); err != nil {
			return err
		}
		tx.audits[len(tx.audits)-1].TenantID = h.TenantID
		return nil
	})
}
