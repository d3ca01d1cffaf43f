package page

import (
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/format"
)

// VersionVM is one version with what is known of its making, its service and its predictions.
type VersionVM struct {
	Name        string
	Serves      bool
	External    bool // known from a log only, without artefact
	First, Last time.Time
	Predictions int64
	Right, N    int64

	Trainer, Parent, ApprovedBy string
	Rows                        int64
	WindowFrom, WindowTo        time.Time
	HeldOut                     []string // its metrics on the rows kept back, in words
	Digest, ArtifactHref        string
	RetrainHref                 string
	Refused                     bool        // by its validation
	Services                    []ServiceVM // newest first
	RollBackHref                string      // "" where it is not offered
}

// ServiceVM is a stretch of time in service; To is zero while it lasts.
type ServiceVM struct{ From, To time.Time }

// stretchesShown is how many of a version's stretches of service stand open.
const stretchesShown = 3

// newest and older part the stretches, newest first, so that a version that served often leaves room for
// the others.
func (v VersionVM) newest() []ServiceVM { return v.Services[:min(len(v.Services), stretchesShown)] }

func (v VersionVM) older() []ServiceVM { return v.Services[min(len(v.Services), stretchesShown):] }

func (s ServiceVM) words() []component.Piece {
	if s.To.IsZero() {
		return []component.Piece{{Text: "since "}, component.At(s.From, component.DayClock)}
	}
	return []component.Piece{component.At(s.From, component.DayClock), {Text: " – "}, component.At(s.To, component.DayClock)}
}

// source says where the version comes from.
func (v VersionVM) source() string {
	if v.External {
		return "external: known from a log"
	}
	return "trained here"
}

// window is the span of its training rows.
func (v VersionVM) window(now time.Time) string {
	if v.WindowFrom.IsZero() || v.WindowTo.IsZero() {
		return ""
	}
	return format.DaysAs(v.WindowFrom, v.WindowTo, now)
}

// VersionsVM is the panel of a model's versions.
type VersionsVM struct {
	Items []VersionVM
	// RollBackHref leads to the rollback; where it is not offered, RollBackOff says why.
	RollBackHref, RollBackOff string
}

// PauseVM is what keeps a model from retraining after a rollback.
type PauseVM struct {
	By, Reason string
	Since      time.Time
	// Action is where "Resume" is posted, "" for those who may not.
	Action  string
	Typed   string // a reason that was refused
	Problem string
}

// RollBackVM is the page on which a manager decides about a rollback.
type RollBackVM struct {
	Tenant, ModelType, Href string // of the model's page
	// Off says why nothing can be gone back to for this reader; the form is not shown then.
	Off        string
	From       string
	FromLately string // its accuracy in its last seven days in service
	To         string // "" until one is chosen
	ToLately   string
	Warning    string // "" unless the earlier version did worse
	Versions   component.SelectVM
	Reason     component.FieldVM
	Confirm    component.FieldVM
	Note       component.FormNoteVM
	Served     []ServedVM
}

// ServedVM is a version that served, in the preview's table.
type ServedVM struct {
	Name, Lately string
	Serves       bool
	RolledBack   bool // its newest stretch of service ended so
	Service      ServiceVM
	Href         string // chooses it
}

// both are the records of what serves and of what would.
func (v RollBackVM) both() []component.KeyValueVM {
	list := []component.KeyValueVM{{Key: "Now, version " + v.From, Value: component.Words(v.FromLately)}}
	if v.To != "" {
		list = append(list, component.KeyValueVM{Key: "Then, version " + v.To, Value: component.Words(v.ToLately)})
	}
	return list
}
