package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

// Evaluate asks the five safeguards about a model as things stand: why it would, or would not, retrain.
func Evaluate(ctx context.Context, tx Tx, r *drift.Retrain, now time.Time) ([]drift.Safeguard, error) {
	s, err := tx.Settings(ctx, r.TenantID)
	if err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	m := r.Model()
	last, err := tx.CooldownFrom(ctx, m, r.ID)
	if err != nil {
		return nil, err
	}
	today := drift.DateOf(now)
	rows, err := tx.Labelled(ctx, m, today.Add(-s.Int("TRAINING_DATA_DAYS")), today.Add(1))
	if err != nil {
		return nil, err
	}
	return retrain.All(asked(s, r, last, rows, now)), nil
}

// asked is what the safeguards look at, under these settings.
func asked(s drift.Settings, r *drift.Retrain, last time.Time, rows drift.LabelledCount, now time.Time) retrain.Input {
	return retrain.Input{
		Flags: switches(s, r.Model()),
		Last:  last, CooldownDays: s.Int("RETRAIN_COOLDOWN_DAYS"), SkipCooldown: r.SkipCooldown, Now: now,
		Rows: rows.Rows, Positives: rows.Positives, Negatives: rows.Rows - rows.Positives,
		MinRows: s.Int("RETRAIN_MIN_TRAINING_SAMPLES"), Severity: r.Severity, Manual: r.Manual,
	}
}

// switches is what the switches of automatic retraining say of a model.
func switches(s drift.Settings, m drift.Model) retrain.FlagsInput {
	flag := drift.TypeFlag(m.ModelType)
	return retrain.FlagsInput{
		Master: s.Bool("ENABLE_AUTO_RETRAIN"), Type: s.Bool(flag), TypeFlag: flag,
		Tenant: m.Tenant, Tenants: s.List(retrain.SettingTenants),
	}
}

// propose considers a retrain for an alert that a check has just raised or seen again. What the
// switches forbid leaves no trace but the safeguards on the alert's page; what another safeguard
// forbids is written down as refused when the alert is raised or rises, not anew every day.
func (p *pass) propose(ctx context.Context, tx Tx, a *drift.Alert, r *drift.Report, severity drift.Severity, news bool) error {
	if p.backfill || a.FromBackfill || severity < drift.SeverityHigh {
		return nil
	}
	m := r.Version.Model
	s, err := p.settings.get(ctx, tx, m.TenantID)
	if err != nil {
		return err
	}
	live, err := tx.LiveRetrain(ctx, m)
	if err != nil {
		return err
	}
	if live != nil {
		return p.e.worsened(ctx, tx, live, a, severity, p.now, s)
	}
	if severity, err = worstOpen(ctx, tx, m, severity); err != nil {
		return err
	}
	if paused, err := tx.Paused(ctx, m); err != nil || paused != nil {
		return err
	}
	if !news { // a person's no holds until there is something new to say
		if declined, err := tx.Declined(ctx, a); err != nil || declined {
			return err
		}
	}
	rt := &drift.Retrain{
		TenantID: m.TenantID, Tenant: m.Tenant, ModelType: m.ModelType, RequestedBy: drift.SystemActor().Name,
		Reason: r.Message, AlertID: &a.ID, ReportID: &r.ID, ReportRevision: r.Revision, Severity: severity,
		ParentVersion: r.Version.Version, CreatedAt: p.now,
	}
	guards, err := Evaluate(ctx, tx, rt, p.now)
	if err != nil {
		return err
	}
	rt.Safeguards = guards
	d := retrain.Decide(guards, retrain.DecideInput{Severity: severity, RequireApproval: s.Bool("REQUIRE_MANUAL_APPROVAL_CRITICAL_DRIFT")})
	if d.Action == retrain.Refuse && (d.Safeguard == drift.SafeguardFlags || !news) {
		return nil
	}
	return p.e.begin(ctx, tx, rt, d, drift.SystemActor(), p.now, s)
}

// worstOpen is the worst that the last checks found of a model, of its scores and of its accuracy: a
// model whose scores drifted critically is not retrained unasked because its accuracy fell less.
func worstOpen(ctx context.Context, tx Tx, m drift.Model, severity drift.Severity) (drift.Severity, error) {
	open, err := tx.OpenAlertsOf(ctx, m)
	if err != nil {
		return severity, fmt.Errorf("open alerts: %w", err)
	}
	for _, a := range open {
		if a.AlertType == drift.AlertDrift && !a.Cleared {
			severity = max(severity, a.CurrentSeverity)
		}
	}
	return severity, nil
}

// worsened leaves a retrain that would begin by itself to a manager, where a check finds the model's
// drift to be CRITICAL before anything is trained.
func (e *Engine) worsened(ctx context.Context, tx Tx, live *drift.Retrain, a *drift.Alert, severity drift.Severity, now time.Time, s drift.Settings) error {
	asks := severity == drift.SeverityCritical && s.Bool("REQUIRE_MANUAL_APPROVAL_CRITICAL_DRIFT")
	byItself := live.State == drift.RetrainCountdown || live.State == drift.RetrainQueued && live.ApprovedBy == ""
	if !asks || !byItself {
		return nil
	}
	live.Severity = severity
	live.DueAt = after(now, time.Duration(s.Int("APPROVAL_EXPIRY_HOURS"))*time.Hour)
	return e.moveRetrain(ctx, tx, live, retrain.MoveAskAgain, drift.SystemActor(), now,
		fmt.Sprintf("Before it began, the %s check found CRITICAL drift (alert %d): a manager decides.", *a.DriftType, a.ID))
}

// begin writes a new retrain and makes its first move.
func (e *Engine) begin(ctx context.Context, tx Tx, r *drift.Retrain, d retrain.Decision, by drift.Actor, now time.Time, s drift.Settings) error {
	state, err := retrain.Next(retrain.MovePropose, "", by)
	if err != nil {
		return err
	}
	r.Version, r.State, r.StateSince, r.Note = 1, state, now, d.Sentence
	entry := drift.RetrainEntry{Version: 1, At: now, Actor: by.Name, Move: string(retrain.MovePropose), To: state, Note: r.Reason}
	ok, err := tx.InsertRetrain(ctx, r, entry)
	if err != nil {
		return fmt.Errorf("insert retrain: %w", err)
	}
	if !ok {
		if by.System {
			return nil // another check of the same model was faster
		}
		return e.liveAlready(ctx, tx, r.Model())
	}
	entry.RetrainID = r.ID
	if err := recordRetrain(tx, drift.EventRetrainUpdated, r, entry); err != nil {
		return err
	}
	move := retrain.MoveRefuse
	switch d.Action {
	case retrain.Countdown:
		move = retrain.MoveStartCountdown
		r.DueAt = after(now, time.Duration(s.Int("RETRAIN_COUNTDOWN_MINUTES"))*time.Minute)
	case retrain.WaitApproval:
		move = retrain.MoveAwait
		r.DueAt = after(now, time.Duration(s.Int("APPROVAL_EXPIRY_HOURS"))*time.Hour)
	}
	return e.moveRetrain(ctx, tx, r, move, drift.SystemActor(), now, d.Sentence)
}

func (e *Engine) liveAlready(ctx context.Context, tx Tx, m drift.Model) error {
	live, err := tx.LiveRetrain(ctx, m)
	if err != nil {
		return err
	}
	message, extra := "This model has a retrain under way already.", map[string]any{}
	if live != nil {
		message = fmt.Sprintf("Retrain %d of this model is %s already; a model has one at a time.", live.ID, stateWords(live.State))
		extra = map[string]any{"retrain": live.ID, "state": live.State, "version": live.Version, "winner": live.RequestedBy, "won_at": live.CreatedAt}
	}
	return &drift.Error{Code: drift.CodeConflict, Message: message, Extra: extra}
}

// RetrainRequest is what a person asks for.
type RetrainRequest struct {
	Model        drift.Model // Tenant and ModelType by name; TenantID is looked up
	Reason       string
	SkipCooldown bool
}

// RequestRetrain proposes a retrain as a person: the safeguards but flags and severity are asked, and
// it always waits for another person of role manager.
func (e *Engine) RequestRetrain(ctx context.Context, by drift.Actor, req RetrainRequest) (*drift.Retrain, error) {
	reason, err := reasonOf(req.Reason)
	if err != nil {
		return nil, err
	}
	if req.SkipCooldown && !by.Role.AtLeast(drift.RoleManager) {
		return nil, drift.Forbidden("Only a manager may skip the cooldown.")
	}
	if _, err := retrain.Next(retrain.MovePropose, "", by); err != nil {
		return nil, err
	}
	now := e.clock().UTC()
	// What has just been logged counts too.
	if _, err := e.store.RebuildMarkedDays(ctx, drift.DateOf(now).Add(-maxWindowDays), drift.DateOf(now).Add(1), nil); err != nil {
		return nil, fmt.Errorf("rebuild marked days: %w", err)
	}
	var made *drift.Retrain
	err = e.store.InTx(ctx, by, func(tx Tx) error {
		m, err := modelNamed(ctx, tx, by, req.Model)
		if err != nil {
			return err
		}
		h, err := tx.HoldHalt(ctx)
		if err != nil {
			return err
		}
		if h != nil {
			return halted(h, nil)
		}
		serving, err := tx.Serving(ctx, m)
		if err != nil {
			return err
		}
		s, err := tx.Settings(ctx, m.TenantID)
		if err != nil {
			return fmt.Errorf("settings: %w", err)
		}
		r := &drift.Retrain{
			TenantID: m.TenantID, Tenant: m.Tenant, ModelType: m.ModelType, RequestedBy: by.Name, Manual: true, Reason: reason,
			SkipCooldown: req.SkipCooldown, ParentVersion: serving.Version, CreatedAt: now,
		}
		if err := evidence(ctx, tx, r); err != nil {
			return err
		}
		if r.Safeguards, err = Evaluate(ctx, tx, r, now); err != nil {
			return err
		}
		d := retrain.Decide(r.Safeguards, retrain.DecideInput{Severity: r.Severity, Manual: true})
		made = r
		return e.begin(ctx, tx, r, d, by, now, s)
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// evidence attaches the model's worst open drift alert to a manual request, where there is one.
func evidence(ctx context.Context, tx Tx, r *drift.Retrain) error {
	open, err := tx.OpenAlertsOf(ctx, r.Model())
	if err != nil {
		return fmt.Errorf("open alerts: %w", err)
	}
	for _, a := range open {
		if a.AlertType != drift.AlertDrift || a.Report == nil || a.Severity <= r.Severity {
			continue
		}
		r.AlertID, r.ReportID, r.ReportRevision, r.Severity = &a.ID, a.ReportID, a.Report.Revision, a.Severity
	}
	return nil
}

// modelNamed finds a model by its names; CodeNotFound where it is not there for this actor.
func modelNamed(ctx context.Context, tx Tx, by drift.Actor, m drift.Model) (drift.Model, error) {
	types, err := tx.ModelTypes(ctx)
	if err != nil {
		return m, err
	}
	known := false
	for _, t := range types {
		known = known || t.Name == m.ModelType
	}
	if !known {
		return m, drift.NotFound(fmt.Sprintf("No model type is called %q.", m.ModelType))
	}
	tenants, err := tx.Tenants(ctx)
	if err != nil {
		return m, fmt.Errorf("tenants: %w", err)
	}
	for _, t := range tenants {
		if t.Name == m.Tenant && by.MaySee(t.ID) {
			m.TenantID = t.ID
			return m, nil
		}
	}
	return m, drift.NotFound(fmt.Sprintf("There is no tenant called %q.", m.Tenant))
}

// reasonOf checks what a person gives as a reason.
func reasonOf(text string) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "", drift.Invalid("reason", "Say why: the reason stays in the record.")
	case utf8.RuneCountInString(text) > maxNote:
		return "", drift.Invalid("reason", fmt.Sprintf("A reason has at most %d characters.", maxNote))
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return "", drift.Invalid("reason", "The reason holds characters that cannot be stored.")
	}
	return text, nil
}

func after(now time.Time, d time.Duration) *time.Time {
	t := now.Add(d)
	return &t
}

// recordRetrain writes the event and the audit row of a move.
func recordRetrain(tx Tx, kind drift.EventType, r *drift.Retrain, e drift.RetrainEntry) error {
	payload, err := json.Marshal(map[string]any{"retrain": r, "move": e})
	if err != nil {
		return fmt.Errorf("encode retrain: %w", err)
	}
	detail, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encode move: %w", err)
	}
	tx.Emit(drift.Event{Type: kind, TenantID: r.TenantID, Tenant: r.Tenant, At: e.At, Payload: payload})
	tx.Audit(drift.AuditEntry{
		At: e.At, TenantID: r.TenantID, Actor: e.Actor, Action: "retrain." + e.Move,
		Object: fmt.Sprintf("retrain/%d", r.ID), Detail: detail,
	})
	return nil
}
