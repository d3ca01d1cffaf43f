package ingest

import "time"

// The limits of one row. A row beyond one is refused.
const (
	// MaxLine is the longest line, CSV record or array element in bytes.
	MaxLine = 1 << 20
	// MaxID is the longest prediction_id in bytes.
	MaxID = 200
	// MaxName is the longest tenant, model type or model version in bytes.
	MaxName = 100
	// MaxFeatures is the number of features a row may have.
	MaxFeatures = 1000
	// MaxFeatureName is the longest name of a feature in bytes.
	MaxFeatureName = 200
	// MaxFeatureBytes is the most that a row's features may take as JSON.
	MaxFeatureBytes = 64 << 10
	// MaxNumberDigits is the number of digits a feature's number may have, and
	// the number of decimal places it may reach.
	MaxNumberDigits = 700
	// MaxDepth is how deep JSON in a row may be nested.
	MaxDepth = 64
)

// MaxBatchBytes is the text (ids and features) at which Next hands out a batch
// before it has as many rows as asked for.
const MaxBatchBytes = 8 << 20

// DefaultMaxErrors is the number of refused rows described where Options.MaxErrors is 0.
const DefaultMaxErrors = 1000

// Format is the form of the text, after decompression.
type Format int

// The formats. FormatAuto tells it from the first character: { is NDJSON, [ a
// JSON array, everything else CSV.
const (
	FormatAuto Format = iota
	FormatCSV
	FormatNDJSON
	FormatJSONArray
)

func (f Format) String() string {
	switch f {
	case FormatAuto:
		return "auto"
	case FormatCSV:
		return "CSV"
	case FormatNDJSON:
		return "NDJSON"
	case FormatJSONArray:
		return "JSON array"
	}
	return "unknown"
}

// Options say how to read. The zero value is ready to use.
type Options struct {
	// Now is the clock that rows from the future are measured by; nil is
	// time.Now. It is asked once in each Next.
	Now func() time.Time
	// Format forces the form of the text; the zero value tells it by content.
	Format Format
	// MaxErrors is how many refused rows Errors describes in all; 0 means
	// DefaultMaxErrors, less than 0 all of them. Rejected counts them all.
	MaxErrors int
	// MaxBytes ends the input with CodeTooLarge after so many bytes of
	// decompressed text; 0 means no limit.
	MaxBytes int64
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.MaxErrors == 0 {
		o.MaxErrors = DefaultMaxErrors
	}
	return o
}
