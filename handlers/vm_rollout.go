package handlers

import (
	"slices"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// lastFlags says who changed a flag of the plan last.
func lastFlags(l lang.Lang, c drift.FlagChange) []component.Piece {
	at, by := component.At(c.At, component.DayClock), component.Plain(c.By)
	switch {
	case c.At.IsZero():
		return words(l.T("No flag of it was ever changed."))
	case c.Tenant == "":
		return component.Sentence(l.T("{0} changed its flags last, on {1}."), by, at)
	}
	return component.Sentence(l.T("{0} changed its flags last, on {1}, for {2} alone."), by, at, component.Plain(c.Tenant))
}

// rolloutNow says what retrains by itself under flags that are none of the plan's phases.
func rolloutNow(l lang.Lang, d drift.RolloutData, by drift.Actor) string {
	s := d.Settings
	fraud, conflict := s.Bool(drift.TypeFlag(drift.FraudDetector)), s.Bool(drift.TypeFlag(drift.ConflictPredictor))
	list := s.List(retrain.SettingTenants)
	all, who := slices.Equal(list, []string{"*"}), tenantList(l, list, by, d.Tenants)
	switch {
	case !s.Bool("ENABLE_AUTO_RETRAIN"):
		return l.T("Nothing retrains by itself now: ENABLE_AUTO_RETRAIN is off.")
	case !fraud && !conflict:
		return l.T("Neither fraud detectors nor conflict predictors retrain by themselves now: their switches are off.")
	case len(list) == 0:
		return l.T("Nothing retrains by itself now: AUTO_RETRAIN_ENABLED_TENANTS names nobody.")
	case fraud && conflict && all:
		return l.T("Now fraud detectors and conflict predictors of every tenant retrain by themselves.")
	case fraud && conflict:
		return l.T("Now fraud detectors and conflict predictors of %s retrain by themselves.", who)
	case fraud && all:
		return l.T("Now fraud detectors of every tenant retrain by themselves.")
	case fraud:
		return l.T("Now fraud detectors of %s retrain by themselves.", who)
	case all:
		return l.T("Now conflict predictors of every tenant retrain by themselves.")
	}
	return l.T("Now conflict predictors of %s retrain by themselves.", who)
}
