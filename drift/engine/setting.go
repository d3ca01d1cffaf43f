package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

// SettingChange is what an administrator asks for.
type SettingChange struct {
	Tenant string // "" for every tenant
	Name   string
	Value  *string // nil takes the value back to what lies below
	Reason string
	// Was is the value in force that the person looked at; where another is in force by now, nothing
	// changes (CodeConflict). nil does not ask.
	Was *string
}

// SetSetting changes one setting: validated by itself and together with the others, with who,
// when, why, old and new, in force for the next check without a restart.
func (e *Engine) SetSetting(ctx context.Context, by drift.Actor, c SettingChange) (drift.Settings, error) {
	return e.SetSettings(ctx, by, c)
}

// SetSettings changes several settings, all of them or none, and returns those in force after the
// last.
func (e *Engine) SetSettings(ctx context.Context, by drift.Actor, changes ...SettingChange) (drift.Settings, error) {
	var after drift.Settings
	for i := range changes {
		if err := checkChange(by, &changes[i]); err != nil {
			return after, err
		}
	}
	err := e.system(ctx, func(tx Tx) (err error) {
		if err := tx.LockSettings(ctx); err != nil {
			return err
		}
		after, err = e.setAll(ctx, tx, by, changes)
		return err
	})
	return after, err
}

// setAll makes changes that checkChange has looked at, in a transaction that holds the settings, and returns
// those in force after the last. They are held against each other once all are made: both cut-offs of a
// pair may move beyond where the other was.
func (e *Engine) setAll(ctx context.Context, tx Tx, by drift.Actor, changes []SettingChange) (after drift.Settings, err error) {
	scopes := map[int64]bool{}
	for _, c := range changes {
		scope, err := scopeOf(ctx, tx, by, c.Tenant)
		if err != nil {
			return after, err
		}
		if c.Value != nil {
			if err := known(ctx, tx, c); err != nil {
				return after, err
			}
		}
		before, err := tx.Settings(ctx, scope)
		if err != nil {
			return after, fmt.Errorf("settings: %w", err)
		}
		if now := before.Text(c.Name); c.Was != nil && *c.Was != now {
			return after, &drift.Error{
				Code:    drift.CodeConflict,
				Message: fmt.Sprintf("Somebody changed %s meanwhile: it is %s now, not %s. Nothing was changed; look again at what your value would do.", c.Name, now, *c.Was),
			}
		}
		if err := tx.PutSetting(ctx, scope, c.Name, c.Value, by.Name, strings.TrimSpace(c.Reason), e.clock().UTC()); err != nil {
			return after, err
		}
		scopes[scope] = true
		if after, err = tx.Settings(ctx, scope); err != nil {
			return after, fmt.Errorf("settings: %w", err)
		}
		if err := e.recordSetting(tx, by, scope, c, before.Text(c.Name), after.Text(c.Name)); err != nil {
			return after, err
		}
	}
	for _, scope := range slices.Sorted(maps.Keys(scopes)) {
		if err := tx.CheckSettings(ctx, scope); err != nil {
			return after, err
		}
	}
	return after, nil
}

// checkChange refuses what no state of the database would allow, and writes the value as it is stored.
func checkChange(by drift.Actor, c *SettingChange) error {
	if !by.System && !by.Role.AtLeast(drift.RoleAdmin) {
		return drift.Forbidden("Only an administrator changes settings.")
	}
	spec, ok := drift.SettingNamed(c.Name)
	if !ok {
		return &drift.Error{Code: drift.CodeNotFound, Field: "name", Message: fmt.Sprintf("No setting is called %q. `driftwatch config get` lists them.", c.Name)}
	}
	if spec.Shell && !by.System {
		return drift.Forbidden(c.Name + " " + spec.ShellWhy() + ": it is set from a shell (`driftwatch config set`) or the settings file alone.")
	}
	if c.Tenant != "" && spec.Global {
		return drift.Invalid("tenant", c.Name+" is the same for every tenant; leave the tenant out.")
	}
	if c.Value == nil {
		return nil
	}
	v, err := spec.Normalise(*c.Value)
	if err != nil {
		return err
	}
	c.Value = &v
	return nil
}

// known refuses a change that names what is not there: a member of a family, or a tenant.
func known(ctx context.Context, tx Tx, c SettingChange) error {
	if err := knownMember(ctx, tx, c.Name); err != nil || c.Name != retrain.SettingTenants || c.Value == nil {
		return err
	}
	var names []string
	if err := json.Unmarshal([]byte(*c.Value), &names); err != nil {
		return fmt.Errorf("decode tenants: %w", err)
	}
	if slices.Contains(names, "*") && len(names) > 1 {
		return drift.Invalid("value", `"*" is every tenant and stands alone: write ["*"], or name the tenants.`)
	}
	tenants, err := tx.Tenants(ctx)
	if err != nil {
		return fmt.Errorf("tenants: %w", err)
	}
	there := make([]string, len(tenants))
	for i, t := range tenants {
		there[i] = t.Name
	}
	for _, name := range names {
		if name != "*" && !slices.Contains(there, name) {
			return drift.Invalid("value", fmt.Sprintf("There is no tenant called %q. There %s.", name, tenantWords(there)))
		}
	}
	return nil
}

// listedTenants bounds how many tenants a sentence names.
const listedTenants = 20

func tenantWords(names []string) string {
	switch n := len(names); {
	case n == 0:
		return "is none yet"
	case n > listedTenants:
		return fmt.Sprintf("are %s and %d others", strings.Join(names[:listedTenants], ", "), n-listedTenants)
	}
	return "are: " + strings.Join(names, ", ")
}

// knownMember refuses a setting of a family that belongs to no registered model type: it would be
// kept and never read.
func knownMember(ctx context.Context, tx Tx, name string) error {
	if !drift.SettingOfFamily(name) {
		return nil
	}
	types, err := tx.ModelTypes(ctx)
	if err != nil {
		return err
	}
	for _, t := range types {
		if slices.Contains(drift.TypeSettings(t.Name), name) {
			return nil
		}
	}
	return &drift.Error{Code: drift.CodeNotFound, Field: "name", Message: fmt.Sprintf("%s belongs to no registered model type, so nothing would read it.", name)}
}

func scopeOf(ctx context.Context, tx Tx, by drift.Actor, tenant string) (int64, error) {
	if tenant == "" {
		if !by.AllTenants {
			return 0, drift.Forbidden("You see some tenants only; name the one whose setting changes.")
		}
		return 0, nil
	}
	tenants, err := tx.Tenants(ctx)
	if err != nil {
		return 0, fmt.Errorf("tenants: %w", err)
	}
	for _, t := range tenants {
		if t.Name == tenant && by.MaySee(t.ID) {
			return t.ID, nil
		}
	}
	return 0, drift.NotFound(fmt.Sprintf("There is no tenant called %q.", tenant))
}

func (e *Engine) recordSetting(tx Tx, by drift.Actor, scope int64, c SettingChange, before, after string) error {
	change := map[string]any{
		"name": c.Name, "tenant": c.Tenant, "old": before, "new": after, "by": by.Name, "reason": c.Reason,
	}
	b, err := json.Marshal(change)
	if err != nil {
		return fmt.Errorf("encode change: %w", err)
	}
	if c.Name == retrain.SettingTenants { // everybody hears of it, and not everybody may read the names of all tenants
		delete(change, "old")
		delete(change, "new")
	}
	payload, err := json.Marshal(map[string]any{"setting": change})
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	at := e.clock().UTC()
	if scope != 0 { // a tenant's own setting is told to those who may see the tenant
		tx.Emit(drift.Event{Type: drift.EventSettingsChanged, TenantID: scope, Tenant: c.Tenant, At: at, Payload: payload})
	} else {
		tx.Emit(drift.Event{Type: drift.EventSettingsChanged, At: at, Payload: payload})
	}
	tx.Audit(drift.AuditEntry{At: at, TenantID: scope, Actor: by.Name, Action: "setting.change", Object: "setting/" + c.Name, Detail: b})
	return nil
}
