package drift

import "time"

// Tenant is one customer, site or market whose models are watched apart from all others.
type Tenant struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// The model types that come with the installation.
const (
	FraudDetector     = "fraud_detector"
	ConflictPredictor = "conflict_predictor"
)

// ModelType is a kind of binary classifier.
type ModelType struct {
	Name        string `json:"name"`
	BehavesLike string `json:"behaves_like"` // FraudDetector or ConflictPredictor
}

// Model names one watched model: a type at a tenant.
type Model struct {
	TenantID  int64
	Tenant    string
	ModelType string
}

// VersionKey names one version of a model.
type VersionKey struct {
	Model
	Version string
}

// Version is a model version that has been seen in a log or was trained here.
type Version struct {
	VersionKey
	Source        string // "external" or "trained"
	Active        bool
	FirstSeen     time.Time
	Digest        string    // SHA-256 of the artefact, hex; "" where none is kept here
	ActivatedAt   time.Time // zero where never
	DeactivatedAt time.Time // zero where never
}
