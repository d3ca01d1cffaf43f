package demo

import "github.com/driftwatch/driftwatch/drift"

// LapseModel is a model of the time-lapse with what happens to its world.
type LapseModel struct {
	Model
	crowd  func(day float64) crowd // newcomers, by days since the beginning; nil: never any
	busier act                     // there is so much more traffic
	silent silence
}

// act is what is different during a stretch of days.
type act struct{ from, to, by float64 }

// silence is a stretch of days in which no outcome comes in; all of them come at its end.
type silence struct{ from, end float64 }

// on returns how many predictions the model makes on the day that begins so many days after the beginning.
func (m LapseModel) on(day float64) int {
	if day >= m.busier.from && day < m.busier.to {
		return int(float64(m.PerDay) * (1 + m.busier.by))
	}
	return m.PerDay
}

func (m LapseModel) world(day float64) world {
	w := world{}
	if m.crowd != nil {
		w.newcomers = m.crowd(day)
	}
	return w
}

// forever is beyond the end of every time-lapse.
const forever = 1e9

// LapseModels are the five stories that are played.
var LapseModels = []LapseModel{
	{ // quiet: nothing ever happens
		Model: Model{Tenant: "aurora-bank", ModelType: drift.FraudDetector, BehavesLike: drift.FraudDetector, Version: "14", PerDay: 160},
	},
	{ // from day 6 on a new partner's bookings look like everybody's and end otherwise: accuracy slides
		// under HIGH within days, and the automatic retrain learns them
		Model: Model{Tenant: "harbour-freight", ModelType: drift.ConflictPredictor, BehavesLike: drift.ConflictPredictor, Version: "31", PerDay: 200},
		crowd: func(day float64) crowd {
			if day < 5 {
				return crowd{}
			}
			return crowd{share: 0.65, calm: 4}
		},
	},
	{ // on day 16 a new partner brings larger and calmer payments, three times as many: scores and
		// accuracy break at once, which is CRITICAL and waits for a manager
		Model: Model{Tenant: "harbour-freight", ModelType: drift.FraudDetector, BehavesLike: drift.FraudDetector, Version: "9", PerDay: 200},
		crowd: func(day float64) crowd {
			if day < 15 {
				return crowd{}
			}
			return crowd{share: 0.7, shift: 1.9, calm: 4}
		},
		busier: act{from: 15, to: forever, by: 2},
	},
	{ // from day 25 on nearly all disputes come by one channel and, for some days, come to nothing. The
		// automatic retrain learns that; an hour after its activation the channel is as before, and
		// the watch puts the old version back. From day 63 on they come to nothing for good
		Model: Model{Tenant: "harbour-freight", ModelType: Dispute, BehavesLike: drift.ConflictPredictor, Version: "3", PerDay: 180},
		crowd: func(day float64) crowd {
			switch {
			case day < 24:
				return crowd{}
			case day < anomalyEnds, day >= 62:
				return crowd{share: 0.95, calm: 3}
			}
			return crowd{share: 0.95}
		},
	},
	{ // outcomes stop on day 45 and all come ten days later; predictions go on
		Model:  Model{Tenant: "aurora-bank", ModelType: "chargeback_predictor", BehavesLike: drift.FraudDetector, Version: "5", PerDay: 140},
		silent: silence{from: 44, end: 54},
	},
}

// anomalyEnds is when the disputes' channel is as before: within an hour of the check that has the
// model retrained on what it was.
const anomalyEnds = 27 + 5.0/24

// LapseSwitches lists what the time-lapse's people switch on as it begins: automatic retraining, on the
// last week of the log, which suits a world that has just changed.
func LapseSwitches() []Switch {
	const tenant, on = "harbour-freight", "true"
	return []Switch{
		{Name: "GUARD_MIN_D", Value: "0.1"}, // ninety days of checks at p < 0.01 would cry wolf now and then
		{Name: "AUTO_RETRAIN_ENABLED_TENANTS", Value: `["harbour-freight"]`},
		{Tenant: tenant, Name: "TRAINING_DATA_DAYS", Value: "7"},
		{Tenant: tenant, Name: "ENABLE_AUTO_RETRAIN", Value: on},
		{Tenant: tenant, Name: "ENABLE_AUTO_RETRAIN_CONFLICT", Value: on},
		{Tenant: tenant, Name: "ENABLE_AUTO_RETRAIN_FRAUD", Value: on},
		{Tenant: tenant, Name: "ENABLE_AUTO_RETRAIN_DISPUTE_PREDICTOR", Value: on},
	}
}
