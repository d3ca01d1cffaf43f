package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

type userListCmd struct {
	JSON bool `name:"json" help:"Print one JSON array."`
}

// userJSON is an account as user list --json prints it.
type userJSON struct {
	Name      string    `json:"name"`
	Role      string    `json:"role"`
	Tenants   []string  `json:"tenants"` // "*" is all, present and future
	Disabled  bool      `json:"disabled"`
	CreatedAt time.Time `json:"created_at"`
}

// Run lists everybody.
func (c userListCmd) Run(ctx context.Context, s *session) error {
	return s.with(ctx, func(h *house) error {
		names, err := h.tenantNames(ctx)
		if err != nil {
			return err
		}
		users, err := h.store.Users(ctx)
		if err != nil {
			return err
		}
		list := make([]userJSON, len(users))
		for i, u := range users {
			list[i] = userJSON{u.Name, u.Role.String(), names.of(u.AllTenants, u.Tenants), u.Disabled, u.CreatedAt}
		}
		if c.JSON {
			return s.printJSON(list)
		}
		w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "NAME\tROLE\tTENANTS\tSTATE\tMADE")
		for _, u := range list {
			state := "good"
			if u.Disabled {
				state = "disabled"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", u.Name, u.Role, strings.Join(u.Tenants, ", "), state, u.CreatedAt.UTC().Format(time.DateOnly))
		}
		return w.Flush()
	})
}

type userDisableCmd struct {
	Name string `arg:"" help:"Whose account."`
}

// Help says what ends.
func (userDisableCmd) Help() string {
	return `Ends every session of theirs, and within a second every page they have open. What they did stays
under their name. The last administrator of all tenants cannot be disabled.`
}

// Run closes an account.
func (c userDisableCmd) Run(ctx context.Context, s *session) error {
	return s.setDisabled(ctx, c.Name, true)
}

type userEnableCmd struct {
	Name string `arg:"" help:"Whose account."`
}

// Run opens an account again.
func (c userEnableCmd) Run(ctx context.Context, s *session) error {
	return s.setDisabled(ctx, c.Name, false)
}

func (s *session) setDisabled(ctx context.Context, name string, disabled bool) error {
	state := "enabled"
	if disabled {
		state = "disabled"
	}
	return s.with(ctx, func(h *house) error {
		u, _, err := h.store.Credentials(ctx, name)
		if err != nil {
			return err
		}
		when := "now"
		if u.Disabled == disabled {
			when = "already"
		} else if err := h.store.SetDisabled(ctx, shellActor(), u.ID, disabled); err != nil {
			return err
		}
		_, err = fmt.Fprintf(s.out, "User %s is %s %s.\n", name, state, when)
		return err
	})
}

type tokenListCmd struct {
	JSON bool `name:"json" help:"Print one JSON array."`
}

// tokenJSON is a token as token list --json prints it; its secret is kept nowhere.
type tokenJSON struct {
	ID        int64      `json:"id"`
	Name      string     `json:"name"`
	Role      string     `json:"role"`
	Tenants   []string   `json:"tenants"` // "*" is all, present and future
	CreatedAt time.Time  `json:"created_at"`
	RevokedAt *time.Time `json:"revoked_at"`
}

// Run lists every token, revoked ones included.
func (c tokenListCmd) Run(ctx context.Context, s *session) error {
	return s.with(ctx, func(h *house) error {
		names, err := h.tenantNames(ctx)
		if err != nil {
			return err
		}
		tokens, err := h.store.Tokens(ctx)
		if err != nil {
			return err
		}
		list := make([]tokenJSON, len(tokens))
		for i, k := range tokens {
			list[i] = tokenJSON{ID: k.ID, Name: k.Name, Role: roleWord(k), Tenants: names.of(k.AllTenants, k.Tenants), CreatedAt: k.CreatedAt}
			if !k.RevokedAt.IsZero() {
				list[i].RevokedAt = &k.RevokedAt
			}
		}
		if c.JSON {
			return s.printJSON(list)
		}
		w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tNAME\tROLE\tTENANTS\tSTATE\tMADE")
		for _, k := range list {
			state := "good"
			if k.RevokedAt != nil {
				state = "revoked " + k.RevokedAt.UTC().Format(time.DateOnly)
			}
			fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Name, k.Role, strings.Join(k.Tenants, ", "), state, k.CreatedAt.UTC().Format(time.DateOnly))
		}
		return w.Flush()
	})
}

type tokenRevokeCmd struct {
	Token string `arg:"" name:"name-or-id" help:"Its id, as token list shows it, or its name where only one good token has it."`
}

// Help says what ends.
func (tokenRevokeCmd) Help() string {
	return `Ends a token for good, and within a second every socket it has open. A number is looked for among
the ids first.`
}

// Run ends a token.
func (c tokenRevokeCmd) Run(ctx context.Context, s *session) error {
	return s.with(ctx, func(h *house) error {
		tokens, err := h.store.Tokens(ctx)
		if err != nil {
			return err
		}
		k, err := tokenMeant(tokens, c.Token)
		if err != nil {
			return err
		}
		when := "now"
		if !k.RevokedAt.IsZero() {
			when = "already"
		} else if err := h.store.RevokeToken(ctx, shellActor(), k.ID); err != nil {
			return err
		}
		_, err = fmt.Fprintf(s.out, "Token %d, %s, is revoked %s.\n", k.ID, k.Name, when)
		return err
	})
}

// tokenMeant finds the token of an id, else the one good token of a name, else the newest that had
// it. Names are not unique, and to end the wrong token stops somebody's feed: where several are meant
// the caller has to choose.
func tokenMeant(tokens []drift.Token, meant string) (drift.Token, error) {
	var good, ended []drift.Token
	for _, k := range tokens {
		switch {
		case strconv.FormatInt(k.ID, 10) == meant:
			return k, nil
		case k.Name != meant:
		case k.RevokedAt.IsZero():
			good = append(good, k)
		default:
			ended = append(ended, k)
		}
	}
	if len(good) > 1 {
		ids := make([]string, len(good))
		for i, k := range good {
			ids[i] = strconv.FormatInt(k.ID, 10)
		}
		return drift.Token{}, drift.Invalid("token", fmt.Sprintf("%d good tokens are called %q: %s. Name one by its id.", len(good), meant, strings.Join(ids, ", ")))
	}
	if found := append(good, ended...); len(found) > 0 {
		return found[0], nil
	}
	return drift.Token{}, drift.NotFound(fmt.Sprintf("There is no token %q. `driftwatch token list` shows them.", meant))
}

// tenantNames are the names of tenants by their ids.
type tenantNames map[int64]string

func (h *house) tenantNames(ctx context.Context) (tenantNames, error) {
	tenants, err := h.store.Tenants(ctx, drift.SystemActor())
	names := tenantNames{}
	for _, t := range tenants {
		names[t.ID] = t.Name
	}
	return names, err
}

// of lists what somebody may see; "*" is everything.
func (n tenantNames) of(all bool, ids []int64) []string {
	if all {
		return []string{"*"}
	}
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = n[id]
	}
	return list
}
