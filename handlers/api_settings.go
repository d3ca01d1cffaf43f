package handlers

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// APISettings reads the settings in force.
type APISettings interface {
	Settings(ctx context.Context, by drift.Actor, tenant int64) (drift.Settings, error)
}

// Setter changes settings: the engine.
type Setter interface {
	SetSetting(ctx context.Context, by drift.Actor, c engine.SettingChange) (drift.Settings, error)
}

// settingJSON is a setting in force as programs get it.
type settingJSON struct {
	Name    string              `json:"name"`
	Value   string              `json:"value"`
	Origin  drift.SettingOrigin `json:"origin"`
	Default string              `json:"default"`
	Kind    drift.SettingKind   `json:"kind"`
	Unit    string              `json:"unit"`
	Help    string              `json:"help"`
}

func settingOf(s drift.Settings, spec drift.SettingSpec) settingJSON {
	return settingJSON{spec.Name, s.Text(spec.Name), s.Origin(spec.Name), spec.Default, spec.Kind, spec.Unit, spec.Help}
}

// settings lists the settings in force for a tenant or, without one, for those that have none of
// their own.
func (a *API) settings(w http.ResponseWriter, r *http.Request) error {
	q, err := queryOf(r, "tenant")
	if err != nil {
		return err
	}
	by, scope := auth.ActorFrom(r.Context()), int64(0)
	if name := q.text("tenant"); name != "" {
		t, err := a.tenantNamed(r.Context(), by, name)
		if err != nil {
			return err
		}
		scope = t.ID
	}
	s, err := a.store.Settings(r.Context(), by, scope)
	if err != nil {
		return err
	}
	seen, err := a.store.Tenants(r.Context(), by)
	if err != nil {
		return err
	}
	specs := s.Specs()
	list := make([]settingJSON, len(specs))
	for i, spec := range specs {
		list[i] = settingOf(s, spec)
		list[i].Value, _ = seenValue(spec.Name, list[i].Value, by, seen)
	}
	writeItems(w, list, "")
	return nil
}

// setSetting changes one setting and answers with it as it is in force then. A value of null takes it
// back to what lies below.
func (a *API) setSetting(w http.ResponseWriter, r *http.Request) error {
	name, err := pathText(r, "name")
	if err != nil {
		return err
	}
	var body struct {
		Value  given  `json:"value"`
		Reason string `json:"reason"`
		Tenant string `json:"tenant"`
	}
	if err := decodeObject(w, r, &body); err != nil {
		return err
	}
	if !body.Value.there {
		return drift.Invalid("value", "Say the new value as text, or null to take the setting back.")
	}
	for _, c := range []struct{ name, text string }{{"reason", body.Reason}, {"tenant", body.Tenant}} {
		if err := web.CheckText(c.name, c.text); err != nil {
			return err
		}
	}
	change := engine.SettingChange{Tenant: body.Tenant, Name: name, Value: body.Value.text, Reason: body.Reason}
	after, err := a.engine.SetSetting(r.Context(), auth.ActorFrom(r.Context()), change)
	if err != nil {
		return err
	}
	spec, _ := drift.SettingNamed(name)
	web.WriteJSON(w, http.StatusOK, settingOf(after, spec))
	return nil
}

// given tells a member that is null from one that is left out.
type given struct {
	there bool
	text  *string
}

// UnmarshalJSON reads a text or null.
func (g *given) UnmarshalJSON(b []byte) error {
	g.there = true
	if string(b) == "null" {
		return nil
	}
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return drift.Invalid("value", "A value is a text, whatever the setting holds: \"0.10\", \"true\", \"[]\".")
	}
	g.text = &text
	return web.CheckText("value", text)
}
