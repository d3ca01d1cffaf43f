package drift

// OutcomeRow is a prediction whose outcome is known, with its features, a JSON object.
type OutcomeRow struct {
	Right    bool
	Features []byte
}

// OutcomeSample is predictions of a window whose outcome is known.
type OutcomeSample struct {
	Rows    []OutcomeRow
	Of      int  // outcomes known in the window
	Sampled bool // not all of them were looked at
}

// Slice is a part of a model's predictions, those with one value of one feature, and how its accuracy
// changed from the baseline to the recent window.
type Slice struct {
	Feature string      `json:"feature"`
	Kind    FeatureKind `json:"kind"`
	// Value is that of the feature; "" where the slice is a range or those without a value.
	Value string `json:"value"`
	// Low and High bound a range of a numeric feature, Low included: quartiles of the baseline, null where
	// it is open.
	Low     Number `json:"low"`
	High    Number `json:"high"`
	Missing bool   `json:"missing"` // the rows without a value

	NRecent          int    `json:"n_recent"` // outcomes
	NBaseline        int    `json:"n_baseline"`
	AccuracyRecent   Number `json:"accuracy_recent"`
	AccuracyBaseline Number `json:"accuracy_baseline"`
	Drop             Number `json:"accuracy_drop"` // baseline − recent
	DropLow          Number `json:"drop_low"`      // Newcombe, 95 %
	DropHigh         Number `json:"drop_high"`
	PValue           Number `json:"p_value"` // pooled z-test, one-sided: is it worse
	QValue           Number `json:"q_value"` // Benjamini-Hochberg over all slices that were tested
}

// AccuracySlices says where accuracy fell most, the surest fall first.
type AccuracySlices struct {
	RowsRecent       int     `json:"rows_recent"` // outcomes that were looked at
	RowsBaseline     int     `json:"rows_baseline"`
	OutcomesRecent   int     `json:"outcomes_recent"` // that there are
	OutcomesBaseline int     `json:"outcomes_baseline"`
	Sampled          bool    `json:"sampled"`       // not all of them were looked at
	LeastOutcomes    int     `json:"min_outcomes"`  // that a slice needs on both sides to be tested
	Tested           int     `json:"slices_tested"` // those that had as many; at most some of them are listed
	Slices           []Slice `json:"slices"`
}
