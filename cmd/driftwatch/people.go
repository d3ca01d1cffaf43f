package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/web/auth"
)

type tenantCmd struct {
	Add tenantAddCmd `cmd:"" help:"Make a tenant."`
}

type tenantAddCmd struct {
	Name string `arg:"" help:"Its name, as logs will write it."`
}

// Run makes a tenant.
func (c tenantAddCmd) Run(ctx context.Context, s *session) error {
	return s.with(ctx, func(h *house) error {
		_, made, err := h.store.AddTenant(ctx, shellActor(), c.Name)
		if err != nil {
			return err
		}
		return s.added(made, "Tenant", c.Name)
	})
}

// added says whether a thing was made or was there already.
func (s *session) added(made bool, kind, name string) error {
	state := "is there now"
	if !made {
		state = "was there already"
	}
	_, err := fmt.Fprintf(s.out, "%s %s %s.\n", kind, name, state)
	return err
}

type modelCmd struct {
	Add modelAddCmd `cmd:"" help:"Register a model type: any binary classifier."`
}

type modelAddCmd struct {
	Name string `arg:"" help:"The model type, as logs will write it."`
	Like string `default:"conflict_predictor" enum:"fraud_detector,conflict_predictor" help:"Which built-in type it behaves like: in which column its outcomes show, and which thresholds validate a retrained version."`
}

// Help says what a name may be and where it shows.
func (modelAddCmd) Help() string {
	return `A name has 1 to 100 bytes of text without control characters, and no space at either end: churn, churn_eu,
"card fraud". Logs write it exactly so, capitals included; rows with a name that is not registered are
refused. It can be neither changed nor removed.

The name in capitals, every other character than A-Z and 0-9 as _, ends the names of its settings:
TRAINER_COMMAND_CHURN_EU. Give model types names that differ there too.

  driftwatch model add churn --like fraud_detector`
}

// Run registers a model type.
func (c modelAddCmd) Run(ctx context.Context, s *session) error {
	return s.with(ctx, func(h *house) error {
		made, err := h.store.AddModelType(ctx, shellActor(), drift.ModelType{Name: c.Name, BehavesLike: c.Like})
		if err != nil {
			return err
		}
		return s.added(made, "Model type", c.Name)
	})
}

type userCmd struct {
	Add     userAddCmd     `cmd:"" help:"Make an account."`
	List    userListCmd    `cmd:"" help:"Show who has an account."`
	Disable userDisableCmd `cmd:"" help:"Close an account, and end its sessions and sockets at once."`
	Enable  userEnableCmd  `cmd:"" help:"Open an account again."`
}

type userAddCmd struct {
	Name          string   `arg:"" help:"The name to sign in with."`
	Role          string   `required:"" enum:"viewer,operator,manager,admin" help:"viewer, operator, manager or admin."`
	Tenant        []string `sep:"none" help:"A tenant they may see; may be given again. All, present and future, where left out." placeholder:"T"`
	PasswordStdin bool     `required:"" help:"Read the password from standard input, so that no list of processes shows it."`
}

// Help shows how to pass the password.
func (userAddCmd) Help() string {
	return `The password is read without being shown, and stands in no history:

  read -rs P && printf %s "$P" | driftwatch user add jana --role operator --password-stdin`
}

// Run makes an account.
func (c userAddCmd) Run(ctx context.Context, s *session) error {
	password, err := readPassword(s.in)
	if err != nil {
		return err
	}
	role, err := drift.ParseRole(c.Role)
	if err != nil {
		return err
	}
	hash, err := auth.NewHasher(1).New(ctx, c.Name, password)
	if err != nil {
		return err
	}
	return s.with(ctx, func(h *house) error {
		tenants, err := tenantIDs(ctx, h, c.Tenant)
		if err != nil {
			return err
		}
		u := drift.User{Name: c.Name, Role: role, AllTenants: len(tenants) == 0, Tenants: tenants}
		if _, err := h.store.AddUser(ctx, shellActor(), u, hash); err != nil {
			return err
		}
		return s.added(true, "User", c.Name)
	})
}

// readPassword reads one line, without its end.
func readPassword(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

type tokenCmd struct {
	Add    tokenAddCmd    `cmd:"" help:"Make an API token and print it, alone; it is shown this once."`
	List   tokenListCmd   `cmd:"" help:"Show every token, without its secret."`
	Revoke tokenRevokeCmd `cmd:"" help:"End a token for good, and its sockets at once."`
}

type tokenAddCmd struct {
	Name   string   `arg:"" help:"What it is for; shown in every record."`
	Role   string   `required:"" enum:"ingest,viewer,operator,manager,admin" help:"ingest, viewer, operator, manager or admin."`
	Tenant []string `sep:"none" help:"A tenant it may see; may be given again. All, present and future, where left out." placeholder:"T"`
}

// Help says what each role may do.
func (tokenAddCmd) Help() string {
	return `Give a program the least that it needs:

  ingest     logs predictions and outcomes, follows the version in service, fetches its
             artefact; may do nothing else, not even look
  viewer     reads everything of its tenants, the socket included
  operator   and makes every move on alerts, requests a retrain, cancels a countdown
  manager    and approves, rejects and cancels retrains, rolls back, stops retraining
  admin      and changes settings, logs, and makes tenants by logging them

Send it as "Authorization: Bearer TOKEN"; docs/api.md describes the API.

  TOKEN=$(driftwatch token add scoring --role ingest --tenant acme)
  curl -H "Authorization: Bearer $TOKEN" --data-binary @rows.ndjson \
    http://localhost:8080/api/v1/predictions`
}

// Run makes a token.
func (c tokenAddCmd) Run(ctx context.Context, s *session) error {
	role, err := drift.ParseRole(c.Role)
	if err != nil {
		return err
	}
	return s.with(ctx, func(h *house) error {
		tenants, err := tenantIDs(ctx, h, c.Tenant)
		if err != nil {
			return err
		}
		secret, hash := auth.NewToken()
		t := drift.Token{Name: c.Name, Role: role, AllTenants: len(tenants) == 0, Tenants: tenants}
		if _, err := h.store.AddToken(ctx, shellActor(), t, hash); err != nil {
			return err
		}
		_, err = fmt.Fprintln(s.out, secret)
		return err
	})
}

// tenantIDs finds tenants by name.
func tenantIDs(ctx context.Context, h *house, names []string) (ids []int64, err error) {
	err = h.store.View(ctx, drift.SystemActor(), func(tx *store.Tx) error {
		for _, name := range names {
			id, err := tenantNamed(ctx, tx, name)
			if err != nil {
				return err
			}
			if id == 0 {
				return usageError("--tenant needs a name.")
			}
			ids = append(ids, id)
		}
		return nil
	})
	return ids, err
}
