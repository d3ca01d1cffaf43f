package engine_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
)

func drifted(t *testing.T) (*world, drift.Alert) {
	w := newWorld(t)
	w.history("1", 60, 7)
	for ago := 7; ago >= 1; ago-- {
		w.log(today.Add(-ago), day{model: drift.FraudDetector, version: "1", n: 40, low: 0, high: 1, right: 40})
	}
	w.run(drift.JobPerformance, today)
	return w, w.drifts(drift.Performance)[0]
}

// Fifty people acknowledge at once: one wins, the others learn who.
func TestOneWins(t *testing.T) {
	w, a := drifted(t)
	before := w.events()[drift.EventAlertUpdated]
	var wg sync.WaitGroup
	errs := make([]error, 50)
	for i := range errs {
		wg.Go(func() {
			by := operator
			by.Name = "operator-" + string(rune('A'+i))
			_, errs[i] = w.engine.Move(t.Context(), by, engine.MoveRequest{AlertID: a.ID, Version: a.Version, Move: drift.MoveAcknowledge})
		})
	}
	wg.Wait()
	won := 0
	now := w.drifts(drift.Performance)[0]
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		var e *drift.Error
		if !asError(err, &e) || e.Code != drift.CodeConflict || e.Extra["winner"] != now.Assignee || e.Extra["version"] != now.Version {
			t.Errorf("a loser was told %v (%+v)", err, e)
		}
	}
	if won != 1 || now.Version != a.Version+1 {
		t.Errorf("%d won, version %d", won, now.Version)
	}
	if got := w.events()[drift.EventAlertUpdated]; got != before+1 {
		t.Errorf("%d events", got-before)
	}
	line, err := w.db.Timeline(t.Context(), drift.SystemActor(), a.ID)
	if err != nil || len(line) != 2 {
		t.Errorf("timeline of %d, %v", len(line), err)
	}
}

func TestRefusedMovesChangeNothing(t *testing.T) {
	w, a := drifted(t)
	before := w.events()
	for _, c := range []struct {
		name string
		by   drift.Actor
		req  engine.MoveRequest
		want drift.Code
	}{
		{"viewer", drift.Actor{Name: "vera", Role: drift.RoleViewer, AllTenants: true}, engine.MoveRequest{Move: drift.MoveAcknowledge}, drift.CodeForbidden},
		{"another tenant", drift.Actor{Name: "otto", Role: drift.RoleManager, Tenants: []int64{a.TenantID + 1}}, engine.MoveRequest{Move: drift.MoveAcknowledge}, drift.CodeNotFound},
		{"no tenant", drift.Actor{Name: "otto", Role: drift.RoleManager}, engine.MoveRequest{Move: drift.MoveAcknowledge}, drift.CodeNotFound},
		{"a system move", operator, engine.MoveRequest{Move: drift.MoveClear}, drift.CodeForbidden},
		{"empty comment", operator, engine.MoveRequest{Move: drift.MoveComment, Note: "  "}, drift.CodeInvalid},
		{"long note", operator, engine.MoveRequest{Move: drift.MoveComment, Note: strings.Repeat("x", 4001)}, drift.CodeInvalid},
		{"zero character", operator, engine.MoveRequest{Move: drift.MoveComment, Note: "a\x00b"}, drift.CodeInvalid},
		{"broken text", operator, engine.MoveRequest{Move: drift.MoveComment, Note: "a\xffb"}, drift.CodeInvalid},
		{"suppress without end", operator, engine.MoveRequest{Move: drift.MoveSuppress}, drift.CodeInvalid},
		{"suppress into the past", operator, engine.MoveRequest{Move: drift.MoveSuppress, Until: w.clock()}, drift.CodeInvalid},
		{"suppress for ever", operator, engine.MoveRequest{Move: drift.MoveSuppress, Until: w.clock().AddDate(2, 0, 0)}, drift.CodeInvalid},
		{"assign to nobody", operator, engine.MoveRequest{Move: drift.MoveAssign, Assignee: "ghost"}, drift.CodeInvalid},
		{"escalate to nobody", operator, engine.MoveRequest{Move: drift.MoveEscalate, Team: "Ghosts"}, drift.CodeInvalid},
	} {
		c.req.AlertID, c.req.Version = a.ID, a.Version
		if _, err := w.engine.Move(t.Context(), c.by, c.req); drift.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	if _, err := w.engine.Move(t.Context(), operator, engine.MoveRequest{AlertID: a.ID + 1000, Version: 1, Move: drift.MoveAcknowledge}); drift.CodeOf(err) != drift.CodeNotFound {
		t.Errorf("an alert that is not there: %v", err)
	}
	if now := w.drifts(drift.Performance)[0]; now.Version != a.Version {
		t.Errorf("version %d", now.Version)
	}
	after := w.events()
	for k, n := range after {
		if before[k] != n {
			t.Errorf("%d events of %s, were %d", n, k, before[k])
		}
	}
}

func TestMovesCarryTheirDetails(t *testing.T) {
	w, a := drifted(t)
	if _, err := w.db.AddUser(t.Context(), drift.SystemActor(), drift.User{Name: "mira", Role: drift.RoleOperator, AllTenants: true}, "x"); err != nil {
		t.Fatal(err)
	}
	a = w.move(a, engine.MoveRequest{Move: drift.MoveAssign, Assignee: "mira"})
	if a.Status != drift.AlertAssigned || a.Assignee != "mira" {
		t.Errorf("assigned %+v", a)
	}
	a = w.move(a, engine.MoveRequest{Move: drift.MoveComment, Note: "<script>alert(1)</script>'; DROP TABLE x; --"})
	a = w.move(a, engine.MoveRequest{Move: drift.MoveEscalate, Team: "ML Engineering", Note: "beyond us"})
	if a.Status != drift.AlertEscalated || a.Team != "ML Engineering" || a.Assignee != "mira" {
		t.Errorf("escalated %+v", a)
	}
	w.move(a, engine.MoveRequest{Move: drift.MoveResolve, Note: "retrained by hand"})
	line, err := w.db.Timeline(t.Context(), drift.SystemActor(), a.ID)
	if err != nil || len(line) != 5 {
		t.Fatalf("timeline of %d, %v", len(line), err)
	}
	for i, e := range line {
		if e.Version < 1 || e.Version > 5 || (e.Move == drift.MoveComment && !strings.Contains(e.Note, "<script>")) {
			t.Errorf("entry %d: %+v", i, e)
		}
	}
	verdict, err := w.db.VerifyAudit(t.Context())
	if err != nil || !verdict.OK() {
		t.Errorf("audit %+v, %v", verdict, err)
	}
}

// A check that runs while people click gives way to them and then goes on.
func TestChecksAndPeopleTogether(t *testing.T) {
	w, a := drifted(t)
	w.at(today.Add(1))
	w.log(today, day{model: drift.FraudDetector, version: "1", n: 40, low: 0, high: 1, right: 40})
	stop := make(chan struct{})
	var wg sync.WaitGroup
	made := 0
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			now, err := w.db.Alert(t.Context(), drift.SystemActor(), a.ID)
			if err != nil {
				t.Error(err)
				return
			}
			_, err = w.engine.Move(t.Context(), operator, engine.MoveRequest{AlertID: a.ID, Version: now.Version, Move: drift.MoveComment, Note: "still here"})
			if err == nil {
				made++
			} else if drift.CodeOf(err) != drift.CodeConflict {
				t.Error(err)
				return
			}
		}
	})
	for i := range 10 {
		w.at(today.Add(1 + i))
		w.log(today.Add(i), day{model: drift.FraudDetector, version: "1", n: 40 + i, low: 0, high: 1, right: 40})
		w.run(drift.JobPerformance, today.Add(1+i))
	}
	close(stop)
	wg.Wait()
	now, err := w.db.Alert(t.Context(), drift.SystemActor(), a.ID)
	if err != nil || now.SuppressedCount != 10 {
		t.Errorf("%+v, %v", now, err)
	}
	line, err := w.db.Timeline(t.Context(), drift.SystemActor(), a.ID)
	if err != nil || len(line) != now.Version || made == 0 {
		t.Errorf("timeline of %d at version %d, %d comments, %v", len(line), now.Version, made, err)
	}
}
