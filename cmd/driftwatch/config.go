package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"golang.org/x/term"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/store"
)

type configCmd struct {
	Get         configGetCmd         `cmd:"" help:"Print the values in force and where each comes from."`
	Set         configSetCmd         `cmd:"" help:"Change a setting, in force without a restart."`
	History     configHistoryCmd     `cmd:"" help:"Who changed what, when and why."`
	DatabaseURL configDatabaseURLCmd `cmd:"" name:"database-url" help:"Print the address of the database, for psql and dashboards."`
}

type configGetCmd struct {
	Name   string `arg:"" optional:"" help:"One setting; all where left out."`
	Tenant string `help:"The values in force for this tenant." placeholder:"T"`
	JSON   bool   `name:"json" help:"Print one JSON object."`
}

// settingJSON is one setting in config get --json.
type settingJSON struct {
	Value   string              `json:"value"`
	Default string              `json:"default"`
	Origin  drift.SettingOrigin `json:"origin"`
}

// Run prints settings.
func (c configGetCmd) Run(ctx context.Context, s *session) error {
	var specs []drift.SettingSpec // all, where none is named
	if c.Name != "" {
		spec, ok := drift.SettingNamed(c.Name)
		if !ok {
			return unknownSetting(c.Name)
		}
		specs = []drift.SettingSpec{spec}
	}
	var values drift.Settings
	err := s.with(ctx, func(h *house) error {
		return h.store.InTx(ctx, drift.SystemActor(), func(tx *store.Tx) error {
			t, err := tenantNamed(ctx, tx, c.Tenant)
			if err != nil {
				return err
			}
			values, err = tx.Settings(ctx, t)
			return err
		})
	})
	if err != nil {
		return err
	}
	if specs == nil {
		specs = values.Specs()
	}
	if c.JSON {
		out := map[string]settingJSON{}
		for _, spec := range specs {
			out[spec.Name] = settingJSON{values.Text(spec.Name), spec.Default, values.Origin(spec.Name)}
		}
		return s.printJSON(out)
	}
	if c.Name != "" {
		_, err := fmt.Fprintln(s.out, values.Text(c.Name))
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, spec := range specs {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", spec.Name, values.Text(spec.Name), spec.Unit, values.Origin(spec.Name))
	}
	return w.Flush()
}

type configSetCmd struct {
	Name   string `arg:"" help:"The setting, as config get lists it."`
	Value  string `arg:"" optional:"" help:"Its new value; fractions as fractions (0.10, not 10); - reads a line from standard input, for secrets."`
	Reset  bool   `help:"Take the value back to what lies below: the file's or the default."`
	Tenant string `help:"For this tenant alone." placeholder:"T"`
	Reason string `help:"Why; kept with the change. Asked for at a terminal." placeholder:"WORDS"`
}

// Run changes a setting.
func (c configSetCmd) Run(ctx context.Context, s *session) error {
	in := bufio.NewReader(io.LimitReader(s.in, 1<<16))
	if c.Value == "-" {
		line, err := in.ReadString('\n')
		if err != nil && line == "" {
			return usageError("Nothing came on standard input.")
		}
		c.Value = strings.TrimSpace(line)
	}
	change := engine.SettingChange{Tenant: c.Tenant, Name: c.Name, Value: &c.Value, Reason: c.Reason}
	if c.Reset {
		change.Value = nil
	} else if c.Value == "" {
		return usageError("Say the new value, or --reset to take it back.")
	}
	if strings.TrimSpace(c.Reason) == "" {
		change.Reason = askReason(s, in)
	}
	return s.with(ctx, func(h *house) error {
		after, err := h.engine.SetSetting(ctx, shellActor(), change)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(s.out, "%s is %s now, from %s.\n", c.Name, after.Text(c.Name), after.Origin(c.Name))
		return err
	})
}

// Help shows one setting of each kind.
func (configSetCmd) Help() string {
	return `driftwatch config get lists the settings with their values; a value is written as it is shown there.
What is set for one tenant goes before what is set for all.

A number, a switch, a list:

  driftwatch config set PERFORMANCE_DRIFT_HIGH 0.12 --reason "noisy outcomes"
  driftwatch config set ENABLE_AUTO_RETRAIN true --tenant acme --reason "pilot"
  driftwatch config set AUTO_RETRAIN_ENABLED_TENANTS '["acme", "globex"]' --reason "pilot"

The program that trains a model type, here one called churn, and the built-in trainer again:

  driftwatch config set TRAINER_COMMAND_CHURN '["python3", "/srv/train.py"]' --reason "our own"
  driftwatch config set TRAINER_COMMAND_CHURN --reset --reason "back to the built-in one"

A secret comes from standard input, so that it stands in no history and no list of processes:

  driftwatch config set TRAINER_SECRET_CHURN - --reason "shared with it" < secret`
}

// noReason stands in the history where a script gave no reason, so that it is never blank.
const noReason = "no reason given, set from a shell"

// askReason asks whoever sits at a terminal why; a script's change goes ahead without, and says so.
func askReason(s *session, in *bufio.Reader) string {
	if f, ok := s.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprint(s.err, "Why? It is kept with the change: ")
		if line, err := in.ReadString('\n'); err == nil && strings.TrimSpace(line) != "" {
			return strings.TrimSpace(line)
		}
	}
	fmt.Fprintf(s.err, "The history keeps this as %q. Give one by --reason.\n", noReason)
	return noReason
}

type configHistoryCmd struct {
	Name   string `arg:"" optional:"" help:"One setting; all where left out."`
	Tenant string `help:"The changes made for this tenant alone." placeholder:"T"`
	JSON   bool   `name:"json" help:"Print one JSON array."`
}

// historyRows is how many changes are shown.
const historyRows = 200

// Run prints the history.
func (c configHistoryCmd) Run(ctx context.Context, s *session) error {
	if _, ok := drift.SettingNamed(c.Name); !ok && c.Name != "" {
		return unknownSetting(c.Name)
	}
	var changes []drift.SettingChange
	err := s.with(ctx, func(h *house) error {
		return h.store.InTx(ctx, drift.SystemActor(), func(tx *store.Tx) error {
			scope, err := tenantNamed(ctx, tx, c.Tenant)
			if err == nil {
				changes, err = tx.SettingHistory(ctx, c.Name, scope, historyRows)
			}
			return err
		})
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return s.printJSON(changes)
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, ch := range changes {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s → %s\t%s\t%s\n", ch.At.UTC().Format("2006-01-02 15:04"), ch.Tenant, ch.Name,
			orNothing(ch.Old), orNothing(ch.New), ch.By, ch.Reason)
	}
	return w.Flush()
}

type configDatabaseURLCmd struct{}

// Run prints the address alone, so that it can stand in a command substitution.
func (configDatabaseURLCmd) Run(ctx context.Context, s *session) error {
	if s.db.URL != "" {
		_, err := fmt.Fprintln(s.out, s.db.URL)
		return err
	}
	return s.with(ctx, func(h *house) error {
		_, err := fmt.Fprintln(s.out, h.dsn)
		if err == nil && h.local.Owned() {
			_, err = fmt.Fprintln(s.err, "The private database runs only while `driftwatch serve` does; this address answers then.")
		}
		return err
	})
}

func orNothing(v *string) string {
	if v == nil {
		return "(nothing set)"
	}
	return *v
}

func unknownSetting(name string) error {
	return drift.NotFound(fmt.Sprintf("No setting is called %q. `driftwatch config get` lists them.", name))
}

// tenantNamed returns the id of a tenant, 0 for "".
func tenantNamed(ctx context.Context, tx *store.Tx, name string) (int64, error) {
	if name == "" {
		return 0, nil
	}
	tenants, err := tx.Tenants(ctx)
	if err != nil {
		return 0, err
	}
	for _, t := range tenants {
		if t.Name == name {
			return t.ID, nil
		}
	}
	return 0, drift.NotFound(fmt.Sprintf("There is no tenant called %q.", name))
}
