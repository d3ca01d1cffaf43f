package engine_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
)

// drifting is a world whose fraud detector lost so much accuracy that its performance alert is HIGH.
func drifting(t *testing.T) *world {
	w := newWorld(t)
	w.history("1", 60, 7)
	for ago := 7; ago >= 1; ago-- {
		w.log(today.Add(-ago), day{model: drift.FraudDetector, version: "1", n: 40, low: 0, high: 1, right: 75})
	}
	return w
}

func (w *world) silence(s drift.Silence, by drift.Actor) *drift.Silence {
	w.t.Helper()
	if s.Reason == "" {
		s.Reason = "load test"
	}
	made, err := w.engine.Silence(w.t.Context(), by, s)
	if err != nil {
		w.t.Fatal(err)
	}
	return made
}

func (w *world) one() drift.Alert {
	w.t.Helper()
	list := w.drifts(drift.Performance)
	if len(list) != 1 {
		w.t.Fatalf("%d performance alerts", len(list))
	}
	return list[0]
}

func (w *world) moves(a drift.Alert) []drift.TimelineEntry {
	w.t.Helper()
	list, err := w.db.Timeline(w.t.Context(), drift.SystemActor(), a.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

func upTo(s drift.Severity) drift.AlertMatch { return drift.AlertMatch{Most: s} }

// What is raised under a silence is hidden from its first event on, nothing else changes, and it comes
// back when the silence ends.
func TestAnAlertRaisedUnderASilence(t *testing.T) {
	w := drifting(t)
	s := w.silence(drift.Silence{Match: upTo(drift.SeverityHigh), EndsAt: w.clock().Add(2 * time.Hour)}, operator)
	w.check(today)
	a := w.one()
	if a.Status != drift.AlertSuppressed || a.SilenceID != s.ID || a.Version != 2 || a.Severity != drift.SeverityHigh {
		t.Fatalf("raised %+v", a)
	}
	moves := w.moves(a)
	var detail drift.MoveDetail
	if len(moves) != 2 || moves[1].Move != drift.MoveSilence || moves[1].Note != "Silenced by olga: load test" ||
		json.Unmarshal(moves[1].Detail, &detail) != nil || detail.Silence != s.ID {
		t.Fatalf("timeline %+v", moves)
	}
	events, err := w.db.EventsAfter(t.Context(), drift.SystemActor(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		var p struct{ Alert drift.Alert }
		if json.Unmarshal(e.Payload, &p) == nil && p.Alert.ID == a.ID && p.Alert.Status == drift.AlertNew {
			t.Errorf("%s tells of it as new: it would sound", e.Type)
		}
	}
	if _, err := w.engine.FireTimers(t.Context()); err != nil || w.one().Version != a.Version {
		t.Fatalf("it moved within the silence: %v", err)
	}
	w.wait(2 * time.Hour)
	if _, err := w.engine.FireTimers(t.Context()); err != nil {
		t.Fatal(err)
	}
	back := w.one()
	last := w.moves(back)
	if json.Unmarshal(last[len(last)-1].Detail, &detail) != nil || detail.Silence != s.ID {
		t.Errorf("its return names no silence: %s", last[len(last)-1].Detail)
	}
	if back.Status != drift.AlertNew || back.SilenceID != 0 || !strings.HasPrefix(last[len(last)-1].Note, "Silence ") {
		t.Errorf("after the silence %+v, %q", back, last[len(last)-1].Note)
	}
	d, err := w.db.SilencePage(t.Context(), operator, s.ID, w.clock())
	if err != nil || d.Hidden.Total != 1 || d.Waiting != 0 || d.Silence.Hidden != 1 {
		t.Errorf("afterwards it hid %+v, %v", d, err)
	}
}

// What is NEW when a silence is made is hidden at once; a planned one hides when it begins; what somebody
// has stays theirs; ending it by hand brings everything back at once.
func TestASilenceOverOpenAlerts(t *testing.T) {
	w := drifting(t)
	w.check(today)
	s := w.silence(drift.Silence{Match: upTo(drift.SeverityHigh), StartsAt: w.clock().Add(time.Hour), EndsAt: w.clock().Add(3 * time.Hour)}, operator)
	if a := w.one(); a.Status != drift.AlertNew {
		t.Fatalf("hidden before it begins: %+v", a)
	}
	w.wait(time.Hour)
	if n, err := w.engine.FireTimers(t.Context()); err != nil || n == 0 {
		t.Fatalf("%d moves, %v", n, err)
	}
	if a := w.one(); a.Status != drift.AlertSuppressed || a.SilenceID != s.ID {
		t.Fatalf("when it begins %+v", a)
	}
	ended, err := w.engine.EndSilence(t.Context(), operator, s.ID, "all done")
	if err != nil || ended.EndedBy != "olga" || ended.State(w.clock()) != drift.SilenceOver {
		t.Fatalf("%+v, %v", ended, err)
	}
	a := w.one()
	moves := w.moves(a)
	if a.Status != drift.AlertNew || !strings.Contains(moves[len(moves)-1].Note, "olga ended silence") || !strings.Contains(moves[len(moves)-1].Note, "all done") {
		t.Fatalf("ended early %+v, %q", a, moves[len(moves)-1].Note)
	}
	if _, err := w.engine.EndSilence(t.Context(), operator, s.ID, ""); drift.CodeOf(err) != drift.CodeConflict {
		t.Errorf("ended twice: %v", err)
	}

	a = w.move(a, engine.MoveRequest{Move: drift.MoveAcknowledge})
	now := w.silence(drift.Silence{Match: upTo(drift.SeverityCritical), EndsAt: w.clock().Add(time.Hour)}, operator)
	if got := w.one(); got.Version != a.Version {
		t.Errorf("silence %d took an alert that somebody has: %+v", now.ID, got)
	}
}

// A rise beyond what the silence matches brings the alert back; a rise within it is hidden still.
func TestARiseUnderASilence(t *testing.T) {
	for _, c := range []struct {
		most drift.Severity
		want drift.AlertStatus
	}{{drift.SeverityHigh, drift.AlertNew}, {drift.SeverityCritical, drift.AlertSuppressed}} {
		w := drifting(t)
		w.silence(drift.Silence{Match: upTo(c.most), EndsAt: w.clock().Add(10 * 24 * time.Hour)}, manager)
		w.check(today)
		w.at(today.Add(1))
		w.log(today, day{model: drift.FraudDetector, version: "1", n: 400, low: 0, high: 1, right: 30})
		w.check(today.Add(1))
		a := w.one()
		if a.Severity != drift.SeverityCritical || a.Status != c.want || (a.SilenceID == 0) != (c.want == drift.AlertNew) {
			t.Errorf("up to %s: %+v", c.most, a)
		}
		worse := false
		for _, m := range w.moves(a) {
			worse = worse || m.Move == drift.MoveWorsen
		}
		if !worse {
			t.Error("the rise is not in the timeline")
		}
	}
}

// Of several silences the longest holds, and what one leaves the other takes.
func TestSilencesOverlap(t *testing.T) {
	w := drifting(t)
	long := w.silence(drift.Silence{Match: upTo(drift.SeverityHigh), EndsAt: w.clock().Add(4 * time.Hour)}, operator)
	short := w.silence(drift.Silence{Match: upTo(drift.SeverityHigh), EndsAt: w.clock().Add(time.Hour)}, operator)
	w.check(today)
	if a := w.one(); a.SilenceID != long.ID {
		t.Fatalf("hidden by %d, want %d", a.SilenceID, long.ID)
	}
	if _, err := w.engine.EndSilence(t.Context(), operator, long.ID, ""); err != nil {
		t.Fatal(err)
	}
	if a := w.one(); a.Status != drift.AlertSuppressed || a.SilenceID != short.ID {
		t.Fatalf("after the longer one ended %+v", a)
	}
	a := w.move(w.one(), engine.MoveRequest{Move: drift.MoveAcknowledge})
	if a.SilenceID != 0 {
		t.Errorf("acknowledged, and still of silence %d", a.SilenceID)
	}
}

func TestWhoSilencesWhat(t *testing.T) {
	w := drifting(t)
	tenants, err := w.db.Tenants(t.Context(), drift.SystemActor())
	if err != nil {
		t.Fatal(err)
	}
	acme := tenants[0]
	other, _, err := w.db.AddTenant(t.Context(), drift.SystemActor(), "zeta")
	if err != nil {
		t.Fatal(err)
	}
	mine := drift.Actor{Name: "ona", Role: drift.RoleOperator, Tenants: []int64{acme.ID}}
	at := w.clock()
	in := func(d time.Duration) time.Time { return at.Add(d) }
	match := func(tenant int64) drift.AlertMatch {
		return drift.AlertMatch{TenantID: tenant, Most: drift.SeverityHigh}
	}
	viewer := drift.Actor{Name: "vic", Role: drift.RoleViewer, AllTenants: true}
	for _, c := range []struct {
		name string
		by   drift.Actor
		s    drift.Silence
		code drift.Code
	}{
		{"an operator for a day", operator, drift.Silence{Match: match(0), EndsAt: in(24 * time.Hour)}, ""},
		{"an operator for longer", operator, drift.Silence{Match: match(0), EndsAt: in(24*time.Hour + time.Second)}, drift.CodeInvalid},
		{"a manager for a month", manager, drift.Silence{Match: match(0), EndsAt: in(30 * 24 * time.Hour)}, ""},
		{"a manager for longer", manager, drift.Silence{Match: match(0), EndsAt: in(30*24*time.Hour + time.Second)}, drift.CodeInvalid},
		{"without an end", manager, drift.Silence{Match: match(0)}, drift.CodeInvalid},
		{"backwards", manager, drift.Silence{Match: match(0), StartsAt: in(2 * time.Hour), EndsAt: in(time.Hour)}, drift.CodeInvalid},
		{"in the past", manager, drift.Silence{Match: match(0), StartsAt: in(-time.Hour), EndsAt: in(time.Hour)}, drift.CodeInvalid},
		{"far ahead", manager, drift.Silence{Match: match(0), StartsAt: in(91 * 24 * time.Hour), EndsAt: in(92 * 24 * time.Hour)}, drift.CodeInvalid},
		{"without a reason", operator, drift.Silence{Match: match(0), EndsAt: in(time.Hour), Reason: " "}, drift.CodeInvalid},
		{"a viewer", viewer, drift.Silence{Match: match(0), EndsAt: in(time.Hour)}, drift.CodeForbidden},
		{"of one's own tenant", mine, drift.Silence{Match: match(acme.ID), EndsAt: in(time.Hour)}, ""},
		{"of another tenant", mine, drift.Silence{Match: match(other.ID), EndsAt: in(time.Hour)}, drift.CodeNotFound},
		{"of all, seeing one", mine, drift.Silence{Match: match(0), EndsAt: in(time.Hour)}, drift.CodeInvalid},
		{"a model type that is none", operator, drift.Silence{Match: drift.AlertMatch{ModelType: "x", Most: drift.SeverityHigh}, EndsAt: in(time.Hour)}, drift.CodeInvalid},
		{"no severity", operator, drift.Silence{EndsAt: in(time.Hour)}, drift.CodeInvalid},
		{"a drift type of blind spots", operator, drift.Silence{Match: drift.AlertMatch{Most: drift.SeverityHigh, AlertType: drift.AlertBlind, DriftType: drift.Statistical}, EndsAt: in(time.Hour)}, drift.CodeInvalid},
	} {
		if c.s.Reason == "" {
			c.s.Reason = "maintenance"
		}
		_, err := w.engine.Silence(t.Context(), c.by, c.s)
		if (c.code == "" && err != nil) || (c.code != "" && drift.CodeOf(err) != c.code) {
			t.Errorf("%s: %v, want %q", c.name, err, c.code)
		}
	}
	all := w.silence(drift.Silence{Match: match(0), EndsAt: in(time.Hour)}, operator)
	if _, err := w.engine.EndSilence(t.Context(), mine, all.ID, ""); drift.CodeOf(err) != drift.CodeForbidden {
		t.Errorf("who sees one tenant ends a silence of all: %v", err)
	}
	others := w.silence(drift.Silence{Match: match(other.ID), EndsAt: in(time.Hour)}, operator)
	if _, err := w.engine.EndSilence(t.Context(), mine, others.ID, ""); drift.CodeOf(err) != drift.CodeNotFound {
		t.Errorf("another tenant's silence: %v", err)
	}
}

// A silence stops no retrain: what was proposed is proposed, hidden or not.
func TestASilenceStopsNoCheckAndNoProposal(t *testing.T) {
	w := newLoop(t)
	worse(w, rightHigh)
	w.silence(drift.Silence{Match: upTo(drift.SeverityCritical), EndsAt: w.clock().Add(time.Hour)}, operator)
	w.check(today)
	a := w.one()
	r := w.only(drift.RetrainCountdown)
	if a.Status != drift.AlertSuppressed || r.AlertID == nil || *r.AlertID != a.ID {
		t.Errorf("alert %+v, retrain %+v", a, r)
	}
}

// Whoever resolves may say what it was.
func TestResolvingSaysWhatItWas(t *testing.T) {
	w := drifting(t)
	w.check(today)
	a := w.move(w.one(), engine.MoveRequest{Move: drift.MoveResolve, Note: "normal variance", Verdict: drift.VerdictFalse})
	known, err := w.db.AlertWork(t.Context(), operator, &a, w.clock())
	if err != nil || known.Feedback == nil || known.Feedback.Verdict != drift.VerdictFalse || known.Feedback.By != operator.Name {
		t.Errorf("said %+v, %v", known.Feedback, err)
	}
	w2 := drifting(t)
	w2.check(today)
	b := w2.one()
	_, err = w2.engine.Move(t.Context(), operator, engine.MoveRequest{AlertID: b.ID, Version: b.Version, Move: drift.MoveResolve, Verdict: "perhaps"})
	if drift.CodeOf(err) != drift.CodeInvalid || w2.one().Status != drift.AlertNew {
		t.Errorf("an odd verdict: %v", err)
	}
}

// A silence that hides nothing is told of too, to those whom it concerns, without how much it hid: that is
// another number for each of them.
func TestSilencesAreTold(t *testing.T) {
	w := newWorld(t)
	w.tenant("acme")
	tenants, err := w.db.Tenants(t.Context(), drift.SystemActor())
	if err != nil || len(tenants) != 1 {
		t.Fatal(tenants, err)
	}
	for _, scope := range []int64{0, tenants[0].ID} {
		match := upTo(drift.SeverityHigh)
		match.TenantID = scope
		s := w.silence(drift.Silence{Match: match, EndsAt: w.clock().Add(time.Hour)}, operator)
		if _, err := w.engine.EndSilence(t.Context(), operator, s.ID, ""); err != nil {
			t.Fatal(err)
		}
		events, err := w.db.EventsAfter(t.Context(), drift.SystemActor(), 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		told := 0
		for _, e := range events {
			var p struct {
				Silence *struct {
					ID      int64
					EndedBy string `json:"ended_by"`
					Hidden  *int
				}
			}
			if err := json.Unmarshal(e.Payload, &p); err != nil {
				t.Fatal(err)
			}
			if p.Silence == nil || p.Silence.ID != s.ID {
				continue
			}
			told++
			if e.Type != drift.EventSettingsChanged || e.TenantID != scope || (scope != 0) != (e.Tenant == "acme") || p.Silence.Hidden != nil ||
				(told == 2) != (p.Silence.EndedBy == operator.Name) {
				t.Errorf("of tenant %d: %s %d %q %s", scope, e.Type, e.TenantID, e.Tenant, e.Payload)
			}
		}
		if told != 2 {
			t.Errorf("of tenant %d: told %d times, want of its beginning and its end", scope, told)
		}
	}
}

// Whoever takes an acknowledgement of a hidden alert back finds it hidden by the same silence as before: it
// returns with the silence's end, also with an early one.
func TestUndoOfAnAcknowledgementUnderASilence(t *testing.T) {
	w := drifting(t)
	s := w.silence(drift.Silence{Match: upTo(drift.SeverityHigh), EndsAt: w.clock().Add(2 * time.Hour)}, operator)
	w.check(today)
	a := w.move(w.one(), engine.MoveRequest{Move: drift.MoveAcknowledge})
	if a.SilenceID != 0 {
		t.Fatalf("acknowledged %+v", a)
	}
	a = w.one()
	if _, err := w.engine.Undo(t.Context(), operator, engine.UndoRequest{AlertID: a.ID, Version: a.Version}); err != nil {
		t.Fatal(err)
	}
	if a = w.one(); a.Status != drift.AlertSuppressed || a.SilenceID != s.ID {
		t.Errorf("taken back %+v, want it hidden by silence %d", a, s.ID)
	}
	d, err := w.db.SilencePage(t.Context(), operator, s.ID, w.clock())
	if err != nil || d.Waiting != 1 {
		t.Errorf("%d wait for the silence's end, %v", d.Waiting, err)
	}
	if _, err := w.engine.EndSilence(t.Context(), operator, s.ID, ""); err != nil {
		t.Fatal(err)
	}
	if a = w.one(); a.Status != drift.AlertNew || a.SilenceID != 0 {
		t.Errorf("after the silence %+v", a)
	}
}

// A silence over everything stops no rollback, by the watch or by hand: its alert is hidden with the others,
// and goes to the ML team lead when the silence is over.
func TestASilenceStopsNoRollback(t *testing.T) {
	for _, byHand := range []bool{false, true} {
		w, r := watched(t)
		w.silence(drift.Silence{Match: upTo(drift.SeverityCritical), EndsAt: w.clock().Add(24*time.Hour + 30*time.Minute)}, manager)
		if byHand {
			if _, err := w.rollBack(manager, ""); err != nil {
				t.Fatalf("by hand: %v", err)
			}
		} else {
			w.rows(r.CandidateVersion, today.Time().Add(time.Hour), 84, 16)
			w.wait(24 * time.Hour)
			w.fire()
		}
		w.only(drift.RetrainRolledBack)
		hidden := w.alerts(drift.AlertRollback)
		if len(hidden) != 1 || hidden[0].Status != drift.AlertSuppressed || hidden[0].SilenceID == 0 {
			t.Fatalf("under the silence %+v", hidden)
		}
		w.wait(25 * time.Hour)
		if _, err := w.engine.FireTimers(t.Context()); err != nil {
			t.Fatal(err)
		}
		if a := w.alerts(drift.AlertRollback)[0]; a.Status != drift.AlertEscalated || a.Team != "ML Team Lead" || a.SilenceID != 0 {
			t.Errorf("after the silence %+v", a)
		}
		w.recorded()
	}
}
