package demo

import "github.com/driftwatch/driftwatch/drift"

// Seed is the demo's. It was chosen so that the quiet models stay quiet through every check of their
// history, as most but not all seeds would have it; nothing else hangs on it.
const Seed = 48

// Days is how much history is invented, up to yesterday.
const Days = 75

// Model is one invented model.
type Model struct {
	Tenant      string
	ModelType   string
	BehavesLike string
	Version     string
	PerDay      int // predictions a day
	story       story
}

// story says how the world of a model differs on a day, counted back from the day of the demo
// (1 is yesterday).
type story struct {
	shift     func(ago int) float64 // moves the mean of the first feature, in its standard deviations
	flip      func(ago int) float64 // 0: the law the model learnt; 1: its first weight turned round
	busier    func(ago int) float64 // by how much of itself a day's traffic grows; nil: never
	newcomers func(ago int) float64 // share of rows of a new partner, whose payments are larger and calmer; nil: none
	cents     int                   // amounts of the last so many days were logged in cents
	silent    int                   // outcomes of the last so many days never came
	firstAgo  int                   // no prediction before this many days ago
}

// world is how things are while a row is made.
type world struct {
	shift     float64 // of the first feature's mean, in its standard deviations
	flip      float64 // 0: the law the model learnt; 1: its first weight turned round
	cents     bool    // amounts are logged in cents
	newcomers crowd
}

// crowd is a new partner's part of the rows, and what sets them apart.
type crowd struct {
	share float64 // of all rows
	shift float64 // how far their first feature lies above everybody else's
	calm  float64 // how much lower their true log odds are than the law has it
}

// on is the world of a day.
func (s story) on(ago int) world {
	w := world{shift: s.shift(ago), flip: s.flip(ago), cents: ago <= s.cents}
	if s.newcomers != nil {
		w.newcomers = crowd{share: s.newcomers(ago), shift: 1.9, calm: 4}
	}
	return w
}

// On returns how many predictions the model makes on a day so many days ago.
func (m Model) On(ago int) int {
	if m.story.busier == nil {
		return m.PerDay
	}
	return int(float64(m.PerDay) * (1 + m.story.busier(ago)))
}

// steady is a world that does not change.
func steady(int) float64 { return 0 }

// since is a step: from this many days ago on.
func since(days int, value float64) func(int) float64 {
	return func(ago int) float64 {
		if ago <= days {
			return value
		}
		return 0
	}
}

// slide grows evenly from 0 at one age to its value at another.
func slide(from, to int, value float64) func(int) float64 {
	return func(ago int) float64 {
		switch {
		case ago >= from:
			return 0
		case ago <= to:
			return value
		}
		return value * float64(from-ago) / float64(from-to)
	}
}

// Dispute is the model type whose retrain the demo rolls back.
const Dispute = "dispute_predictor"

// Models are the six stories.
var Models = []Model{
	{ // quiet: nothing ever happens
		Tenant: "aurora-bank", ModelType: drift.FraudDetector, BehavesLike: drift.FraudDetector, Version: "14", PerDay: 160,
		story: story{shift: steady, flip: steady, firstAgo: Days},
	},
	{ // a sudden break: yesterday the payments of a new partner came in
		Tenant: "harbour-freight", ModelType: drift.FraudDetector, BehavesLike: drift.FraudDetector, Version: "9", PerDay: 240,
		story: story{shift: steady, flip: steady, newcomers: since(1, 0.7), busier: since(1, 2), firstAgo: Days},
	},
	{ // a slow slide: what caused conflicts in spring does not in summer
		Tenant: "harbour-freight", ModelType: drift.ConflictPredictor, BehavesLike: drift.ConflictPredictor, Version: "31", PerDay: 200,
		story: story{shift: slide(26, 2, 0.5), flip: slide(26, 2, 0.75), firstAgo: Days},
	},
	{ // retrained after a shift of its inputs; then a change upstream, which only the new version feels
		Tenant: "harbour-freight", ModelType: Dispute, BehavesLike: drift.ConflictPredictor, Version: "3", PerDay: 180,
		story: story{shift: since(8, 1.2), flip: steady, cents: 5, firstAgo: Days},
	},
	{ // outcomes stopped arriving ten days ago; predictions go on
		Tenant: "aurora-bank", ModelType: "chargeback_predictor", BehavesLike: drift.FraudDetector, Version: "5", PerDay: 120,
		story: story{shift: steady, flip: steady, silent: 10, firstAgo: Days},
	},
	{ // too young to judge: serving for twelve days
		Tenant: "aurora-bank", ModelType: "queue_predictor", BehavesLike: drift.ConflictPredictor, Version: "1", PerDay: 140,
		story: story{shift: steady, flip: steady, firstAgo: 12},
	},
}
