package handlers

import (
	"context"
	"net/http"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// Trier tries other cut-offs on what the checks found: the engine.
type Trier interface {
	WhatIf(ctx context.Context, by drift.Actor, q engine.WhatIf) (engine.WhatIfResult, error)
}

// whatIf answers which alerts there would have been with other cut-offs, given as set=NAME=VALUE.
func (a *API) whatIf(w http.ResponseWriter, r *http.Request) error {
	q, err := queryOf(r, "tenant", "model_type", "days", "set+")
	if err != nil {
		return err
	}
	ask := engine.WhatIf{Tenant: q.text("tenant"), ModelType: q.text("model_type"), Changes: map[string]string{}}
	if ask.Days, err = q.number("days", engine.WhatIfDays, 1, engine.WhatIfDays); err != nil {
		return err
	}
	for _, change := range q["set"] {
		name, value, ok := strings.Cut(change, "=")
		if _, twice := ask.Changes[name]; !ok || twice {
			return drift.Invalid("set", "Write each setting once with the value that is tried, such as set=PERFORMANCE_DRIFT_HIGH=0.15.")
		}
		ask.Changes[name] = value
	}
	result, err := a.engine.WhatIf(r.Context(), auth.ActorFrom(r.Context()), ask)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, result)
	return nil
}
