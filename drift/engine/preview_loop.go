package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/drift/rollback"
)

// LoopChange compares what became of the retrains of the last days with what would have under another
// value, as far as what is kept of them says.
type LoopChange struct {
	Retrains int // proposed in these days, of the tenants whose value changes
	// Changed are the fates that would have been others, the most frequent first.
	Changed []FateChange
	// Asked are the stretches of HIGH or CRITICAL drift; Gained of them would ask for a retrain under the
	// new switches and did not under the old, Lost the other way round.
	Asked, Gained, Lost int
}

// FateChange is how many retrains would have fared otherwise.
type FateChange struct {
	Was, Then string // "begins after a countdown"
	N         int
}

// loopSetting tells whether a setting decides about retrains by what is kept of them.
func loopSetting(name string) bool {
	switch name {
	case "RETRAIN_COOLDOWN_DAYS", "RETRAIN_MIN_TRAINING_SAMPLES", "TRAINING_DATA_DAYS", "REQUIRE_MANUAL_APPROVAL_CRITICAL_DRIFT",
		"ROLLBACK_ACCURACY_DROP_THRESHOLD", "ROLLBACK_MIN_OUTCOMES", "ROLLBACK_CHECK_HOURS":
		return true
	}
	return strings.HasPrefix(name, "VALIDATION_") || switchSetting(name)
}

// switchSetting tells whether a setting is one of the switches of automatic retraining.
func switchSetting(name string) bool {
	return strings.HasPrefix(name, "ENABLE_AUTO_RETRAIN") || name == "AUTO_RETRAIN_ENABLED_TENANTS"
}

// replayLoop decides about the retrains of the last days anew.
func (p *SettingPreview) replayLoop(ctx context.Context, tx Tx, c SettingChange, now time.Time) error {
	all, err := tx.RetrainsIn(ctx, drift.RetrainStates...)
	if err != nil {
		return fmt.Errorf("retrains: %w", err)
	}
	changed := map[[2]string]int{}
	for i, r := range all {
		if r.CreatedAt.Before(p.From.Time()) || c.Tenant != "" && r.Tenant != c.Tenant {
			continue
		}
		before, after, concerns, err := p.around(ctx, tx, c, r.TenantID)
		if err != nil {
			return err
		}
		if !concerns {
			continue
		}
		p.Loop.Retrains++
		was, err := fateOf(ctx, tx, r, all[:i], before, now)
		if err != nil {
			return err
		}
		then, err := fateOf(ctx, tx, r, all[:i], after, now)
		if err != nil {
			return err
		}
		if was != then {
			changed[[2]string{was, then}]++
		}
	}
	for fate, n := range changed {
		p.Loop.Changed = append(p.Loop.Changed, FateChange{fate[0], fate[1], n})
	}
	slices.SortFunc(p.Loop.Changed, func(a, b FateChange) int {
		return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.Was+a.Then, b.Was+b.Then))
	})
	if switchSetting(c.Name) {
		return p.replaySwitches(ctx, tx, c)
	}
	return nil
}

// around returns a tenant's settings without and with the change, and whether it concerns the tenant.
func (p *SettingPreview) around(ctx context.Context, tx Tx, c SettingChange, tenant int64) (before, after drift.Settings, concerns bool, err error) {
	if before, err = tx.Settings(ctx, tenant); err != nil {
		return before, after, false, fmt.Errorf("settings: %w", err)
	}
	own := c.Tenant == "" && before.Origin(c.Name) == drift.FromTenant
	return before, before.With(c.Name, p.After), !own, nil
}

// fateOf says what becomes of a retrain under these settings; earlier are those proposed before it. What
// a person did to it stays done, and a training that was never made is not invented.
func fateOf(ctx context.Context, tx Tx, r *drift.Retrain, earlier []*drift.Retrain, s drift.Settings, now time.Time) (string, error) {
	begin, err := beginOf(ctx, tx, r, earlier, s)
	if err != nil || begin.Action == retrain.Refuse {
		return "refused by the safeguard " + begin.Safeguard, err
	}
	start := "begins after a countdown"
	if begin.Action == retrain.WaitApproval {
		start = "waits for a manager"
	}
	if len(r.Validation) == 0 || string(r.Validation) == "null" {
		return start, nil
	}
	passes, err := passes(r, s)
	if err != nil {
		return "", err
	}
	if !passes {
		return start + ", refused by validation", nil
	}
	if r.ActivatedAt == nil {
		return start + ", accepted by validation", nil
	}
	end, err := watchEnd(ctx, tx, r, s, now)
	return start + ", " + end, err
}

// beginOf asks the safeguards as they would have been asked when the retrain was proposed, on what the
// log holds by now.
func beginOf(ctx context.Context, tx Tx, r *drift.Retrain, earlier []*drift.Retrain, s drift.Settings) (retrain.Decision, error) {
	m, day := r.Model(), drift.DateOf(r.CreatedAt)
	rows, err := tx.Labelled(ctx, m, day.Add(-s.Int("TRAINING_DATA_DAYS")), day.Add(1))
	if err != nil {
		return retrain.Decision{}, err
	}
	var last time.Time
	for _, e := range earlier {
		if e.Model() == m {
			last = latest(last, trainedAt(e))
		}
	}
	guards := retrain.All(asked(s, r, last, rows, r.CreatedAt))
	return retrain.Decide(guards, retrain.DecideInput{
		Severity: r.Severity, RequireApproval: s.Bool("REQUIRE_MANUAL_APPROVAL_CRITICAL_DRIFT"), Manual: r.Manual,
	}), nil
}

// trainedAt is when a retrain was activated, or about when it was trained; zero where it never was.
func trainedAt(r *drift.Retrain) time.Time {
	switch {
	case r.ActivatedAt != nil:
		return *r.ActivatedAt
	case r.RowsTrain > 0:
		return r.StateSince
	}
	return time.Time{}
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// passes compares what validation measured with the thresholds of these settings.
func passes(r *drift.Retrain, s drift.Settings) (bool, error) {
	var v retrain.Verdict
	if err := json.Unmarshal(r.Validation, &v); err != nil {
		return false, fmt.Errorf("verdict of retrain %d: %w", r.ID, err)
	}
	return v.PassesWith(s)
}

// watchEnd decides a watch as it would have been decided when it first could, on the outcomes by now.
func watchEnd(ctx context.Context, tx Tx, r *drift.Retrain, s drift.Settings, now time.Time) (string, error) {
	w, err := watchUnder(ctx, tx, r, s, now)
	if err != nil {
		return "", err
	}
	switch w.Decision.Verdict {
	case rollback.Keep:
		return "kept", nil
	case rollback.RollBack:
		return "rolled back", nil
	}
	return "watched", nil
}

// replaySwitches counts the drift that would ask for a retrain under one state of the switches alone.
func (p *SettingPreview) replaySwitches(ctx context.Context, tx Tx, c SettingChange) error {
	return p.eachTenant(ctx, tx, c, func(list []drift.Report, before, after drift.Settings) {
		stretches, _ := Drifts(list, before)
		for _, d := range stretches {
			if d.Severity < drift.SeverityHigh {
				continue
			}
			p.Loop.Asked++
			switch was, then := switchedOn(d, before), switchedOn(d, after); {
			case then && !was:
				p.Loop.Gained++
			case was && !then:
				p.Loop.Lost++
			}
		}
	})
}

func switchedOn(d Drift, s drift.Settings) bool {
	g := retrain.Flags(switches(s, d.Version.Model))
	return g.Passed != nil && *g.Passed
}
