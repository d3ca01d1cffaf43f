package page

import (
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// VersionVM is one version with what is known of its making, its service and its predictions.
type VersionVM struct {
	Name        string
	Serves      bool
	External    bool // known from a log only, without artefact
	First, Last time.Time
	Predictions int64
	Right, N    int64
	// Counting says when the predictions of today are counted; nil where none came in.
	Counting []component.Piece

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

func (s ServiceVM) words(l lang.Lang) []component.Piece {
	if s.To.IsZero() {
		return component.Sentence(l.T("since {0}"), component.At(s.From, component.DayClock))
	}
	return []component.Piece{component.At(s.From, component.DayClock), {Text: " – "}, component.At(s.To, component.DayClock)}
}

// source says where the version comes from.
func (v VersionVM) source(l lang.Lang) string {
	if v.External {
		return l.T("external: known from a log")
	}
	return l.T("trained here")
}

// training is the span of its training rows and who trained it.
func (v VersionVM) training(l lang.Lang, now time.Time) string {
	if v.WindowFrom.IsZero() || v.WindowTo.IsZero() {
		return l.T("by %s", v.Trainer)
	}
	return l.T("%s, by %s", l.DaysAs(v.WindowFrom, v.WindowTo, now), v.Trainer)
}

// retrain leads to the retrain that made it, with who approved that.
func (v VersionVM) retrain(l lang.Lang) []component.Piece {
	link := component.Link(l.T("its retrain"), v.RetrainHref)
	if v.ApprovedBy == "" {
		return []component.Piece{link}
	}
	return component.Sentence(l.T("{0}, approved by {1}"), link, component.Plain(v.ApprovedBy))
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
func (v RollBackVM) both(l lang.Lang) []component.KeyValueVM {
	list := []component.KeyValueVM{{Key: l.T("Now, version %s", v.From), Value: component.Words(v.FromLately)}}
	if v.To != "" {
		list = append(list, component.KeyValueVM{Key: l.T("Then, version %s", v.To), Value: component.Words(v.ToLately)})
	}
	return list
}

// title is the question that the page asks.
func (v RollBackVM) title(l lang.Lang) string {
	switch {
	case v.Off != "":
		return l.T("%s cannot be rolled back", v.ModelType)
	case v.To == "":
		return l.T("Roll back %s of %s?", v.ModelType, v.Tenant)
	}
	return l.T("Roll back %s of %s to version %s?", v.ModelType, v.Tenant, v.To)
}

// line says what would happen.
func (v RollBackVM) line(l lang.Lang) string {
	switch {
	case v.Off != "":
		return v.Off
	case v.To == "":
		return l.T("Version %s serves. Choose the version that serves instead: the moment you say so it does, and every server and follower gets it within a second. Neither a queue, a flag nor the emergency stop holds it up. The model's retraining is paused until a manager resumes it.", v.From)
	}
	return l.T("Version %s stops serving at once, and every server and follower gets %s within a second. Neither a queue, a flag nor the emergency stop holds it up. Its retraining is paused until a manager resumes it.", v.From, v.To)
}
