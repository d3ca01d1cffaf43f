package main

import (
	"context"
	"fmt"
)

type migrateCmd struct{}

// Help says when it is needed.
func (migrateCmd) Help() string {
	return "The server and every command do this by themselves; run it alone where a database must be ready before the first server starts, or to see what an administrator has to run."
}

// Run migrates.
func (migrateCmd) Run(ctx context.Context, s *session) error {
	return s.with(ctx, func(*house) error {
		_, err := fmt.Fprintln(s.out, "The tables are those of this version.")
		return err
	})
}
