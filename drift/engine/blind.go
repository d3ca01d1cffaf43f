package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/detect"
)

// freshFor is how long ago a model's last prediction may have been made and received for its
// silence to count: older logs are history, not a feed that broke.
const freshFor = 30 * 24 * time.Hour

// tooQuiet ends the alerts of a model that is no longer watched for silence.
const tooQuiet = "No prediction has been made and received for 30 days: the model counts as out of use."

// blindSpot is one thing that cannot be seen. One alert per model and reason gathers its parts
// (both checks of a model that cannot be judged, say) and ends when the last part ends.
type blindSpot struct {
	model   drift.Model
	version string
	reason  drift.BlindReason
	part    string
	message string // of this part; "" where the spot does not exist or exists no more
	ended   string // why it exists no more, where that is not that it can be seen again
}

// blindDetail is what a blind alert keeps in its metrics.
type blindDetail struct {
	Parts map[string]string `json:"parts"`
}

var blindHeads = map[drift.BlindReason]string{
	drift.BlindJobFailed:   "%s: a check did not run. %s",
	drift.BlindFeedSilent:  "%s: a feed went silent. %s",
	drift.BlindCannotJudge: "%s: cannot be judged. %s",
	drift.BlindNotServed:   "%s: the serving version makes no predictions. %s",
	drift.BlindClock:       "%s: the server's clock is off. %s",
}

var blindAdvice = map[drift.BlindReason]string{
	drift.BlindJobFailed:   "Open Operations, read why it failed, mend that, and run the job again there.",
	drift.BlindFeedSilent:  "Look at the program that sends this feed. Nothing is inferred from the silence.",
	drift.BlindCannotJudge: "Look at the windows on the model's page: too few rows reach one of them.",
	drift.BlindNotServed:   "Find out which version really serves. Until then the one that predicts is judged in its place.",
	drift.BlindClock:       "Set the server's clock by NTP: days and windows follow it.",
}

// setBlind brings the alert of a blind spot in line with what is so now.
func (p *pass) setBlind(ctx context.Context, tx Tx, spot blindSpot) error {
	if err := tx.LockModel(ctx, spot.model); err != nil {
		return fmt.Errorf("lock model: %w", err)
	}
	a, err := tx.OpenAlert(ctx, spot.model.TenantID, drift.BlindKey(spot.model.ModelType, spot.reason))
	if err != nil {
		return fmt.Errorf("open alert: %w", err)
	}
	s, err := p.settings.get(ctx, tx, spot.model.TenantID)
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	if a == nil {
		if spot.message == "" {
			return nil
		}
		a, err := p.blindAlert(spot)
		if err != nil {
			return err
		}
		return p.raise(ctx, tx, a, s)
	}
	return p.updateBlind(ctx, tx, a, spot, s)
}

func (p *pass) blindAlert(spot blindSpot) (*drift.Alert, error) {
	a := &drift.Alert{
		TenantID: spot.model.TenantID, Tenant: spot.model.Tenant, AlertType: drift.AlertBlind,
		ModelType: spot.model.ModelType, ModelVersion: spot.version,
		DedupKey: drift.BlindKey(spot.model.ModelType, spot.reason), Reason: spot.reason,
		Severity: drift.SeverityHigh, CurrentSeverity: drift.SeverityHigh, CheckDate: p.date,
		Recommendation: blindAdvice[spot.reason],
	}
	return a, describeBlind(a, blindDetail{Parts: map[string]string{spot.part: spot.message}})
}

// describeBlind writes the parts into the alert's words and metrics.
func describeBlind(a *drift.Alert, d blindDetail) error {
	var err error
	if a.Metrics, err = json.Marshal(d); err != nil {
		return fmt.Errorf("encode parts: %w", err)
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(d.Parts)) {
		parts = append(parts, d.Parts[k])
	}
	a.Message = fmt.Sprintf(blindHeads[a.Reason], strings.TrimSpace(a.Tenant+" "+a.ModelType), strings.Join(parts, " "))
	return nil
}

func (p *pass) updateBlind(ctx context.Context, tx Tx, a *drift.Alert, spot blindSpot, s drift.Settings) error {
	var d blindDetail
	if err := json.Unmarshal(a.Metrics, &d); err != nil || d.Parts == nil {
		d.Parts = map[string]string{}
	}
	was, had := d.Parts[spot.part]
	if a.CheckDate > p.date {
		return nil // a later date has been looked at: history is left alone
	}
	if spot.message == "" {
		if !had {
			return nil
		}
		delete(d.Parts, spot.part)
		if len(d.Parts) == 0 {
			return p.systemMove(ctx, tx, a, drift.MoveRecover, cmp.Or(spot.ended, "It can be seen again."), s)
		}
	} else {
		if was == spot.message && a.CheckDate >= p.date {
			return nil
		}
		d.Parts[spot.part] = spot.message
	}
	if p.date > a.CheckDate && spot.message != "" {
		a.SuppressedCount++
		a.CheckDate, a.LastSeen = p.date, p.now
	}
	if spot.version != "" {
		a.ModelVersion = spot.version
	}
	if err := describeBlind(a, d); err != nil {
		return err
	}
	return p.systemMove(ctx, tx, a, drift.MoveRefresh, "", s)
}

// blindness finds what a check of this date could not see, and what it can see again.
func (p *pass) blindness(ctx context.Context, t drift.DriftType, pl plan) error {
	fresh, silent := map[drift.Model]bool{}, map[drift.Model]bool{}
	err := p.e.system(ctx, func(tx Tx) error {
		models, err := tx.FreshModels(ctx, p.now.Add(-freshFor))
		for _, m := range models {
			fresh[m] = true
		}
		if err != nil {
			return fmt.Errorf("fresh models: %w", err)
		}
		coverage, err := p.coverage(ctx, tx)
		for _, c := range coverage {
			silent[c.Model] = c.Silent
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, v := range pl.serving {
		if err := p.e.system(ctx, func(tx Tx) error {
			return p.blindnessOf(ctx, tx, t, pl, v, fresh[v.Model], silent[v.Model])
		}); err != nil {
			return fmt.Errorf("blind spots of %s %s: %w", v.Tenant, v.ModelType, err)
		}
	}
	return nil
}

func (p *pass) blindnessOf(ctx context.Context, tx Tx, t drift.DriftType, pl plan, v drift.VersionKey, fresh, silent bool) error {
	latest, ok, err := tx.LatestCheck(ctx, v.Model, t)
	if err != nil || (ok && latest > p.date) {
		return err // history is left alone
	}
	judged, stand := v, ""
	if in, ok := pl.standIn[v.Model]; ok {
		judged, stand = in, fmt.Sprintf("Version %s serves but made no prediction in the recent window; version %s did.", v.Version, in.Version)
	}
	young, err := p.young(ctx, tx, judged)
	if err != nil {
		return err
	}
	noPredictions, cannot := "", ""
	if !young {
		if !pl.seen[judged] {
			noPredictions = "No prediction has been made in the recent window."
		}
		if cannot, err = p.cannotJudge(ctx, tx, t, judged, silent); err != nil {
			return err
		}
	}
	spots := []blindSpot{
		{reason: drift.BlindNotServed, part: "serving", message: stand},
		{reason: drift.BlindFeedSilent, part: "predictions", message: noPredictions},
		{reason: drift.BlindCannotJudge, part: string(t), message: cannot},
	}
	for _, spot := range spots {
		spot.model, spot.version = v.Model, judged.Version
		if !fresh {
			spot.message, spot.ended = "", tooQuiet
		}
		if err := p.setBlind(ctx, tx, spot); err != nil {
			return err
		}
	}
	return nil
}

// young reports whether the version could not have been judged yet: till then neither its silence
// nor a missing judgement counts.
func (p *pass) young(ctx context.Context, tx Tx, v drift.VersionKey) (bool, error) {
	s, err := p.settings.get(ctx, tx, v.TenantID)
	if err != nil {
		return false, fmt.Errorf("settings: %w", err)
	}
	first, err := tx.FirstPrediction(ctx, v)
	if err != nil {
		return false, fmt.Errorf("first prediction: %w", err)
	}
	return first.IsZero() || p.date < detect.JudgedFrom(drift.DateOf(first), s), nil
}

// cannotJudge says why the version's check came out undecided, or "" where it did not, or where a
// silent outcome feed says it already.
func (p *pass) cannotJudge(ctx context.Context, tx Tx, t drift.DriftType, v drift.VersionKey, silent bool) (string, error) {
	r, err := tx.CurrentReport(ctx, v, p.date, t)
	if err != nil || r == nil || r.Status == drift.StatusOK || (t == drift.Performance && silent) {
		return "", err
	}
	return r.Message, nil
}

// coverage says per model what still lacks an outcome, over the days that any window holds.
func (p *pass) coverage(ctx context.Context, tx Tx) ([]drift.OutcomeCoverage, error) {
	s, err := p.settings.get(ctx, tx, 0)
	if err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	w := detect.WindowsOf(p.date, s)
	c, err := tx.Coverage(ctx, w.Baseline.From, w.Recent.From, p.date)
	if err != nil {
		return nil, fmt.Errorf("coverage: %w", err)
	}
	return slices.DeleteFunc(c, func(c drift.OutcomeCoverage) bool { return !p.e.covers(c.Model.TenantID) }), nil
}
