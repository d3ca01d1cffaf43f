package drift

import "time"

// Rescored is what a version says of a row that another one scored when it was logged.
type Rescored struct {
	ID        string
	CreatedAt time.Time
	Score     float64
	Predicted bool
}

// ReplayCounts set a range as it was replayed beside the same rows as they were logged.
type ReplayCounts struct {
	Rows           int `json:"rows"` // with an outcome
	CorrectWith    int `json:"correct_with"`
	CorrectWithout int `json:"correct_without"`
}

// ReplayMonth is one month of it.
type ReplayMonth struct {
	Month string `json:"month"` // "1997-05"
	ReplayCounts
}
