package main

import (
	"context"
	"fmt"

	"github.com/driftwatch/driftwatch/drift"
)

type webhookCmd struct {
	List   webhookListCmd   `cmd:"" help:"Print the webhooks and their dead letters."`
	Set    webhookSetCmd    `cmd:"" help:"Give a team or tenant its webhook, or another address; a new one's secret is printed, alone, this once."`
	Rotate webhookRotateCmd `cmd:"" help:"Give a webhook another secret and print it, alone, this once."`
	Remove webhookRemoveCmd `cmd:"" help:"End a webhook; what was still to be sent becomes dead letters."`
	Test   webhookTestCmd   `cmd:"" help:"Queue a test; the running server sends it."`
	Resend webhookResendCmd `cmd:"" help:"Send a dead letter again, under the same key."`
}

// ownerFlags say whose webhook it is.
type ownerFlags struct {
	Team   string `xor:"owner" required:"" placeholder:"T" help:"The team whose webhook it is; this or --tenant."`
	Tenant string `xor:"owner" required:"" placeholder:"T" help:"The tenant whose webhook it is; this or --team."`
}

// Help is that of every command with these flags.
func (ownerFlags) Help() string {
	return `Say whose webhook it is: either --team or --tenant, not both. The teams are NOC, ML Engineering, ML Team
Lead and DevOps.

  driftwatch webhook set --team NOC https://hooks.example.com/driftwatch
  driftwatch webhook test --tenant acme

docs/webhooks.md says what is sent and how it is signed.`
}

func (o ownerFlags) owner() drift.WebhookOwner {
	return drift.WebhookOwner{Team: o.Team, Tenant: o.Tenant}
}

type webhookListCmd struct {
	JSON bool `name:"json" help:"One JSON object a line, for programs."`
}

// Run prints the webhooks.
func (c webhookListCmd) Run(ctx context.Context, s *session) error {
	return s.with(ctx, func(h *house) error {
		list, err := h.store.WebhookStates(ctx, shellActor())
		if err != nil {
			return err
		}
		for _, w := range list {
			if err := s.printWebhook(w, c.JSON); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *session) printWebhook(w drift.WebhookState, asJSON bool) error {
	if asJSON {
		letters := make([]int64, len(w.Letters))
		for i, d := range w.Letters {
			letters[i] = d.ID
		}
		return s.printJSON(map[string]any{
			"team": w.Owner.Team, "tenant": w.Owner.Tenant, "url": w.URL, "disabled": w.DisabledWhy,
			"pending": w.Pending, "dead": w.Dead, "dead_letters": letters,
		})
	}
	state := ""
	if w.DisabledWhy != "" {
		state = ", disabled: " + w.DisabledWhy
	}
	fmt.Fprintf(s.out, "%s: %s%s; %d to be sent, %d dead\n", w.Owner, w.URL, state, w.Pending, w.Dead)
	for _, d := range w.Letters {
		fmt.Fprintf(s.out, "  dead letter %d: %s, %d attempts, %s\n", d.ID, d.Type, d.Attempts, d.LastError)
	}
	return nil
}

type webhookSetCmd struct {
	ownerFlags
	URL string `arg:"" help:"The receiver's address, https:// unless it is on this machine."`
}

// Run sets a webhook.
func (c webhookSetCmd) Run(ctx context.Context, s *session) error {
	warning, err := drift.CheckWebhookURL(c.URL)
	if err != nil {
		return err
	}
	return s.with(ctx, func(h *house) error {
		secret, err := h.store.SetWebhook(ctx, shellActor(), c.owner(), c.URL)
		if err != nil {
			return err
		}
		if warning != "" {
			fmt.Fprintln(s.err, warning)
		}
		if secret == "" {
			fmt.Fprintf(s.err, "The address of the webhook of %s is changed, the secret is not.\n", c.owner())
			return nil
		}
		_, err = fmt.Fprintln(s.out, secret)
		return err
	})
}

type webhookRotateCmd struct{ ownerFlags }

// Run gives a webhook another secret.
func (c webhookRotateCmd) Run(ctx context.Context, s *session) error {
	return s.with(ctx, func(h *house) error {
		secret, err := h.store.RotateWebhookSecret(ctx, shellActor(), c.owner())
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(s.out, secret)
		return err
	})
}

type webhookRemoveCmd struct{ ownerFlags }

// Run ends a webhook.
func (c webhookRemoveCmd) Run(ctx context.Context, s *session) error {
	return s.webhookDone(ctx, "The webhook of "+c.owner().String()+" is removed.", func(h *house) error {
		return h.store.RemoveWebhook(ctx, shellActor(), c.owner())
	})
}

type webhookTestCmd struct{ ownerFlags }

// Run queues a test.
func (c webhookTestCmd) Run(ctx context.Context, s *session) error {
	return s.webhookDone(ctx, "A test is queued; the running server sends it.", func(h *house) error {
		return h.store.TestWebhook(ctx, shellActor(), c.owner())
	})
}

type webhookResendCmd struct {
	ID int64 `arg:"" help:"The dead letter's number, see webhook list."`
}

// Run queues a dead letter again.
func (c webhookResendCmd) Run(ctx context.Context, s *session) error {
	return s.webhookDone(ctx, fmt.Sprintf("Delivery %d is queued again; the running server sends it.", c.ID), func(h *house) error {
		return h.store.ResendDelivery(ctx, shellActor(), c.ID)
	})
}

func (s *session) webhookDone(ctx context.Context, text string, do func(*house) error) error {
	return s.with(ctx, func(h *house) error {
		if err := do(h); err != nil {
			return err
		}
		_, err := fmt.Fprintln(s.out, text)
		return err
	})
}
