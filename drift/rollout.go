package drift

// RolloutPhase is a step of the guide's plan to let models retrain by themselves.
type RolloutPhase int

// The guide's phases. RolloutOther is any other set of flags.
const (
	RolloutOther      RolloutPhase = iota
	RolloutFoundation              // 2.1: nothing retrains by itself
	RolloutPilot                   // 2.2: the fraud detectors of some tenants
	RolloutFraud                   // 2.3: every fraud detector
	RolloutFull                    // 2.4: conflict predictors too
)

// The settings that the plan switches.
const (
	rolloutMaster   = "ENABLE_AUTO_RETRAIN"
	rolloutFraud    = "ENABLE_AUTO_RETRAIN_FRAUD"
	rolloutConflict = "ENABLE_AUTO_RETRAIN_CONFLICT"
	rolloutTenants  = "AUTO_RETRAIN_ENABLED_TENANTS"
)

// RolloutSettings name what the plan switches, in the order in which a step back is safe at every
// moment: the master switch first.
var RolloutSettings = []string{rolloutMaster, rolloutTenants, rolloutFraud, rolloutConflict}

// String is the phase's number in the guide.
func (p RolloutPhase) String() string {
	return [...]string{"none of the four", "2.1", "2.2", "2.3", "2.4"}[p]
}

// RolloutOf derives the phase from the flags in force for every tenant.
func RolloutOf(s Settings) RolloutPhase {
	master, fraud, conflict := s.Bool(rolloutMaster), s.Bool(rolloutFraud), s.Bool(rolloutConflict)
	tenants := s.List(rolloutTenants)
	everybody := len(tenants) == 1 && tenants[0] == "*"
	switch {
	case !master && !fraud && !conflict && len(tenants) == 0:
		return RolloutFoundation
	case master && fraud && !conflict && len(tenants) > 0 && !everybody:
		return RolloutPilot
	case master && fraud && !conflict && everybody:
		return RolloutFraud
	case master && fraud && conflict && everybody:
		return RolloutFull
	}
	return RolloutOther
}

// Values are the flags of a phase. pilot is the JSON list of the pilot's tenants; only phase 2.2 has
// a use for it. RolloutOther has none.
func (p RolloutPhase) Values(pilot string) map[string]string {
	switch p {
	case RolloutFoundation:
		return map[string]string{rolloutMaster: "false", rolloutFraud: "false", rolloutConflict: "false", rolloutTenants: "[]"}
	case RolloutPilot:
		return map[string]string{rolloutMaster: "true", rolloutFraud: "true", rolloutConflict: "false", rolloutTenants: pilot}
	case RolloutFraud:
		return map[string]string{rolloutMaster: "true", rolloutFraud: "true", rolloutConflict: "false", rolloutTenants: `["*"]`}
	case RolloutFull:
		return map[string]string{rolloutMaster: "true", rolloutFraud: "true", rolloutConflict: "true", rolloutTenants: `["*"]`}
	}
	return nil
}

// Next is the step after a phase, RolloutOther after the last one. From other flags the plan begins
// again.
func (p RolloutPhase) Next() RolloutPhase {
	switch p {
	case RolloutOther:
		return RolloutFoundation
	case RolloutFull:
		return RolloutOther
	}
	return p + 1
}

// Back is the step before a phase, RolloutOther where there is none.
func (p RolloutPhase) Back() RolloutPhase {
	if p <= RolloutFoundation {
		return RolloutOther
	}
	return p - 1
}
