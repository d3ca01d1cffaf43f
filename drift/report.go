package drift

import (
	"encoding/json"
	"fmt"
	"time"
)

// DriftType says which of the two daily checks a report or alert belongs to.
type DriftType string

// The two daily checks.
const (
	Statistical DriftType = "statistical"
	Performance DriftType = "performance"
)

// ReportStatus says whether a check could judge.
type ReportStatus string

// A check either judged or had too little to judge by, which is never "no drift".
const (
	StatusOK               ReportStatus = "ok"
	StatusInsufficientData ReportStatus = "insufficient_data"
)

// Where a baseline came from.
const (
	BaselineWindow     = "window"
	BaselineValidation = "validation"
)

// Report is what one check of one model version on one date found. Exactly one of
// StatisticalMetrics and PerformanceMetrics is set, as DriftType says.
type Report struct {
	ID                int64
	Version           VersionKey
	Date              Date
	Revision          int
	DriftType         DriftType
	Status            ReportStatus
	Severity          Severity
	SecondarySeverity Severity
	BaselineSource    string // "" where no baseline was found
	Message           string
	Recommendation    string
	Statistical       *StatisticalMetrics
	Performance       *PerformanceMetrics

	Serving        bool // the version serving at 00:00 of Date: only its reports touch alerts
	Current        bool
	InputDigest    []byte // of the data the check read
	SettingsDigest []byte
	Settings       json.RawMessage // the settings the check read
	CreatedAt      time.Time
}

// StatisticalMetrics are the numbers of a statistical report. Fractions are fractions; what could
// not be computed is undefined.
type StatisticalMetrics struct {
	NRecent        int    `json:"n_recent"`
	NBaseline      int    `json:"n_baseline"`
	KSStatistic    Number `json:"ks_statistic"`
	PValue         Number `json:"p_value"`
	Method         string `json:"method"`
	MinDetectableD Number `json:"min_detectable_d"`
	PSI            Number `json:"psi"`
	JSDistance     Number `json:"js_distance"`
	Wasserstein    Number `json:"wasserstein"`
	MeanRecent     Number `json:"mean_recent"`
	MeanBaseline   Number `json:"mean_baseline"`
	Material       bool   `json:"material"`
	KSNumerator    string `json:"ks_numerator"` // D = KSNumerator / (NRecent · NBaseline), an integer as text
	KSLocation     Number `json:"ks_location"`  // the score at which D is attained
}

// MarshalJSON writes what was not computed as null: the method and the words on D of a check that
// had too little data are as undefined as D itself.
func (m StatisticalMetrics) MarshalJSON() ([]byte, error) {
	type plain StatisticalMetrics
	j := struct {
		plain
		Method      *string `json:"method"`
		Material    *bool   `json:"material"`
		KSNumerator *string `json:"ks_numerator"`
	}{plain: plain(m)}
	if m.KSStatistic.Defined() {
		j.Method, j.Material, j.KSNumerator = &m.Method, &m.Material, &m.KSNumerator
	}
	return json.Marshal(j)
}

// PerformanceMetrics are the numbers of a performance report.
type PerformanceMetrics struct {
	NRecent            int    `json:"n_recent"` // outcomes, not predictions
	NBaseline          int    `json:"n_baseline"`
	AccuracyRecent     Number `json:"accuracy_recent"`
	AccuracyBaseline   Number `json:"accuracy_baseline"`
	AccuracyDrop       Number `json:"accuracy_drop"` // baseline − recent
	DropLow            Number `json:"drop_low"`      // Newcombe, 95 %
	DropHigh           Number `json:"drop_high"`
	PValue             Number `json:"p_value"` // pooled z-test, one-sided
	Significant        bool   `json:"significant"`
	PrecisionDrop      Number `json:"precision_drop"`
	RecallDrop         Number `json:"recall_drop"`
	CompletenessRecent Number `json:"completeness_recent"` // outcomes / predictions
	CompletenessBase   Number `json:"completeness_baseline"`
	Recent             Counts `json:"counts_recent"`
	Baseline           Counts `json:"counts_baseline"`
	AccuracyRecentLow  Number `json:"accuracy_recent_low"` // Wilson, 95 %
	AccuracyRecentHigh Number `json:"accuracy_recent_high"`
	AccuracyBaseLow    Number `json:"accuracy_baseline_low"`
	AccuracyBaseHigh   Number `json:"accuracy_baseline_high"`
}

// MarshalJSON writes significant as null where there was no test.
func (m PerformanceMetrics) MarshalJSON() ([]byte, error) {
	type plain PerformanceMetrics
	j := struct {
		plain
		Significant *bool `json:"significant"`
	}{plain: plain(m)}
	if m.PValue.Defined() {
		j.Significant = &m.Significant
	}
	return json.Marshal(j)
}

// Counts is a confusion matrix.
type Counts struct {
	TP int `json:"tp"`
	FP int `json:"fp"`
	FN int `json:"fn"`
	TN int `json:"tn"`
}

// Outcomes is how many outcomes the matrix counts.
func (c Counts) Outcomes() int { return c.TP + c.FP + c.FN + c.TN }

// Correct is how many predictions were right.
func (c Counts) Correct() int { return c.TP + c.TN }

// Plus adds two matrices.
func (c Counts) Plus(o Counts) Counts {
	return Counts{c.TP + o.TP, c.FP + o.FP, c.FN + o.FN, c.TN + o.TN}
}

// reportJSON is a Report as programs see it.
type reportJSON struct {
	ID                int64           `json:"id"`
	Tenant            string          `json:"tenant"`
	ModelType         string          `json:"model_type"`
	ModelVersion      string          `json:"model_version"`
	Date              Date            `json:"date"`
	Revision          int             `json:"revision"`
	DriftType         DriftType       `json:"drift_type"`
	Status            ReportStatus    `json:"status"`
	Severity          Severity        `json:"severity"`
	DriftSeverity     Severity        `json:"drift_severity"`
	SecondarySeverity Severity        `json:"secondary_severity"`
	BaselineSource    *string         `json:"baseline_source"`
	Message           string          `json:"message"`
	Recommendation    string          `json:"recommendation"`
	Metrics           json.RawMessage `json:"metrics"`
	Serving           bool            `json:"serving"`
	CreatedAt         time.Time       `json:"created_at"`
}

// MarshalJSON writes the report in the form of the HTTP API and the database.
func (r Report) MarshalJSON() ([]byte, error) {
	var metrics any = r.Statistical
	if r.DriftType == Performance {
		metrics = r.Performance
	}
	m, err := json.Marshal(metrics)
	if err != nil {
		return nil, fmt.Errorf("report metrics: %w", err)
	}
	j := reportJSON{
		r.ID, r.Version.Tenant, r.Version.ModelType, r.Version.Version, r.Date, r.Revision, r.DriftType, r.Status,
		r.Severity, r.Severity, r.SecondarySeverity, nil, r.Message, r.Recommendation, m, r.Serving, r.CreatedAt,
	}
	if r.BaselineSource != "" {
		j.BaselineSource = &r.BaselineSource
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *Report) UnmarshalJSON(b []byte) error {
	var j reportJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*r = Report{
		ID: j.ID, Version: VersionKey{Model{Tenant: j.Tenant, ModelType: j.ModelType}, j.ModelVersion},
		Date: j.Date, Revision: j.Revision, DriftType: j.DriftType, Status: j.Status, Severity: j.Severity,
		SecondarySeverity: j.SecondarySeverity, Message: j.Message, Recommendation: j.Recommendation,
		Serving: j.Serving, CreatedAt: j.CreatedAt,
	}
	if j.BaselineSource != nil {
		r.BaselineSource = *j.BaselineSource
	}
	if j.DriftType == Performance {
		return json.Unmarshal(j.Metrics, &r.Performance)
	}
	return json.Unmarshal(j.Metrics, &r.Statistical)
}

// DailyMetrics is one row of the guide's ml_model_performance_metrics.
type DailyMetrics struct {
	Version                 VersionKey
	Date                    Date
	TotalPredictions        int
	PredictionsWithOutcomes int
	Counts                  Counts
	Accuracy                Number
	Precision               Number
	Recall                  Number
	F1                      Number
	ROCAUC                  Number
	PRAUC                   Number
	Brier                   Number
	LogLoss                 Number
	ECE                     Number
	MeanIntervalWidth       Number
	MeanLatencyMS           Number
	DeltaFromBaseline       Number // accuracy − baseline accuracy: negative is worse
	IsDegraded              bool
	SourceDigest            []byte // of the day column it was computed from
	ComputedAt              time.Time
}
