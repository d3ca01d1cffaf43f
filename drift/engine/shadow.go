package engine

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// shadow is the model that a rehearsal rolls back.
type shadow struct {
	e         *Engine
	tx        Tx
	by        drift.Actor
	model     drift.Model
	old, next string // its versions, in the order in which they serve
	now       time.Time
	retrain   *drift.Retrain
	broken    bool // a step failed
	steps     []drift.RehearsalStep
}

func newShadow(e *Engine, by drift.Actor) *shadow {
	// The name cannot be taken: it is made up anew, and the rehearsal fails where it is.
	name := "rollback rehearsal " + rand.Text()[:12]
	return &shadow{
		e: e, by: by, old: "shadow-1", next: "shadow-2", now: e.clock().UTC().Truncate(time.Microsecond),
		model: drift.Model{Tenant: name, ModelType: drift.FraudDetector},
	}
}

// rehearsalStep is one step: run returns what was found, or what is wrong.
type rehearsalStep struct {
	name, title string
	run         func(*shadow, context.Context) (string, error)
}

// rehearsalSteps are run in this order, in one transaction.
var rehearsalSteps = []rehearsalStep{
	{"shadow", "A shadow model with two versions", (*shadow).make},
	{"activate", "Putting both into service, one after the other", (*shadow).activate},
	{"one_active", "Only one may be active", (*shadow).oneActive},
	{"roll_back", "Rolling back", (*shadow).rollBack},
	{"read_back", "Reading back what serves", (*shadow).readBack},
	{"artefact", "The artefact that followers fetch", (*shadow).artefact},
	{"service", "The record of service", (*shadow).service},
	{"aftermath", "Watch, alert and pause", (*shadow).aftermath},
	{"again", "Rolling back once more", (*shadow).again},
}

// try runs a step unless one before it failed: its transaction may be no good any more, and what
// follows builds on it.
func (s *shadow) try(ctx context.Context, step rehearsalStep) {
	out := drift.RehearsalStep{Name: step.name, Title: step.title, State: drift.StepNotRun, Detail: "Not run, because a step before it failed."}
	if !s.broken {
		began := time.Now()
		detail, err := step.run(s, ctx)
		out.State, out.Detail, out.TookMS = drift.StepPassed, detail, float64(time.Since(began).Microseconds())/1000
		if err != nil {
			s.broken = true
			out.State, out.Detail = drift.StepFailed, failureWords(err)
		}
	}
	s.steps = append(s.steps, out)
}

// failureWords are a failure as a sentence: our own words where there are some.
func failureWords(err error) string {
	var e *drift.Error
	if errors.As(err, &e) {
		return e.Message
	}
	var found *finding
	if errors.As(err, &found) {
		return found.text
	}
	return "The database or the program refused it: " + err.Error() + "."
}

// finding is something that is not as it must be.
type finding struct{ text string }

func (f *finding) Error() string { return f.text }

func wrong(format string, args ...any) error { return &finding{fmt.Sprintf(format, args...)} }

func (s *shadow) key(version string) drift.VersionKey {
	return drift.VersionKey{Model: s.model, Version: version}
}

// bytesOf is the artefact of a version.
func (s *shadow) bytesOf(version string) []byte {
	return []byte("artefact of " + version + " of " + s.model.Tenant)
}

func (s *shadow) make(ctx context.Context) (string, error) {
	t, err := s.tx.MakeShadow(ctx, s.model.Tenant)
	if err != nil {
		return "", err
	}
	s.model.TenantID = t.ID
	s.retrain = &drift.Retrain{
		TenantID: t.ID, Tenant: t.Name, ModelType: s.model.ModelType, State: drift.RetrainWatching, RequestedBy: s.by.Name,
		Manual: true, Reason: "Rehearsal", Safeguards: []drift.Safeguard{}, CreatedAt: s.now.Add(-time.Hour), StateSince: s.now.Add(-time.Hour),
		DueAt: after(s.now, time.Hour), ParentVersion: s.old,
	}
	entry := drift.RetrainEntry{At: s.retrain.CreatedAt, Actor: s.by.Name, Move: "rehearse", To: drift.RetrainWatching}
	if ok, err := s.tx.InsertRetrain(ctx, s.retrain, entry); err != nil || !ok {
		return "", orElse(err, wrong("The shadow's retrain was not taken."))
	}
	for _, version := range []string{s.old, s.next} {
		artefact := s.bytesOf(version)
		sum := sha256.Sum256(artefact)
		v := drift.NewVersion{
			Key: s.key(version), Artifact: artefact, Digest: sum[:], Trainer: "rehearsal", RetrainID: s.retrain.ID, ApprovedBy: s.by.Name,
			WindowFrom: s.now, WindowTo: s.now, Holdout: []byte(`{}`), Scores: drift.LabelledScores{Scores: []float64{0.5}, Labels: []byte{1}},
		}
		if err := s.tx.PutVersion(ctx, v, s.now.Add(-3*time.Hour)); err != nil {
			return "", err
		}
	}
	s.retrain.CandidateVersion, s.retrain.ActivatedAt = s.next, after(s.now, -time.Hour)
	entry.From = drift.RetrainWatching
	if ok, err := s.tx.SaveRetrain(ctx, s.retrain, s.retrain.Version, entry); err != nil || !ok {
		return "", orElse(err, wrong("The shadow's retrain was not saved."))
	}
	return fmt.Sprintf("Versions %s and %s with their artefacts and a watch on the second, of a tenant that nobody sees.", s.old, s.next), nil
}

func (s *shadow) activate(ctx context.Context) (string, error) {
	if err := s.tx.LockServing(ctx, s.model); err != nil {
		return "", err
	}
	if err := s.tx.Activate(ctx, drift.Version{}, s.key(s.old), s.now.Add(-2*time.Hour)); err != nil {
		return "", err
	}
	serving, err := s.tx.Serving(ctx, s.model)
	if err != nil {
		return "", err
	}
	if err := s.tx.Activate(ctx, serving, s.key(s.next), s.now.Add(-time.Hour)); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s served, then %s in its place; each was read back as the active one.", s.old, s.next), nil
}

func (s *shadow) oneActive(ctx context.Context) (string, error) {
	refused, err := s.tx.RefusesSecondActive(ctx, s.key(s.old))
	if err != nil {
		return "", err
	}
	if !refused {
		return "", wrong("The database let two versions of one model be active at once: its unique index is gone.")
	}
	return fmt.Sprintf("The database refused %s as a second active version beside %s.", s.old, s.next), nil
}

func (s *shadow) rollBack(ctx context.Context) (string, error) {
	done, err := s.e.rollBack(ctx, s.tx, s.model, "", s.by, "Rehearsal of a rollback.", s.now)
	if err != nil {
		return "", err
	}
	if done.From != s.next || done.To != s.old {
		return "", wrong("It went from %s to %s, not from %s to %s.", done.From, done.To, s.next, s.old)
	}
	return fmt.Sprintf("Without being told where to, it chose the version that served before, %s, and put it back into service.", s.old), nil
}

func (s *shadow) readBack(ctx context.Context) (string, error) {
	serving, err := s.tx.Serving(ctx, s.model)
	if err != nil {
		return "", err
	}
	gone, err := s.tx.VersionOf(ctx, s.key(s.next))
	if err != nil {
		return "", err
	}
	active, err := s.tx.ActiveCount(ctx, s.model)
	if err != nil {
		return "", err
	}
	switch {
	case serving.Version != s.old || !serving.Active:
		return "", wrong("After the rollback %s serves, not %s.", serving.Version, s.old)
	case gone.Active:
		return "", wrong("%s is still active after it was rolled back.", s.next)
	case active != 1:
		return "", wrong("%d versions are active after the rollback, not one.", active)
	}
	return fmt.Sprintf("%s is active, %s is not, and there is no third.", s.old, s.next), nil
}

func (s *shadow) artefact(ctx context.Context) (string, error) {
	data, digest, err := s.tx.Artifact(ctx, s.key(s.old))
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	if !bytes.Equal(data, s.bytesOf(s.old)) || hex.EncodeToString(sum[:]) != digest {
		return "", wrong("The artefact of %s is not what was put in.", s.old)
	}
	return fmt.Sprintf("The artefact of %s is byte for byte what was put in, and its SHA-256 is the one given out with it.", s.old), nil
}

// orElse is the error that there is, or the one that says what it means that there is none.
func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}
