package logistic

import (
	"encoding/json"
	"io"
)

// The stages of a training, in their order.
const (
	stageReading     = "reading"
	stageFeatures    = "features"
	stageValidation  = "cross-validation"
	stageFit         = "fit"
	stageCalibration = "calibration"
	stageScoring     = "scoring"
)

// Progress is one line of a trainer's standard output.
type Progress struct {
	Stage   string `json:"stage"`
	Done    int    `json:"done"`
	Total   int    `json:"total"`
	Message string `json:"message"`
}

// reporter writes progress. Nobody who reads along is waited for: what cannot be written is lost.
type reporter struct{ w io.Writer }

func (r reporter) tell(stage string, done, total int, message string) {
	_ = json.NewEncoder(r.w).Encode(Progress{stage, done, total, message})
}
