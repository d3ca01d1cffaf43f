package drift

import "time"

// RetrainsQuery asks for one page of the list of retrains.
type RetrainsQuery struct {
	Now    time.Time
	Filter RetrainFilter // Cursor and Limit are those of the ended ones
}

// RetrainsData is all that the list of retrains says. Live ones stand on its first page only.
type RetrainsData struct {
	Watch
	Settings    Settings // in force where a tenant has none of its own
	SwitchedOn  []string // tenants with ENABLE_AUTO_RETRAIN of their own that is on
	Types       []ModelType
	Live        []Retrain // oldest first
	Ended       Page[Retrain]
	Standing    map[RetrainState]int // how many there are in each live state, whatever the filter and page
	Ever        bool                 // there is a retrain that the reader may see, whatever the filter
	Recommended int                  // open drift alerts that are HIGH or CRITICAL
}

// RetrainQuery asks for one retrain's page.
type RetrainQuery struct {
	ID   int64
	Now  time.Time
	Days int // of the serving version's record
	// Windows are those that a report's check compared; nil reads no scores.
	Windows func(Report) (recent, baseline DriftWindow)
}

// Retraining is how the retraining of a model stands.
type Retraining struct {
	Retrain  *Retrain // the live one, else the newest: for the alert that is looked at, where one is; nil where none
	Pause    *Pause   // nil where none
	Worst    Severity // that the last checks found and that is still there, NONE where nothing is
	Declined bool     // a person said no to a retrain for the alert that is looked at, and nothing has come since
	Settings Settings // in force for the model's tenant
}

// Term is a stretch of a version's service with the outcomes of its last 7 days, or of what there was of it.
type Term struct {
	Service
	Tally
	Trained bool // here, not elsewhere
}

// RetrainData is all that a retrain's page says.
type RetrainData struct {
	Watch
	Retrain  *Retrain
	Timeline []RetrainEntry // oldest first
	Settings Settings
	Alert    *Alert        // that it was proposed for, nil where none
	Report   *Report       // exactly the revision that it was proposed on, nil where none
	Scores   *ScorePicture // of both windows of that report, nil where it is not about scores
	Later    []Report      // of the same model, in force, newer than that one; the newest of them first
	Laters   int           // how many there are of these
	Rows     int           // labelled rows there are to train on now
	First    time.Time     // of the first of them
	From     Date          // where the training window begins now
	Serving  *Version      // nil where nothing serves
	Services []Service     // of the model, newest first
	Days     []ScoreDay    // of the serving version
	// Serves is the serving version's stretch of service, Own the one that the candidate's activation began
	// and Before the one that it ended; nil where there is none.
	Serves, Own, Before *Term
	Earlier             []Retrain // of the model, newest first, without this one
	Pause               *Pause
	Log                 string // what the trainer printed
}
