package engine_test

import (
	"slices"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
)

// An acknowledgement that is taken back leaves the alert as it was, its escalation included, and the
// timeline and the audit log say what happened.
func TestUndoBringsBackWhatWas(t *testing.T) {
	w, a := drifted(t)
	timers := func() []drift.DueTimer {
		d, err := w.db.AlertLife(t.Context(), drift.SystemActor(), &a)
		if err != nil {
			t.Fatal(err)
		}
		return d.Timers
	}
	was, due := a, timers()
	if len(due) != 1 || due[0].Kind != drift.TimerEscalate {
		t.Fatalf("before: %+v", due)
	}
	a = w.move(a, engine.MoveRequest{Move: drift.MoveAcknowledge, Until: w.clock().Add(time.Hour)})
	w.wait(drift.UndoWithin)
	undone, err := w.engine.Undo(t.Context(), operator, engine.UndoRequest{AlertID: a.ID, Version: a.Version})
	if err != nil {
		t.Fatal(err)
	}
	if undone.Status != was.Status || undone.Assignee != was.Assignee || undone.Version != was.Version+2 {
		t.Errorf("after: %+v", undone)
	}
	if got := timers(); !slices.Equal(got, due) {
		t.Errorf("timers %+v, were %+v", got, due)
	}
	line, err := w.db.Timeline(t.Context(), drift.SystemActor(), a.ID)
	last := line[len(line)-1]
	if err != nil || last.Move != drift.MoveUndo || last.From != drift.AlertAcknowledged || last.To != drift.AlertNew || last.Actor != operator.Name {
		t.Errorf("%+v, %v", last, err)
	}
	log, err := w.db.AuditLog(t.Context(), drift.SystemActor(), drift.AuditFilter{Limit: 1})
	if err != nil || log.Items[0].Action != "alert.undo" {
		t.Errorf("%+v, %v", log, err)
	}
	if _, err := w.engine.Undo(t.Context(), operator, engine.UndoRequest{AlertID: a.ID, Version: undone.Version}); drift.CodeOf(err) != drift.CodeIllegalMove {
		t.Errorf("undo of an undo: %v", err)
	}
}

func TestWhatCannotBeUndone(t *testing.T) {
	w, a := drifted(t)
	undo := func(what string, by drift.Actor, version int, want drift.Code) {
		t.Helper()
		if _, err := w.engine.Undo(t.Context(), by, engine.UndoRequest{AlertID: a.ID, Version: version}); drift.CodeOf(err) != want {
			t.Errorf("%s: %v, want %s", what, err, want)
		}
	}
	undo("nobody acknowledged", operator, a.Version, drift.CodeIllegalMove)
	old := a.Version
	a = w.move(a, engine.MoveRequest{Move: drift.MoveAcknowledge})
	other, viewer, program := operator, operator, operator
	other.Name, other.UserID = "otto", 77
	viewer.Role = drift.RoleViewer
	program.TokenID = 9
	undo("another person", other, a.Version, drift.CodeForbidden)
	undo("a program of the same name", program, a.Version, drift.CodeForbidden)
	undo("a viewer", viewer, a.Version, drift.CodeForbidden)
	undo("an older version", operator, old, drift.CodeConflict)
	undo("another tenant's", drift.Actor{Name: operator.Name, Role: drift.RoleManager}, a.Version, drift.CodeNotFound)
	w.wait(drift.UndoWithin + time.Second)
	undo("too late", operator, a.Version, drift.CodeIllegalMove)
	a = w.move(a, engine.MoveRequest{Move: drift.MoveComment, Note: "looked"})
	undo("after a comment", operator, a.Version, drift.CodeIllegalMove)
}

// Many at once: each is its own, what cannot move says why, and the rest moves.
func TestBulkMovesEachForItself(t *testing.T) {
	w, a := drifted(t)
	reqs := []engine.MoveRequest{
		{AlertID: a.ID + 500, Version: 1, Move: drift.MoveAcknowledge},
		{AlertID: a.ID, Version: a.Version, Move: drift.MoveAcknowledge},
		{AlertID: a.ID, Version: a.Version, Move: drift.MoveAcknowledge},
	}
	done, err := w.engine.MoveMany(t.Context(), operator, reqs)
	if err != nil || len(done) != 3 {
		t.Fatalf("%+v, %v", done, err)
	}
	if done[0].Alert == nil || done[0].Alert.Status != drift.AlertAcknowledged || done[0].Refused != nil {
		t.Errorf("the first: %+v", done[0])
	}
	if e := done[1].Refused; e == nil || e.Code != drift.CodeConflict || e.Extra["winner"] != operator.Name {
		t.Errorf("the same again: %+v", done[1])
	}
	if e := done[2].Refused; e == nil || e.Code != drift.CodeNotFound {
		t.Errorf("what is not there: %+v", done[2])
	}
	back, err := w.engine.UndoMany(t.Context(), operator, []engine.UndoRequest{{AlertID: a.ID, Version: a.Version + 1}, {AlertID: a.ID, Version: a.Version}})
	if err != nil || back[0].Alert.Status != drift.AlertNew || back[1].Refused == nil {
		t.Errorf("%+v, %v", back, err)
	}
	for name, reqs := range map[string][]engine.MoveRequest{"none": nil, "too many": make([]engine.MoveRequest, engine.MaxBulk+1)} {
		if _, err := w.engine.MoveMany(t.Context(), operator, reqs); drift.CodeOf(err) != drift.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Statistical and performance drift of one model are one incident, and so are all tenants of a day.
func TestIncidentOfAModel(t *testing.T) {
	w, a := drifted(t)
	want := drift.FraudDetector + ":" + w.clock().Format(time.DateOnly)
	if a.Incident != want {
		t.Errorf("the first alert's incident is %q, want %q", a.Incident, want)
	}
	w.at(today.Add(1))
	w.log(today, day{model: drift.FraudDetector, version: "1", n: 400, low: 0.9, high: 1, right: 40})
	w.run(drift.JobStatistical, today.Add(1))
	if list := w.drifts(drift.Statistical); len(list) != 1 || list[0].Incident != want {
		t.Errorf("a day later: %+v", list)
	}
}
