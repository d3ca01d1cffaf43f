package logistic

import "time"

// The files of a job's folder.
const (
	descriptionFile = "description.json"
	trainFile       = "train.ndjson"
	holdoutFile     = "holdout.ndjson"
	artifactFile    = "artifact"
	predictionsFile = "predictions.ndjson"
	metricsFile     = "metrics.json"
)

// Description is what a job's folder says of the job.
type Description struct {
	RetrainID        int64     `json:"retrain_id"`
	Tenant           string    `json:"tenant"`
	ModelType        string    `json:"model_type"`
	BehavesLike      string    `json:"behaves_like"`
	CandidateVersion string    `json:"version"`
	Seed             int64     `json:"seed"`
	RowsTrain        int       `json:"rows_train"`
	RowsHoldout      int       `json:"rows_holdout"`
	WindowFrom       time.Time `json:"window_from"`
	WindowTo         time.Time `json:"window_to"`
	// Thresholds are what the candidate must reach, by measure; what is missing is not asked for.
	Thresholds map[string]float64 `json:"thresholds"`
}

// Window is the span of the training rows.
type Window struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}
