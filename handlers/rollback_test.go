package handlers_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
)

const frauds = "/models/acme/fraud_detector"

// train keeps a version of acme's fraud detector as if it had been trained here, and puts it into
// service where serve is set.
func (h *pageHouse) train(version string, at time.Time, serve bool) {
	h.t.Helper()
	m := drift.Model{TenantID: h.acme.ID, Tenant: "acme", ModelType: "fraud_detector"}
	err := h.apiHouse.store.InTx(context.Background(), drift.SystemActor(), func(tx engine.Tx) error {
		old, err := tx.Serving(context.Background(), m)
		if err != nil {
			return err
		}
		digest := sha256.Sum256([]byte(version))
		id := h.retrain(tx, m, old.Version)
		err = tx.PutVersion(context.Background(), drift.NewVersion{
			Key: drift.VersionKey{Model: m, Version: version}, Artifact: []byte(version), Digest: digest[:], Trainer: "logistic",
			Parent: old.Version, RetrainID: id, ApprovedBy: "mia", RowsTrain: 1234, WindowFrom: at.AddDate(0, 0, -100), WindowTo: at.AddDate(0, 0, -1),
			Holdout: json.RawMessage(`{"rows":400,"accuracy":0.875,"precision":null,"recall":0.5,"roc_auc":0.9125}`),
			Scores:  drift.LabelledScores{Scores: []float64{0.5}, Labels: []byte{1}},
		}, at)
		if err != nil || !serve {
			return err
		}
		return tx.Activate(context.Background(), old, drift.VersionKey{Model: m, Version: version}, at)
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// predict logs a prediction of the last days for each of the versions.
func (h *pageHouse) predict(versions ...string) {
	h.t.Helper()
	today := drift.DateOf(time.Now())
	for _, v := range versions {
		row := fmt.Sprintf(`{"prediction_id":%q,"tenant":"acme","model_type":"fraud_detector","model_version":%q,"created_at":%q,"score":0.5,"predicted":true,"actual":true}`,
			v, v, today.Add(-1).Time().Format(time.RFC3339))
		if a := h.do("POST", "/api/v1/predictions", row, h.as(drift.RoleIngest)); a.status != 200 {
			h.t.Fatalf("log: %d %s", a.status, a.body)
		}
	}
	if _, err := h.apiHouse.store.RebuildMarkedDays(context.Background(), today.Add(-1), today, nil); err != nil {
		h.t.Fatal(err)
	}
}

// retrain keeps an ended retrain and returns its number.
func (h *pageHouse) retrain(tx engine.Tx, m drift.Model, parent string) int64 {
	h.t.Helper()
	r := &drift.Retrain{
		TenantID: m.TenantID, Tenant: m.Tenant, ModelType: m.ModelType, Version: 1, State: drift.RetrainKept, RequestedBy: "ann", ParentVersion: parent,
		Safeguards: []drift.Safeguard{}, CreatedAt: time.Now(), StateSince: time.Now(),
	}
	e := drift.RetrainEntry{Version: 1, At: time.Now(), Actor: "ann", Move: "propose", To: drift.RetrainKept}
	if ok, err := tx.InsertRetrain(context.Background(), r, e); err != nil || !ok {
		h.t.Fatalf("keep a retrain: %t, %v", ok, err)
	}
	return r.ID
}

// TestRollBackByForm goes back to an earlier version by the forms alone, scripts off.
func TestRollBackByForm(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	manager, operator := h.as(drift.RoleManager), h.as(drift.RoleOperator)
	page := h.get(frauds, asBrowser, manager)
	page.isPage(t, 200, "a model without activations")
	if !strings.Contains(page.body, "no version was activated here yet") || strings.Contains(page.body, "/rollback?to=") {
		t.Error("a rollback is offered where nothing was activated, or is not explained")
	}
	h.get(frauds+"/rollback", asBrowser, manager).isPage(t, 200, "a preview without activations")

	h.train("t1", time.Now().Add(-48*time.Hour), true)
	h.train("t2", time.Now().Add(-24*time.Hour), true)
	h.train("t3", time.Now().Add(-time.Hour), false)
	h.predict("t1", "t2")
	page = h.get(frauds, asBrowser, manager)
	page.isPage(t, 200, "a model with activations")
	for _, want := range []string{
		"1,234", "by logistic", "approved by mia", "accuracy 87.5", "recall 50.0", "ROC AUC 0.912", "400", "/artifact?tenant=acme",
		`href="/retrains/`, "/rollback?to=t1", "version t2",
	} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the versions do not say %q", want)
		}
	}
	for _, never := range []string{"/rollback?to=t2", "/rollback?to=t3", "precision 0"} {
		if strings.Contains(page.body, never) {
			t.Errorf("the versions offer or claim %q", never)
		}
	}
	lower := h.get(frauds, asBrowser, operator)
	if strings.Contains(lower.body, "/rollback?to=") || !strings.Contains(lower.body, "A manager can roll this model back.") {
		t.Error("an operator is offered a rollback, or is not told why not")
	}
	preview := h.get(frauds+"/rollback", asBrowser, manager)
	preview.isPage(t, 200, "preview")
	if !strings.Contains(preview.body, "to version t1?") || strings.Contains(preview.body, `value="t3"`) {
		t.Error("the preview does not choose the version before, or offers one that never served")
	}
	h.refusedRollBacks(t, manager, operator)

	a := h.post(frauds+"/rollback", rollBackForm("to", "t1"), asBrowser, manager)
	if a.status != 303 || a.header.Get("Location") != frauds {
		t.Fatalf("rolled back: %d to %q: %.400s", a.status, a.header.Get("Location"), a.body)
	}
	page = h.get(a.header.Get("Location"), asBrowser, manager)
	for _, want := range []string{"version t1 serves again", "Retraining is paused", "because " + "&lt;script&gt;", frauds + "/resume", "back to t1"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("after the rollback the page does not say %q", want)
		}
	}
	if got := h.count(`SELECT count(*) FROM ml_model_version WHERE is_active AND version = 't1'`); got != 1 {
		t.Errorf("%d active versions called t1", got)
	}
	h.postedTwice(t, manager)
	h.resumed(t, manager, operator)
}

// postedTwice: whoever sends the form once more is told what serves, and one more click undoes nothing: no
// version is chosen and nothing confirmed. The version that was taken out is never chosen unasked.
func (h *pageHouse) postedTwice(t *testing.T, manager string) {
	t.Helper()
	again := h.post(frauds+"/rollback", rollBackForm("to", "t1"), asBrowser, manager)
	if again.status != 409 || !strings.Contains(again.body, "serves now, not") {
		t.Errorf("a form of before the rollback: %d", again.status)
	}
	again.holds(t, "the form once more", "Choose a version", "Version t1 serves.", "was rolled back", "because &lt;script&gt;")
	if strings.Contains(again.body, `value="fraud_detector"`) {
		t.Error("the second form's answer is confirmed already")
	}
	for what, a := range map[string]answer{
		"the second form's answer": again, "a new preview": h.get(frauds+"/rollback", asBrowser, manager),
		"a version that never was": h.get(frauds+"/rollback?to=nonsense", asBrowser, manager),
	} {
		if what != "a new preview" { // which goes one version further back
			a.holds(t, what, "Choose a version")
		}
		if strings.Contains(a.body, `<option value="t2" selected`) {
			t.Errorf("%s has chosen the version that was just rolled back", what)
		}
	}
	h.get(frauds+"/rollback?to=nonsense", asBrowser, manager).holds(t, "a version that never was", `id="to-problem"`, "has never served")
	h.get(frauds+"/rollback?to=t2", asBrowser, manager).holds(t, "the one taken out, asked for", `<option value="t2" selected`)
}

// rollBackForm is a good form of a rollback from t2, but for the given fields.
func rollBackForm(pairs ...string) string {
	v := url.Values{"from": {"t2"}, "to": {"t1"}, "reason": {"because " + script}, "confirm": {"fraud_detector"}}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

// refusedRollBacks tries what must change nothing.
func (h *pageHouse) refusedRollBacks(t *testing.T, manager, operator string) {
	t.Helper()
	for name, c := range map[string]struct {
		form, who, says, field string
		status                 int
	}{
		"no confirmation":   {rollBackForm("confirm", "fraud"), manager, "Type fraud_detector, the name", "confirm", 422},
		"no reason":         {rollBackForm("reason", " "), manager, "the reason stays in the record", "reason", 422},
		"never served":      {rollBackForm("to", "t3"), manager, "has never served", "to", 422},
		"nothing seen":      {rollBackForm("from", ""), manager, "which version it was made for", "", 422},
		"nothing chosen":    {rollBackForm("to", ""), manager, "Choose the version", "to", 422},
		"serves already":    {rollBackForm("to", "t2"), manager, "serves already", "", 409},
		"another one seen":  {rollBackForm("from", "t0"), manager, "serves now, not", "", 409},
		"an operator":       {rollBackForm(), operator, "", "", 403},
		"another's manager": {rollBackForm(), h.as(drift.RoleManager, h.globex), "", "", 404},
	} {
		a := h.post(frauds+"/rollback", c.form, asBrowser, c.who)
		a.isPage(t, c.status, name)
		if !strings.Contains(a.body, c.says) {
			t.Errorf("%s: the page does not say %q", name, c.says)
		}
		if c.field != "" && !strings.Contains(a.body, `id="`+c.field+`-problem"`) {
			t.Errorf("%s: nothing is said at the field %s", name, c.field)
		}
	}
	h.get(frauds+"/rollback", asBrowser, h.as(drift.RoleAdmin, h.globex)).isPage(t, 404, "the preview of another tenant")
	if got := h.count(`SELECT count(*) FROM ml_service`); got != 3 {
		t.Errorf("%d stretches of service after refused rollbacks, want 3", got)
	}
}

// resumed lifts the pause that the rollback left.
func (h *pageHouse) resumed(t *testing.T, manager, operator string) {
	t.Helper()
	resume := func(who, reason string) answer {
		return h.post(frauds+"/resume", url.Values{"reason": {reason}}.Encode(), asBrowser, who)
	}
	if strings.Contains(h.get(frauds, asBrowser, operator).body, frauds+"/resume") {
		t.Error("an operator is offered to resume")
	}
	if a := resume(operator, "x"); a.status != 403 {
		t.Errorf("an operator resumes: %d", a.status)
	}
	if a := resume(manager, ""); a.status != 422 || !strings.Contains(a.body, `id="resume-reason-problem"`) {
		t.Errorf("resumed without a reason: %d", a.status)
	}
	if a := resume(manager, "found it"); a.status != 303 || a.header.Get("Location") != frauds {
		t.Fatalf("resume: %d to %q", a.status, a.header.Get("Location"))
	}
	if strings.Contains(h.get(frauds, asBrowser, manager).body, "Retraining is paused") {
		t.Error("the pause is still there")
	}
	if a := resume(manager, "again"); a.status != 409 {
		t.Errorf("resumed twice: %d", a.status)
	}
}
