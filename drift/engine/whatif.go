package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
)

const (
	// WhatIfDays is how far back other cut-offs are tried at most.
	WhatIfDays = 90
	// whatIfReports is how many reports are judged anew at once, and how many alerts held against them.
	whatIfReports = 50_000
	// WhatIfAlerts is how many alerts are listed one by one.
	WhatIfAlerts = 200
)

// WhatIf asks which alerts there would have been with other cut-offs.
type WhatIf struct {
	Tenant    string // "" for all that the actor sees; a tenant with a value of its own keeps it then
	ModelType string // "" for all
	Days      int    // back from today, today included, 1 to WhatIfDays
	// Changes are the values tried, by setting: of those that decide about alerts by the numbers of reports.
	Changes map[string]string
}

// WhatIfResult says it. Nothing is changed.
type WhatIfResult struct {
	From    drift.Date        `json:"from"`
	To      drift.Date        `json:"to"` // left out
	Changes map[string]string `json:"changes"`
	Total   WhatIfCount       `json:"total"`
	Models  []WhatIfModel     `json:"models"` // those with most fewer alerts first
	Alerts  []WhatIfAlert     `json:"alerts"` // the newest first, at most 200
	// Stretches are those of drift that Total and Models count, the newest first. Programs count by those two.
	Stretches []WhatIfStretch `json:"-"`
	// Unsaid is how many reports do not say by their numbers alone, because GUARD_FDR weighs them against
	// the others of their day.
	Unsaid int `json:"reports_unsaid"`
}

// WhatIfCount compares alerts of the same reports under the settings in force and under those tried.
type WhatIfCount struct {
	// Raised is how many alerts about drift were raised. Before may differ from it: it counts what the
	// settings in force now would have raised.
	Raised           int `json:"raised"`
	Before           int `json:"before"`
	After            int `json:"after"`
	Fewer            int `json:"fewer"` // Before − After; below 0 where there would be more
	Gone             int `json:"gone"`  // raised under the settings in force alone
	New              int `json:"new"`   // raised under those tried alone
	Lower            int `json:"lower"` // raised under both, with another severity
	Higher           int `json:"higher"`
	Quieter          int `json:"quieter"` // would no longer interrupt people
	Louder           int `json:"louder"`
	BeforeInterrupts int `json:"before_interrupts"`
	// Of the alerts that were raised: those that people found to be real or false, and how many of them
	// there would not have been.
	Real        int `json:"real"`
	RealMissed  int `json:"real_missed"`
	False       int `json:"false"`
	FalseSpared int `json:"false_spared"`
}

func (c *WhatIfCount) add(o WhatIfCount) {
	for _, f := range [][2]*int{
		{&c.Raised, &o.Raised},
		{&c.Before, &o.Before},
		{&c.After, &o.After},
		{&c.Fewer, &o.Fewer},
		{&c.Gone, &o.Gone},
		{&c.New, &o.New},
		{&c.Lower, &o.Lower},
		{&c.Higher, &o.Higher},
		{&c.Quieter, &o.Quieter},
		{&c.Louder, &o.Louder},
		{&c.BeforeInterrupts, &o.BeforeInterrupts},
		{&c.Real, &o.Real},
		{&c.RealMissed, &o.RealMissed},
		{&c.False, &o.False},
		{&c.FalseSpared, &o.FalseSpared},
	} {
		*f[0] += *f[1]
	}
}

// WhatIfModel is one model's part.
type WhatIfModel struct {
	Tenant    string `json:"tenant"`
	ModelType string `json:"model_type"`
	WhatIfCount
}

// WhatIfAlert is one alert that was raised, or that would have been.
type WhatIfAlert struct {
	Tenant       string          `json:"tenant"`
	ModelType    string          `json:"model_type"`
	ModelVersion string          `json:"model_version"`
	DriftType    drift.DriftType `json:"drift_type"`
	From         drift.Date      `json:"from"`
	To           drift.Date      `json:"to"`   // included
	Then         drift.Severity  `json:"then"` // under the settings tried, null where there would be no alert
	// Alert is the one that was raised, null where none was; Severity its highest, Verdict what people
	// found it to be, "" where nobody said.
	Alert    *int64         `json:"alert_id"`
	Severity drift.Severity `json:"severity"`
	Verdict  drift.Verdict  `json:"verdict"`
}

// WhatIfStretch is one stretch of drift under the settings in force, or under those tried: each is one alert of
// Before or of After.
type WhatIfStretch struct {
	Drift
	Tried bool // it is one of After
	Alone bool // the other settings have none in these days: it is one of Gone, or of New
	// Alert is one that was raised in these days, nil where none was, and Verdict what people found it to be.
	Alert   *int64
	Verdict drift.Verdict
}

// WhatIf judges the reports of the last days anew with other cut-offs and guards, for each model that the
// actor sees, and holds the alerts that were raised, with what people found them to be, against those there
// would have been. What reads
// windows of other lengths, or other data, reports do not tell: such settings are refused.
func (e *Engine) WhatIf(ctx context.Context, by drift.Actor, q WhatIf) (WhatIfResult, error) {
	out := WhatIfResult{Models: []WhatIfModel{}, Alerts: []WhatIfAlert{}}
	if q.Days < 1 || q.Days > WhatIfDays {
		return out, drift.Invalid("days", fmt.Sprintf("Cut-offs are tried on 1 to %d days.", WhatIfDays))
	}
	var err error
	if out.Changes, err = triable(q.Changes); err != nil {
		return out, err
	}
	out.To = drift.DateOf(e.clock().UTC()).Add(1)
	out.From = out.To.Add(-q.Days)
	w := whatIf{q: q, out: &out, models: map[drift.Model]*judgedModel{}}
	err = e.heavily(ctx, func() error {
		err := e.store.InTx(ctx, by, func(tx Tx) error { return w.read(ctx, tx) })
		if err == nil {
			w.judge()
		}
		return err
	})
	return out, err
}

// triable checks the values tried, and writes them as they would be stored.
func triable(changes map[string]string) (map[string]string, error) {
	if len(changes) == 0 {
		return nil, drift.Invalid("set", "Say which setting is tried with which value, such as PERFORMANCE_DRIFT_HIGH=0.15.")
	}
	out := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		spec, known := drift.SettingNamed(name)
		if !known || !slices.Contains(previewed, name) {
			return nil, drift.Invalid("set", fmt.Sprintf("%q cannot be tried on the reports that there are. These can: %s.", name, strings.Join(slices.Sorted(slices.Values(previewed)), ", ")))
		}
		v, err := spec.Normalise(changes[name])
		if err != nil {
			return nil, err
		}
		out[name] = v
	}
	return out, nil
}
