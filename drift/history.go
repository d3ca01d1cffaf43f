package drift

import "time"

// HistoryDays is how many days of a version are read at once.
const HistoryDays = 90

// HistoryBins is in how many equally wide bins over 0 to 1 the scores of each day are counted.
const HistoryBins = 32

// HistoryQuery asks for a version through time.
type HistoryQuery struct {
	Tenant, ModelType string
	Version           string      // "" for the one in service
	Window            DriftWindow // at most HistoryDays
	Settings          []string    // whose changes are events
}

// VersionHistory is a model version day by day, and what happened to its model meanwhile. Days on which
// there was nothing are left out of each list; all are in order, oldest first.
type VersionHistory struct {
	Version     VersionKey
	Window      DriftWindow
	Scores      []ScoreHistogram // of its predictions
	Statistical []Report         // in force; D and p of each day's check
	Performance []Report
	Metrics     []DailyMetrics
	Events      []ModelEvent
}

// ScoreHistogram is the scores of one day, or of several.
type ScoreHistogram struct {
	Day      Date // the first of them
	N        int
	Outcomes int
	Mean     Number
	Counts   []int64 // HistoryBins of them
}

// Sum returns the scores of all days of a window as one.
func (h VersionHistory) Sum(w DriftWindow) ScoreHistogram {
	out := ScoreHistogram{Day: w.From, Mean: Undefined(), Counts: make([]int64, HistoryBins)}
	sum := 0.0
	for _, d := range h.Scores {
		if d.Day < w.From || d.Day >= w.To {
			continue
		}
		out.N, out.Outcomes = out.N+d.N, out.Outcomes+d.Outcomes
		sum += float64(d.Mean) * float64(d.N)
		for i, n := range d.Counts {
			out.Counts[i] += n
		}
	}
	if out.N > 0 {
		out.Mean = Number(sum / float64(out.N))
	}
	return out
}

// ModelEventKind is what happened to a model.
type ModelEventKind string

// The kinds of events on a model's time axis.
const (
	ModelAlert     ModelEventKind = "alert"     // one was raised
	ModelActivated ModelEventKind = "activated" // a version came into service
	ModelRollback  ModelEventKind = "rollback"  // a version came back into service
	ModelSetting   ModelEventKind = "setting"   // one of its settings changed
)

// ModelEvent is one thing that happened to a model.
type ModelEvent struct {
	At       time.Time
	Kind     ModelEventKind
	Version  string    // of the alert, or that came into service
	AlertID  int64     // of an alert
	Alert    AlertType // of an alert
	Severity Severity  // the highest of an alert
	Drift    DriftType // of an alert about drift
	Setting  string    // that changed
	Old, New *string   // of a setting; nil where nothing was set at this scope
	By       string    // who changed a setting
	Everyone bool      // the setting's value for every tenant changed, not the tenant's own
}
