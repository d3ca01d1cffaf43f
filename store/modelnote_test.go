package store_test

import (
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

func TestNotesRunbooksAndFeedback(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	acme, zeta := tenantNamed(t, db, "acme"), tenantNamed(t, db, "zeta")
	a := raised(t, db, acme, drift.SeverityHigh, now)
	m := drift.Model{TenantID: acme.ID, Tenant: "acme", ModelType: a.ModelType}
	as := func(name string, role drift.Role, tenants ...drift.Tenant) drift.Actor {
		by := only(role, tenants...)
		by.Name = name
		return by
	}
	olga, omar, mara := as("olga", drift.RoleOperator, acme), as("omar", drift.RoleOperator, acme), as("mara", drift.RoleManager, acme)
	viewer, stranger := as("vic", drift.RoleViewer, acme), as("zoe", drift.RoleManager, zeta)
	today := drift.DateOf(now)
	note := func(by drift.Actor, from, to drift.Date, text string) (*drift.ModelNote, error) {
		n := &drift.ModelNote{From: from, To: to, Text: text}
		return n, db.AddModelNote(t.Context(), by, m, n)
	}
	mine, err := note(olga, a.CheckDate, a.CheckDate, "holiday season, expected")
	if err != nil {
		t.Fatal(err)
	}
	if _, err = note(olga, today.Add(40), today.Add(50), "later"); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		by       drift.Actor
		from, to drift.Date
		text     string
		code     drift.Code
	}{
		"a viewer":            {viewer, today, today, "x", drift.CodeForbidden},
		"another tenant's":    {stranger, today, today, "x", drift.CodeNotFound},
		"backwards":           {olga, today, today - 1, "x", drift.CodeInvalid},
		"too long":            {olga, today, today.Add(drift.MaxNoteDays), "x", drift.CodeInvalid},
		"nothing said":        {olga, today, today, "  ", drift.CodeInvalid},
		"before all calendar": {olga, today.Add(-30000), today.Add(-30000), "x", drift.CodeInvalid},
	} {
		if _, err := note(c.by, c.from, c.to, c.text); drift.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	for _, c := range []struct {
		from, to drift.Date
		want     int
	}{{a.CheckDate, a.CheckDate.Add(1), 1}, {a.CheckDate.Add(1), a.CheckDate.Add(30), 0}, {a.CheckDate.Add(-5), a.CheckDate, 0}, {a.CheckDate, today.Add(60), 2}} {
		list, err := db.ModelNotes(t.Context(), viewer, m, c.from, c.to)
		if err != nil || len(list) != c.want {
			t.Errorf("%s to %s: %d notes, want %d, %v", c.from, c.to, len(list), c.want, err)
		}
	}
	if list, err := db.ModelNotes(t.Context(), stranger, m, today.Add(-99), today.Add(99)); err != nil || len(list) != 0 {
		t.Errorf("another tenant's manager reads %d notes, %v", len(list), err)
	}

	for severity, address := range map[drift.Severity]string{drift.SeverityHigh: "https://wiki.example.com/high", drift.SeverityCritical: "https://wiki.example.com/critical"} {
		if err := db.SetRunbook(t.Context(), mara, m, severity, address); err != nil {
			t.Fatal(err)
		}
	}
	for name, err := range map[string]error{
		"an operator": db.SetRunbook(t.Context(), olga, m, drift.SeverityHigh, "https://x.example"),
		"a script":    db.SetRunbook(t.Context(), mara, m, drift.SeverityHigh, "javascript:alert(1)"),
		"in clear":    db.SetRunbook(t.Context(), mara, m, drift.SeverityHigh, "http://x.example"),
		"no severity": db.SetRunbook(t.Context(), mara, m, drift.SeverityNone, "https://x.example"),
		"a stranger":  db.SetRunbook(t.Context(), stranger, m, drift.SeverityHigh, "https://x.example"),
	} {
		if err == nil {
			t.Errorf("%s set a runbook", name)
		}
	}

	if _, err := db.SayFeedback(t.Context(), olga, a.ID, drift.VerdictReal, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := db.SayFeedback(t.Context(), omar, a.ID, drift.VerdictExpected, " known "); err != nil {
		t.Fatal(err)
	}
	if _, err := db.SayFeedback(t.Context(), viewer, a.ID, drift.VerdictFalse, ""); drift.CodeOf(err) != drift.CodeForbidden {
		t.Errorf("a viewer judges: %v", err)
	}
	if _, err := db.SayFeedback(t.Context(), stranger, a.ID, drift.VerdictFalse, ""); drift.CodeOf(err) != drift.CodeNotFound {
		t.Errorf("another tenant's manager judges: %v", err)
	}
	w, err := db.AlertWork(t.Context(), viewer, a, now)
	if err != nil || len(w.Notes) != 1 || w.Runbook == nil || w.Runbook.URL != "https://wiki.example.com/high" || w.Feedback == nil ||
		w.Feedback.Verdict != drift.VerdictExpected || w.Feedback.By != "omar" || w.Feedback.Note != "known" {
		t.Errorf("known of the alert: %+v, %v", w, err)
	}
	if n := value(t, db, `SELECT count(*) FROM audit_log WHERE action = 'alert.feedback'`); n != "2" {
		t.Errorf("%s verdicts are in the audit log", n)
	}
	judged := func(by drift.Actor) (list []drift.JudgedAlert) {
		t.Helper()
		err := db.View(t.Context(), by, func(tx *store.Tx) (err error) {
			list, _, err = tx.JudgedAlerts(t.Context(), m, now.Add(-time.Hour), now.Add(time.Hour), 10)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if list := judged(viewer); len(list) != 1 || list[0].Verdict != drift.VerdictExpected || list[0].ModelVersion != a.ModelVersion {
		t.Errorf("judged %+v", list)
	}
	if list := judged(stranger); len(list) != 0 {
		t.Errorf("another tenant's manager reads %+v", list)
	}

	if err := db.RemoveModelNote(t.Context(), omar, m, mine.ID); drift.CodeOf(err) != drift.CodeForbidden {
		t.Errorf("another operator removes it: %v", err)
	}
	if err := db.RemoveModelNote(t.Context(), olga, m, mine.ID); err != nil {
		t.Errorf("its author: %v", err)
	}
	if err := db.RemoveModelNote(t.Context(), mara, m, mine.ID); drift.CodeOf(err) != drift.CodeNotFound {
		t.Errorf("removed twice: %v", err)
	}
	if n := value(t, db, `SELECT removed_by FROM model_note WHERE removed_at IS NOT NULL`); n != "olga" {
		t.Errorf("removed by %q", n)
	}
}
