package handlers_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/web/auth"
)

// apiRetrain is a retrain as a program reads it.
type apiRetrain struct {
	drift.Retrain
	Timeline []drift.RetrainEntry `json:"timeline"`
}

// named makes a token whose holder is called so.
func (h *apiHouse) named(name string, role drift.Role, tenants ...drift.Tenant) (header string) {
	h.t.Helper()
	secret, hash := auth.NewToken()
	k := drift.Token{Name: name, Role: role, AllTenants: len(tenants) == 0}
	for _, t := range tenants {
		k.Tenants = append(k.Tenants, t.ID)
	}
	if _, err := h.db.AddToken(context.Background(), drift.SystemActor(), k, hash); err != nil {
		h.t.Fatal(err)
	}
	return "Authorization: Bearer " + secret
}

// label logs rows with outcomes, enough to train on, and has the day columns built.
func (h *apiHouse) label(tenant string, n int) {
	h.t.Helper()
	var rows bytes.Buffer
	for i := range n {
		row := logRow(tenant, fmt.Sprintf("%s-labelled-%d", tenant, i), time.Now().AddDate(0, 0, -40-i%20), float64(i%10)/10)
		fmt.Fprintln(&rows, strings.Replace(row, "{", fmt.Sprintf(`{"actual":%d,"amount":%d,`, i%2, i), 1))
	}
	if a := h.do("POST", "/api/v1/predictions", rows.String(), h.as(drift.RoleIngest)); a.status != 200 {
		h.t.Fatalf("log: %d %s", a.status, a.body)
	}
	if _, err := h.engine.RunJob(context.Background(), drift.JobMetrics, drift.DateOf(time.Now())); err != nil {
		h.t.Fatal(err)
	}
}

// ask proposes a retrain of acme's model and returns it.
func (h *apiHouse) ask(who string) (r apiRetrain) {
	h.t.Helper()
	h.do("POST", apiModel+"/retrain", `{"tenant":"acme","reason":"the cards changed"}`, who).into(h.t, 201, &r)
	return r
}

func (r apiRetrain) path(move string) string {
	return fmt.Sprintf("/api/v1/retrains/%d/%s", r.ID, move)
}

func (r apiRetrain) body(reason string) string {
	return fmt.Sprintf(`{"version":%d,"reason":%q}`, r.Version, reason)
}

// TestRetrainLife asks for a retrain, is refused to approve it, has it approved by another and tells
// who comes too late.
func TestRetrainLife(t *testing.T) {
	h := newHouse(t)
	alert := h.breakModel("acme")
	asker, decider := h.named("mona", drift.RoleManager, h.acme), h.named("max", drift.RoleManager)
	var story struct {
		Safeguards []drift.Safeguard `json:"safeguards"`
		Retrain    *int64            `json:"retrain"`
	}
	path := fmt.Sprintf("/api/v1/alerts/%d", alert)
	h.do("GET", path, "", asker).into(t, 200, &story)
	if len(story.Safeguards) != 5 || story.Retrain != nil || story.Safeguards[0].Name != drift.SafeguardFlags ||
		*story.Safeguards[0].Passed || *story.Safeguards[2].Passed || story.Safeguards[4].Passed != nil {
		t.Fatalf("why it does not retrain: %+v", story)
	}
	h.label("acme", 120)
	a := h.do("POST", apiModel+"/retrain", `{"tenant":"acme","reason":"the cards changed"}`, asker)
	var r apiRetrain
	a.into(t, 201, &r)
	if r.State != "waiting_approval" || r.Tenant != "acme" || r.ModelType != "fraud_detector" || r.RequestedBy != "mona" ||
		r.ApprovedBy != "" || r.ReportID == nil || r.AlertID == nil || *r.AlertID != alert || r.DueAt == nil || len(r.Safeguards) != 5 ||
		a.header.Get("Location") != fmt.Sprintf("/api/v1/retrains/%d", r.ID) {
		t.Fatalf("asked for: %s", a.body)
	}
	h.do("GET", path, "", asker).into(t, 200, &story)
	if story.Retrain == nil || *story.Retrain != r.ID || !*story.Safeguards[2].Passed {
		t.Errorf("the alert then: %+v", story)
	}
	p := h.do("POST", apiModel+"/retrain", `{"tenant":"acme","reason":"again"}`, decider).problem(t, 409, drift.CodeConflict, "")
	if p["retrain"] != float64(r.ID) || p["winner"] != "mona" || p["version"] != float64(r.Version) || p["won_at"] == nil {
		t.Errorf("a second one: %v", p)
	}
	p = h.do("POST", r.path("approve"), r.body("mine"), asker).problem(t, 403, drift.CodeForbidden, "")
	if !strings.Contains(p["detail"].(string), "asked for this retrain") {
		t.Errorf("refused without the reason: %v", p)
	}
	var done apiRetrain
	h.do("POST", r.path("approve"), r.body("the evidence is good"), decider).into(t, 200, &done)
	if done.State != "queued" || done.ApprovedBy != "max" || done.Version != r.Version+1 {
		t.Errorf("approved: %+v", done)
	}
	for _, move := range []string{"approve", "reject", "cancel"} {
		p := h.do("POST", r.path(move), r.body("late"), decider).problem(t, 409, drift.CodeConflict, "")
		if p["winner"] != "max" || p["version"] != float64(done.Version) || p["won_at"] == nil {
			t.Errorf("%s too late: %v", move, p)
		}
	}
	done.problemMoves(t, h, decider)
	h.do("GET", fmt.Sprintf("/api/v1/retrains/%d", r.ID), "", h.as(drift.RoleViewer, h.acme)).into(t, 200, &r)
	var moves []string
	for _, e := range r.Timeline {
		moves = append(moves, e.Actor+" "+e.Move)
	}
	if want := []string{"mona propose", "driftwatch await", "max approve"}; !slices.Equal(moves, want) {
		t.Errorf("timeline %v, want %v", moves, want)
	}
	for query, n := range map[string]int{
		"": 1, "?state=queued,training&tenant=acme&model_type=fraud_detector": 1, "?state=failed": 0,
		"?model_type=conflict_predictor": 0, "?tenant=globex": 0,
	} {
		var list apiList[apiRetrain]
		h.do("GET", "/api/v1/retrains"+query, "", decider).into(t, 200, &list)
		if len(list.Items) != n {
			t.Errorf("%q: %d retrains, want %d", query, len(list.Items), n)
		}
	}
	h.do("POST", done.path("cancel"), done.body("after all not"), decider).into(t, 200, &done)
	if done.State != "cancelled" {
		t.Errorf("cancelled: %+v", done)
	}
	if n := h.count(`SELECT count(*) FROM audit_log WHERE action IN ('retrain.propose', 'retrain.approve', 'retrain.cancel')`); n != 3 {
		t.Errorf("%d audit rows", n)
	}
}

// problemMoves tries what the state of a queued retrain does not allow.
func (r apiRetrain) problemMoves(t *testing.T, h *apiHouse, who string) {
	t.Helper()
	for _, move := range []string{"approve", "reject", "keep"} {
		h.do("POST", r.path(move), r.body("x"), who).problem(t, 409, drift.CodeIllegalMove, "")
	}
	h.do("POST", r.path("cancel"), fmt.Sprintf(`{"version":%d}`, r.Version), who).problem(t, 422, drift.CodeInvalid, "reason")
}

// TestSkippedCooldown takes a manager.
func TestSkippedCooldown(t *testing.T) {
	h := newHouse(t)
	h.label("acme", 120)
	body := `{"tenant":"acme","reason":"now","skip_cooldown":true}`
	h.do("POST", apiModel+"/retrain", body, h.as(drift.RoleOperator)).problem(t, 403, drift.CodeForbidden, "")
	var r apiRetrain
	h.do("POST", apiModel+"/retrain", body, h.as(drift.RoleManager)).into(t, 201, &r)
	if !r.SkipCooldown || r.State != "waiting_approval" {
		t.Errorf("asked for: %+v", r)
	}
	// Without enough rows the request is refused, with the safeguard that did.
	h.do("POST", "/api/v1/predictions", logRow("globex", "one", logged, 0.5), h.as(drift.RoleIngest)).took(t, 200, 1, 1, 0, 0)
	h.do("POST", apiModel+"/retrain", `{"tenant":"globex","reason":"now"}`, h.as(drift.RoleOperator)).into(t, 201, &r)
	if r.State != "refused" || r.Note == "" || *r.Safeguards[2].Passed {
		t.Errorf("without rows: %+v", r)
	}
}

// atOnce runs the requests together and returns their answers.
func atOnce(requests ...func() answer) []answer {
	answers := make([]answer, len(requests))
	start := make(chan struct{})
	var all sync.WaitGroup
	for i, f := range requests {
		all.Go(func() { <-start; answers[i] = f() })
	}
	close(start)
	all.Wait()
	return answers
}

// oneWinner checks that one request was done and each other was told who was faster.
func oneWinner(t *testing.T, answers []answer, names []string) (winner int) {
	t.Helper()
	winner = slices.IndexFunc(answers, func(a answer) bool { return a.status == 200 })
	if winner < 0 {
		t.Fatalf("nobody won: %s", answers[0].body)
	}
	for i, a := range answers {
		if i == winner {
			continue
		}
		p := a.problem(t, 409, drift.CodeConflict, "")
		if p["winner"] != names[winner] || p["version"] == nil || p["won_at"] == nil {
			t.Errorf("%s was told %s", names[i], a.body)
		}
	}
	return winner
}

// TestFiftyManagers approve at once: one does, and 49 are told who.
func TestFiftyManagers(t *testing.T) {
	h := newHouse(t)
	h.label("acme", 120)
	r := h.ask(h.as(drift.RoleOperator, h.acme))
	var names []string
	var requests []func() answer
	for i := range 50 {
		name := fmt.Sprintf("manager-%d", i)
		who := h.named(name, drift.RoleManager, h.acme)
		names = append(names, name)
		requests = append(requests, func() answer { return h.do("POST", r.path("approve"), r.body("go"), who) })
	}
	winner := oneWinner(t, atOnce(requests...), names)
	if n := h.count(`SELECT count(*) FROM ml_retrain_timeline WHERE move = 'approve'`); n != 1 {
		t.Errorf("%d approvals", n)
	}
	if n := h.count(`SELECT count(*) FROM ml_retrain WHERE state = 'queued' AND approved_by = $1`, names[winner]); n != 1 {
		t.Errorf("%s is not the one who approved", names[winner])
	}
}

// TestApproveAgainstReject has one outcome, and the loser is told.
func TestApproveAgainstReject(t *testing.T) {
	h := newHouse(t)
	h.label("acme", 120)
	r := h.ask(h.as(drift.RoleOperator))
	yes, no := h.named("yes", drift.RoleManager), h.named("no", drift.RoleManager)
	winner := oneWinner(t, atOnce(
		func() answer { return h.do("POST", r.path("approve"), r.body("go"), yes) },
		func() answer { return h.do("POST", r.path("reject"), r.body("stay"), no) },
	), []string{"yes", "no"})
	state := []string{"queued", "refused"}[winner]
	if n := h.count(`SELECT count(*) FROM ml_retrain WHERE state = $1`, state); n != 1 {
		t.Errorf("the retrain is not %s", state)
	}
}

// TestApproveAgainstStop: the stop always comes through; an approval does before it or is told who
// stopped retraining.
func TestApproveAgainstStop(t *testing.T) {
	h := newHouse(t)
	h.label("acme", 120)
	r := h.ask(h.as(drift.RoleOperator))
	yes, stop := h.named("yes", drift.RoleManager), h.named("stop", drift.RoleManager)
	answers := atOnce(
		func() answer { return h.do("POST", r.path("approve"), r.body("go"), yes) },
		func() answer { return h.do("POST", "/api/v1/retraining/stop", `{"reason":"bad data"}`, stop) },
	)
	var said struct{ Halt *drift.Halt }
	answers[1].into(t, 200, &said)
	if said.Halt == nil || said.Halt.By != "stop" || said.Halt.Reason != "bad data" {
		t.Errorf("stopped: %s", answers[1].body)
	}
	if answers[0].status != 200 {
		if p := answers[0].problem(t, 409, drift.CodeConflict, ""); p["winner"] != "stop" || p["version"] != float64(r.Version) {
			t.Errorf("the approval was told %v", p)
		}
	}
	h.do("GET", "/api/v1/retraining", "", h.as(drift.RoleViewer, h.globex)).into(t, 200, &said)
	if said.Halt == nil || said.Halt.By != "stop" {
		t.Errorf("a viewer is not told of the stop: %+v", said)
	}
	p := h.do("POST", "/api/v1/retraining/stop", `{"reason":"me too"}`, yes).problem(t, 409, drift.CodeConflict, "")
	if p["winner"] != "stop" || p["won_at"] == nil {
		t.Errorf("a second stop: %v", p)
	}
	h.do("POST", apiModel+"/retrain", `{"tenant":"acme","reason":"x"}`, yes).problem(t, 409, drift.CodeConflict, "")
	h.do("POST", "/api/v1/retraining/resume", `{"reason":"mended"}`, yes).into(t, 200, &said)
	if said.Halt != nil {
		t.Errorf("resumed: %+v", said.Halt)
	}
	h.do("POST", "/api/v1/retraining/resume", `{"reason":"mended"}`, yes).problem(t, 409, drift.CodeConflict, "")
	if answers[0].status != 200 {
		h.do("POST", r.path("approve"), r.body("go"), yes).into(t, 200, &r)
	}
	if h.count(`SELECT count(*) FROM ml_retrain WHERE state = 'queued'`) != 1 {
		t.Error("after the stop the retrain is not queued")
	}
}

// TestSettingsByAPI changes settings as an administrator.
func TestSettingsByAPI(t *testing.T) {
	h := newHouse(t)
	admin, viewer := h.as(drift.RoleAdmin), h.as(drift.RoleViewer, h.acme)
	type setting struct{ Name, Value, Origin, Default string }
	var s setting
	h.do("PUT", "/api/v1/settings/MIN_SCORES", `{"value":"40","reason":"more"}`, admin).into(t, 200, &s)
	if s != (setting{"MIN_SCORES", "40", "global", "30"}) {
		t.Errorf("set: %+v", s)
	}
	h.do("POST", "/api/v1/settings/MIN_SCORES", `{"value":"50","reason":"hers","tenant":"acme"}`, admin).into(t, 200, &s)
	find := func(query, name string) (found setting) {
		var list apiList[setting]
		h.do("GET", "/api/v1/settings"+query, "", viewer).into(t, 200, &list)
		for _, s := range list.Items {
			if s.Name == name {
				found = s
			}
		}
		return found
	}
	if s := find("?tenant=acme", "MIN_SCORES"); s.Value != "50" || s.Origin != "tenant" {
		t.Errorf("acme's: %+v", s)
	}
	if s := find("", "MIN_SCORES"); s.Value != "40" {
		t.Errorf("everybody's: %+v", s)
	}
	h.do("PUT", "/api/v1/settings/MIN_SCORES", `{"value":null,"reason":"back"}`, admin).into(t, 200, &s)
	if s.Value != "30" || s.Origin != "default" {
		t.Errorf("taken back: %+v", s)
	}
	if _, err := h.db.Pool().Exec(t.Context(), `INSERT INTO model_type (name, behaves_like) VALUES ('churn', 'fraud_detector')`); err != nil {
		t.Fatal(err)
	}
	h.do("PUT", "/api/v1/settings/ENABLE_AUTO_RETRAIN_CHURN", `{"value":"true","reason":"pilot"}`, admin).into(t, 200, &s)
	if s := find("", "ENABLE_AUTO_RETRAIN_CHURN"); s.Value != "true" {
		t.Errorf("a model type's own: %+v", s)
	}
	for _, c := range []struct {
		name, body string
		status     int
		code       drift.Code
		field      string
	}{
		{"MIN_SCORES", `{"value":"0","reason":"x"}`, 422, drift.CodeInvalid, "value"},
		{"MIN_SCORES", `{"reason":"x"}`, 422, drift.CodeInvalid, "value"},
		{"MIN_SCORES", `{"value":40}`, 422, drift.CodeInvalid, "value"},
		{"MIN_SCORES", `{"value":"a\u0000"}`, 422, drift.CodeInvalid, "value"},
		{"PERFORMANCE_DRIFT_HIGH", `{"value":"0.5"}`, 422, drift.CodeInvalid, "value"},
		{"MIN_SCORES", `{"value":"40","tenant":"nobody"}`, 404, drift.CodeNotFound, ""},
		{"NOTHING", `{"value":"40"}`, 404, drift.CodeNotFound, "name"},
		{"ENABLE_AUTO_RETRAIN_FRUAD", `{"value":"true"}`, 404, drift.CodeNotFound, "name"},
		{"ENABLE_AUTO_RETRAIN_FRAUD_DETECTOR", `{"value":"true"}`, 404, drift.CodeNotFound, "name"},
		{"TRAINER_COMMAND_CHURN", `{"value":"[\"/bin/sh\"]"}`, 403, drift.CodeForbidden, ""},
	} {
		h.do("PUT", "/api/v1/settings/"+c.name, c.body, admin).problem(t, c.status, c.code, c.field)
	}
	h.do("PUT", "/api/v1/settings/MIN_SCORES", `{"value":"40"}`, h.as(drift.RoleManager)).problem(t, 403, drift.CodeForbidden, "")
	h.do("GET", "/api/v1/settings?tenant=globex", "", viewer).problem(t, 404, drift.CodeNotFound, "")
}
