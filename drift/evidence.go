package drift

// LabelledDay is the scores of one day with what is known of each, or every so many of them.
type LabelledDay struct {
	Day Date
	Of  int // predictions of the day
	LabelledScores
}

// CurvePoint is a point of a curve over the thresholds that a score may be cut at.
type CurvePoint struct {
	X         Number `json:"x"`
	Y         Number `json:"y"`
	Threshold Number `json:"threshold"` // null above every score: nothing is predicted positive
}

// ReliabilityBin is one of ten bins of scores with the share of them that came true.
type ReliabilityBin struct {
	Low       Number `json:"low"`
	High      Number `json:"high"`
	N         int    `json:"n"` // outcomes
	Positives int    `json:"positives"`
	MeanScore Number `json:"mean_score"`
	Share     Number `json:"share"` // of positives
	ShareLow  Number `json:"share_low"`
	ShareHigh Number `json:"share_high"` // Wilson, 95 %
}

// Curves is how well scores told outcomes apart in one window. Counts are of all outcomes; the rest is of
// Rows of them, every one up to some hundred thousand.
type Curves struct {
	Outcomes int    `json:"outcomes"`
	Rows     int    `json:"rows"`
	Counts   Counts `json:"counts"`
	// ROC has X the false positive rate and Y the recall, PR X the recall and Y the precision: some hundred
	// points each, none where a class is missing.
	ROC         []CurvePoint     `json:"roc"`
	ROCAUC      Number           `json:"roc_auc"`
	PR          []CurvePoint     `json:"pr"`
	PRAUC       Number           `json:"pr_auc"` // average precision
	Reliability []ReliabilityBin `json:"reliability"`
	ECE         Number           `json:"ece"`
	Brier       Number           `json:"brier"`
}

// AccuracyEstimate is the accuracy of a version in a window by its scores alone, calibrated on its own
// outcomes in another window, and what was found where outcomes have come in. What cannot be estimated is null.
type AccuracyEstimate struct {
	Window      DriftWindow `json:"window"`
	Calibrated  DriftWindow `json:"calibrated_on"`
	Predictions int         `json:"predictions"` // that it speaks of
	Rows        int         `json:"rows"`        // of those that were looked at
	// Raw takes scores as probabilities as they are; Accuracy has them calibrated on outcomes, and with
	// about 95 % the accuracy that is going to be found lies from Low to High.
	Raw      Number `json:"raw"`
	Accuracy Number `json:"accuracy"`
	Low      Number `json:"low"`
	High     Number `json:"high"`
	// SEChance and SECalibration are the standard errors that the interval is made of: of the outcomes, were
	// the probabilities right, and of the probabilities.
	SEChance            Number `json:"se_chance"`
	SECalibration       Number `json:"se_calibration"`
	CalibrationOutcomes int    `json:"calibration_outcomes"`
	// Found is the accuracy of FoundOutcomes outcomes that are known.
	Found         Number `json:"found"`
	FoundOutcomes int    `json:"found_outcomes"`
}

// Inside tells whether the interval holds what was found; false too where one of them is not known.
func (e AccuracyEstimate) Inside() bool {
	return e.Found.Defined() && e.Accuracy.Defined() && e.Low <= e.Found && e.Found <= e.High
}

// EstimateRecord is how right such estimates have been: windows before the recent one, as long as it, each
// calibrated on the window that lay before it as the baseline lies before the recent one, and taken where
// nearly all outcomes are known.
type EstimateRecord struct {
	N          int                `json:"n"`
	MeanError  Number             `json:"mean_absolute_error"`
	RawError   Number             `json:"raw_mean_absolute_error"`
	InsideRate Number             `json:"inside_rate"` // share of those found that the interval held
	Past       []AccuracyEstimate `json:"past"`        // newest first
}

// EvidenceSide is one side of a comparison.
type EvidenceSide struct {
	Version     string      `json:"version"`
	Window      DriftWindow `json:"window"`
	Predictions int         `json:"predictions"`
	Curves      Curves      `json:"curves"`
}

// StatisticalFinding is what the statistical check says of two windows.
type StatisticalFinding struct {
	Status   ReportStatus        `json:"status"`
	Severity Severity            `json:"severity"`
	Message  string              `json:"message"`
	Metrics  *StatisticalMetrics `json:"metrics"`
}

// PerformanceFinding is what the performance check says of two windows.
type PerformanceFinding struct {
	Status            ReportStatus        `json:"status"`
	Severity          Severity            `json:"severity"`
	SecondarySeverity Severity            `json:"secondary_severity"`
	Message           string              `json:"message"`
	Metrics           *PerformanceMetrics `json:"metrics"`
}

// Evidence compares any two windows and versions of one model with the settings in force. It raises
// nothing and is not kept.
type Evidence struct {
	Tenant      string             `json:"tenant"`
	ModelType   string             `json:"model_type"`
	Recent      EvidenceSide       `json:"recent"`
	Baseline    EvidenceSide       `json:"baseline"`
	Statistical StatisticalFinding `json:"statistical"`
	Performance PerformanceFinding `json:"performance"`
	Features    FeatureMoves       `json:"features"`
	Slices      AccuracySlices     `json:"slices"`
	Estimate    AccuracyEstimate   `json:"estimate"`
	Record      EstimateRecord     `json:"estimate_record"`
	// Scores is both samples as much as a chart shows; nil where neither holds a score.
	Scores *ScorePicture `json:"-"`
}
