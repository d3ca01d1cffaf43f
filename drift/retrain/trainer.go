package retrain

import (
	"context"
	"encoding/json"
	"time"
)

// The files of a job's folder: the first three are there for the trainer, the others it leaves.
const (
	FileDescription = "description.json"
	FileTrain       = "train.ndjson"
	FileHoldout     = "holdout.ndjson" // without labels
	FileArtifact    = "artifact"
	FilePredictions = "predictions.ndjson"
	FileMetrics     = "metrics.json"
)

// Limits on what a trainer leaves.
const (
	LimitArtifact = 64 << 20
	LimitMetrics  = 1 << 20
)

// Job is one attempt to train a version.
type Job struct {
	RetrainID   int64
	Attempt     int
	Key         string // the same for the same rows: whoever is sent it twice has it already
	Tenant      string
	ModelType   string
	BehavesLike string
	Version     string // of the candidate
	Dir         string // the folder of the files above
	Timeout     time.Duration
	MemoryBytes int64           // 0: no limit
	State       json.RawMessage // what SaveState kept last, so that work elsewhere outlives a restart
	// SaveState keeps what is needed to go on, with the name that the work has elsewhere.
	SaveState func(ctx context.Context, name string, state json.RawMessage) error
	Progress  func(line string)
	Printed   func(output []byte) // takes what a program printed, after its end; a service prints nothing
}

// Trainer makes a candidate: it reads a job's folder and leaves the artefact, the candidate's
// predictions of the hold-out rows and its own metrics there. It ends when ctx does.
type Trainer interface {
	Train(ctx context.Context, job Job) error
}

// Resumer is a trainer whose work goes on elsewhere while our server does not run.
type Resumer interface {
	Trainer
	// Resumes reports whether what SaveState kept can be gone on with: a job of this trainer's own.
	Resumes(state json.RawMessage) bool
}

// Description is what description.json tells a trainer.
type Description struct {
	RetrainID     int64     `json:"retrain_id"`
	Attempt       int       `json:"attempt"`
	Key           string    `json:"key"`
	Tenant        string    `json:"tenant"`
	ModelType     string    `json:"model_type"`
	BehavesLike   string    `json:"behaves_like"`
	Version       string    `json:"version"`
	ParentVersion string    `json:"parent_version"`
	RowsTrain     int       `json:"rows_train"`
	RowsHoldout   int       `json:"rows_holdout"`
	WindowFrom    time.Time `json:"window_from"`
	WindowTo      time.Time `json:"window_to"`
	Features      []string  `json:"features"`
	// Thresholds are what the candidate must reach, by measure, under the settings in force when it was described.
	Thresholds map[string]json.Number `json:"thresholds"`
}

// Prediction is what a version says of one row: a line of predictions.ndjson.
type Prediction struct {
	PredictionID string  `json:"prediction_id"`
	Score        float64 `json:"score"` // 0 to 1
	Predicted    bool    `json:"predicted"`
}
