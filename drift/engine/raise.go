package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// escalationTeam gets a CRITICAL alert that nobody acknowledged in time.
const escalationTeam = "ML Engineering"

// applyReport raises, refreshes, worsens or clears the alert that a serving version's report calls
// for, unless a later date of the same check was run before: then history is left alone.
func (p *pass) applyReport(ctx context.Context, tx Tx, r *drift.Report, s drift.Settings) error {
	latest, ok, err := tx.LatestCheck(ctx, r.Version.Model, r.DriftType)
	if err != nil {
		return fmt.Errorf("latest check: %w", err)
	}
	if ok && latest > p.date {
		return nil
	}
	if err := p.clearOthers(ctx, tx, r); err != nil {
		return err
	}
	if r.Status != drift.StatusOK {
		return nil // not judged is not clean
	}
	last, err := tx.LastAlert(ctx, r.Version.TenantID, drift.DriftKey(r.Version, r.DriftType))
	if err != nil {
		return fmt.Errorf("last alert: %w", err)
	}
	severity := alertSeverity(r, s)
	if last != nil && last.Open() {
		was, clean := last.Severity, last.Cleared
		if err := p.updateAlert(ctx, tx, last, r, severity, s); err != nil {
			return err
		}
		if last.Cleared {
			if clean {
				return nil // whoever decided since then knew
			}
			return p.e.askAgain(ctx, tx, last, p.now, fmt.Sprintf("The check of %s was clean. A manager looks again before anything is trained.", r.Date))
		}
		return p.propose(ctx, tx, last, r, severity, last.Severity > was)
	}
	if last != nil && last.CheckDate >= p.date && severity <= last.Severity {
		return nil // a person has closed this very finding
	}
	raise, err := p.callsForAlert(ctx, tx, r, severity, s)
	if err != nil || !raise {
		return err
	}
	a := driftAlert(p, r, severity)
	if err := p.raise(ctx, tx, a, s); err != nil {
		return err
	}
	return p.propose(ctx, tx, a, r, severity, true)
}

// alertSeverity is what the alert rules go by: accuracy or p alone, or the secondary metrics too
// where that is switched on.
func alertSeverity(r *drift.Report, s drift.Settings) drift.Severity {
	if s.Bool("SECONDARY_METRIC_ALERTS") {
		return max(r.Severity, r.SecondarySeverity)
	}
	return r.Severity
}

// callsForAlert reports whether a finding makes an alert: from MEDIUM up, where the k-of-m guard has
// nothing against it. ALERT_MIN_SEVERITY has no say here: it decides which alerts interrupt.
func (p *pass) callsForAlert(ctx context.Context, tx Tx, r *drift.Report, severity drift.Severity, s drift.Settings) (bool, error) {
	if severity < drift.SeverityMedium {
		return false, nil
	}
	return p.confirmed(ctx, tx, r, severity, s)
}

// confirmed applies the k-of-m guard: k of the last m checks, this one included, found as much, or
// enough to interrupt.
func (p *pass) confirmed(ctx context.Context, tx Tx, r *drift.Report, severity drift.Severity, s drift.Settings) (bool, error) {
	k, m := s.KOfM("GUARD_K_OF_M")
	if k <= 1 {
		return true, nil
	}
	interrupts, err := drift.ParseSeverity(s.Text("ALERT_MIN_SEVERITY"))
	if err != nil {
		return false, err
	}
	before, err := tx.SeveritiesBefore(ctx, r.Version.Model, r.DriftType, p.date, m-1)
	if err != nil {
		return false, fmt.Errorf("earlier severities: %w", err)
	}
	hits := 1
	for _, b := range before {
		if b >= min(severity, interrupts) {
			hits++
		}
	}
	return hits >= k, nil
}

func driftAlert(p *pass, r *drift.Report, severity drift.Severity) *drift.Alert {
	a := &drift.Alert{
		TenantID: r.Version.TenantID, Tenant: r.Version.Tenant, AlertType: drift.AlertDrift,
		ModelType: r.Version.ModelType, DedupKey: drift.DriftKey(r.Version, r.DriftType),
		Severity: severity,
	}
	fill(a, r, severity)
	return a
}

// fill copies what a report says into its alert.
func fill(a *drift.Alert, r *drift.Report, severity drift.Severity) {
	t := r.DriftType
	a.DriftType, a.ModelVersion, a.CurrentSeverity = &t, r.Version.Version, severity
	a.Message, a.Recommendation, a.CheckDate = r.Message, r.Recommendation, r.Date
	a.ReportID, a.Report = &r.ID, r
}

// raise opens an alert.
func (p *pass) raise(ctx context.Context, tx Tx, a *drift.Alert, s drift.Settings) error {
	a.Version, a.Status, a.CreatedAt, a.LastSeen, a.FromBackfill = 1, drift.AlertNew, p.now, p.now, p.backfill
	open, err := tx.IncidentOf(ctx, drift.Model{TenantID: a.TenantID, ModelType: a.ModelType})
	if err != nil {
		return err
	}
	a.Incident = drift.IncidentKey(a, open)
	entry := entryFor(a, drift.MoveRaise, drift.AlertNew, drift.SystemActor(), p.now, "")
	if err := tx.InsertAlert(ctx, a, entry); err != nil {
		return fmt.Errorf("insert alert: %w", err)
	}
	entry.AlertID = a.ID // numbered by the insert
	if err := keepTimers(ctx, tx, a, drift.MoveRaise, p.now, time.Time{}, s); err != nil {
		return err
	}
	kind := drift.EventAlertRaised
	if a.AlertType == drift.AlertDrift {
		kind = drift.EventDriftDetected
	}
	return p.recordHushed(ctx, tx, kind, a, entry)
}

// updateAlert carries a later check's finding into the open alert.
func (p *pass) updateAlert(ctx context.Context, tx Tx, a *drift.Alert, r *drift.Report, severity drift.Severity, s drift.Settings) error {
	if a.ReportID != nil && *a.ReportID == r.ID && a.CurrentSeverity == severity {
		return nil // the same finding again
	}
	if severity == drift.SeverityNone && a.Cleared {
		return nil // it was said once that it is clean; saying it daily would bury the timeline
	}
	if severity > a.Severity {
		ok, err := p.confirmed(ctx, tx, r, severity, s)
		if err != nil {
			return err
		}
		if !ok { // the guard waits for more days before it believes in a rise
			severity = a.Severity
		}
	}
	move, later := drift.MoveRefresh, r.Date > a.CheckDate
	switch {
	case severity > a.Severity:
		move = drift.MoveWorsen
		a.Severity, a.FromBackfill = severity, p.backfill // found now, it is news whoever found the first
	case severity == drift.SeverityNone:
		move = drift.MoveClear
	}
	fill(a, r, severity)
	a.Cleared, a.ClearedReason = false, ""
	if move == drift.MoveClear {
		a.Cleared, a.ClearedReason = true, fmt.Sprintf("The check of %s found nothing any more.", r.Date)
	} else if later {
		a.SuppressedCount++
		a.LastSeen = p.now
	}
	return p.systemMove(ctx, tx, a, move, "", s)
}

// clearOthers marks the open alerts of versions that no longer serve. A retrain that was proposed on
// one, and has not begun to train, would replace another version than it was proposed for: it asks again.
func (p *pass) clearOthers(ctx context.Context, tx Tx, r *drift.Report) error {
	open, err := tx.OpenAlertsOf(ctx, r.Version.Model)
	if err != nil {
		return fmt.Errorf("open alerts: %w", err)
	}
	for _, a := range open {
		if a.AlertType != drift.AlertDrift || a.ModelVersion == r.Version.Version || a.Cleared || *a.DriftType != r.DriftType {
			continue
		}
		a.Cleared = true
		a.ClearedReason = fmt.Sprintf("Version %s stopped serving; version %s is judged now.", a.ModelVersion, r.Version.Version)
		s, err := p.settings.get(ctx, tx, a.TenantID)
		if err != nil {
			return err
		}
		if err := p.systemMove(ctx, tx, a, drift.MoveClear, a.ClearedReason, s); err != nil {
			return err
		}
		why := a.ClearedReason + " A manager looks again before anything is trained."
		if err := p.e.askAgain(ctx, tx, a, p.now, why); err != nil {
			return err
		}
	}
	return nil
}

// systemMove makes a move that the system makes by itself.
func (p *pass) systemMove(ctx context.Context, tx Tx, a *drift.Alert, m drift.Move, note string, s drift.Settings) error {
	from := a.Status
	to, err := drift.Next(m, from, drift.SystemActor())
	if err != nil {
		return fmt.Errorf("alert %d: %w", a.ID, err)
	}
	a.Status = to
	entry := entryFor(a, m, from, drift.SystemActor(), p.now, note)
	if err := noteTeam(ctx, tx, a, &entry); err != nil {
		return err
	}
	if err := leaveSilence(a, &entry); err != nil {
		return err
	}
	saved, err := tx.SaveAlert(ctx, a, a.Version, entry)
	if err != nil {
		return fmt.Errorf("save alert: %w", err)
	}
	if !saved {
		return fmt.Errorf("alert %d: %w", a.ID, errChanged)
	}
	if err := keepTimers(ctx, tx, a, m, p.now, time.Time{}, s); err != nil {
		return err
	}
	return p.recordHushed(ctx, tx, drift.EventAlertUpdated, a, entry)
}

// entryFor describes a move on the alert as it will be after it: the version counts up.
func entryFor(a *drift.Alert, m drift.Move, from drift.AlertStatus, by drift.Actor, at time.Time, note string) drift.TimelineEntry {
	version := a.Version + 1
	if m == drift.MoveRaise {
		version = a.Version
	}
	return drift.TimelineEntry{
		AlertID: a.ID, Version: version, At: at, Actor: by.Name, Move: m,
		From: from, To: a.Status, Severity: a.CurrentSeverity, Note: note,
	}
}

// record writes the event and the audit row of a move.
func record(tx Tx, kind drift.EventType, a *drift.Alert, e drift.TimelineEntry) error {
	payload, err := json.Marshal(map[string]any{"alert": a, "move": e})
	if err != nil {
		return fmt.Errorf("encode alert: %w", err)
	}
	detail, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encode move: %w", err)
	}
	tx.Emit(drift.Event{Type: kind, TenantID: a.TenantID, Tenant: a.Tenant, At: e.At, Payload: payload})
	tx.Audit(drift.AuditEntry{
		At: e.At, TenantID: a.TenantID, Actor: e.Actor, Action: "alert." + string(e.Move),
		Object: fmt.Sprintf("alert/%d", a.ID), Detail: detail,
	})
	return nil
}
