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
	Ever        bool // there is a retrain that the reader may see, whatever the filter
	Recommended int  // open drift alerts that are HIGH or CRITICAL
}

// RetrainQuery asks for one retrain's page.
type RetrainQuery struct {
	ID   int64
	Now  time.Time
	Days int // of the serving version's record
	// Windows are those that a report's check compared; nil reads no scores.
	Windows func(Report) (recent, baseline DriftWindow)
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
	Days     []ScoreDay
	Previous *Service   // the newest stretch of another version than the serving one, nil where none
	Before   []ScoreDay // the last 7 days of that stretch
	Earlier  []Retrain  // of the model, newest first, without this one
	Pause    *Pause
	Log      string // what the trainer printed
}
