package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/web/auth"
)

type wallCmd struct {
	Add wallAddCmd `cmd:"" help:"Make the link of a wall and print it, alone; it is shown this once."`
}

type wallAddCmd struct {
	Name   string   `arg:"" help:"Where it hangs; the wall shows it."`
	Tenant []string `sep:"none" help:"A tenant it shows; may be given again. All, present and future, where left out." placeholder:"T"`
	URL    string   `name:"public-url" env:"DRIFTWATCH_PUBLIC_URL" default:"http://127.0.0.1:8080" help:"Address under which the wall's browser reaches the server."`
}

// Help says what the link opens and how it ends.
func (wallAddCmd) Help() string {
	return `Whoever has the link sees the wall of these tenants and can do nothing, not even open an alert. The
browser exchanges it for a cookie at once; open it anew on every screen. token list shows it with the
role "wall", and token revoke ends it, with every screen that shows it, within a second.

  driftwatch wall add "NOC west" --tenant acme --public-url https://drift.example.com`
}

// Run makes a link.
func (c wallAddCmd) Run(ctx context.Context, s *session) error {
	return s.with(ctx, func(h *house) error {
		tenants, err := tenantIDs(ctx, h, c.Tenant)
		if err != nil {
			return err
		}
		key, hash := auth.NewWallKey()
		k := drift.Token{Name: c.Name, Role: drift.RoleViewer, AllTenants: len(tenants) == 0, Tenants: tenants, Wall: true}
		if _, err := h.store.AddToken(ctx, shellActor(), k, hash); err != nil {
			return err
		}
		_, err = fmt.Fprintln(s.out, strings.TrimSuffix(c.URL, "/")+"/wall?key="+key)
		return err
	})
}

// roleWord is a token's role as lists show it.
func roleWord(k drift.Token) string {
	if k.Wall {
		return "wall"
	}
	return k.Role.String()
}
