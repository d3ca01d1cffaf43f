package drift

// FeatureKind tells how a feature's values are compared.
type FeatureKind string

// The kinds of features: numbers compared by Kolmogorov-Smirnov, and everything else as categories
// compared by chi-square.
const (
	NumericFeature     FeatureKind = "numeric"
	CategoricalFeature FeatureKind = "categorical"
)

// FeatureShift is one logged feature in the two windows of a check.
type FeatureShift struct {
	Name string      `json:"name"`
	Kind FeatureKind `json:"kind"`
	// MissingRecent and MissingBaseline are the shares of rows without a value, 0 to 1.
	MissingRecent   Number `json:"missing_recent"`
	MissingBaseline Number `json:"missing_baseline"`
	// PSI over the baseline's deciles (a number that alone fills one has a bin of its own) or over the
	// categories; a missing value is a bin of its own.
	PSI Number `json:"psi"`
	// PValue is of the Kolmogorov-Smirnov or chi-square test, missing values included; null where there
	// is nothing to test. QValue is the Benjamini-Hochberg rate over all features of the pair.
	PValue Number `json:"p_value"`
	QValue Number `json:"q_value"`
	// KSStatistic, MeanRecent and MeanBaseline are of a numeric feature, null for another.
	KSStatistic  Number `json:"ks_statistic"`
	MeanRecent   Number `json:"mean_recent"`
	MeanBaseline Number `json:"mean_baseline"`
	// Category is the one whose share moved most, with its shares of the rows that have a value; ""
	// for a numeric feature.
	Category      string `json:"category"`
	ShareRecent   Number `json:"share_recent"`
	ShareBaseline Number `json:"share_baseline"`
	// Bins are both sides counted, for a drawing: equally wide ranges of a number, the outer two with all
	// that lies beyond them, or the most frequent categories with the rest as one. Rows without a value are
	// in none. There are none for features that stand far down the list.
	Bins []FeatureBin `json:"bins"`
}

// FeatureBin is one range of a numeric feature's values, or one category.
type FeatureBin struct {
	Low      Number `json:"low"` // null for a category
	High     Number `json:"high"`
	Category string `json:"category"`         // "" for a range
	Others   int    `json:"other_categories"` // how many categories are counted together here, 0 for one of its own
	Recent   int    `json:"recent"`
	Baseline int    `json:"baseline"`
}

// FeatureMoves says which features moved between two windows, the furthest first.
type FeatureMoves struct {
	Recent       DriftWindow    `json:"recent"`
	Baseline     DriftWindow    `json:"baseline"`
	RowsRecent   int            `json:"rows_recent"` // that were looked at
	RowsBaseline int            `json:"rows_baseline"`
	Sampled      bool           `json:"sampled"` // not every row of the windows was looked at
	Features     []FeatureShift `json:"features"`
}

// FeatureSample is the features of rows of a window, each a JSON object.
type FeatureSample struct {
	Rows [][]byte
	Of   int // predictions in the window
}
