package handlers_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/handlers"
	"github.com/driftwatch/driftwatch/web"
)

const artefact = "a model\x00of bytes"

func artefactDigest() string {
	sum := sha256.Sum256([]byte(artefact))
	return hex.EncodeToString(sum[:])
}

// train keeps a version of acme's model as a trainer left it.
func (h *apiHouse) train(version, parent string) {
	h.t.Helper()
	err := h.store.InTx(context.Background(), drift.SystemActor(), func(tx engine.Tx) error {
		sum := sha256.Sum256([]byte(artefact))
		return tx.PutVersion(context.Background(), drift.NewVersion{
			Key: h.versionKey(version), Artifact: []byte(artefact), Digest: sum[:], Trainer: "logistic",
			Parent: parent, RetrainID: 7, ApprovedBy: "max", RowsTrain: 90, WindowFrom: logged, WindowTo: logged.Add(time.Hour),
			Holdout: json.RawMessage(`{"accuracy": 0.9}`), Scores: drift.LabelledScores{Scores: []float64{0.5}, Labels: []byte{1}},
		}, time.Now())
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *apiHouse) versionKey(version string) drift.VersionKey {
	return drift.VersionKey{Model: drift.Model{TenantID: h.acme.ID, Tenant: "acme", ModelType: "fraud_detector"}, Version: version}
}

// activate puts a version of acme's model into service.
func (h *apiHouse) activate(version string) {
	h.t.Helper()
	ctx := context.Background()
	err := h.store.InTx(ctx, drift.SystemActor(), func(tx engine.Tx) error {
		next := h.versionKey(version)
		old, err := tx.Serving(ctx, next.Model)
		if err != nil {
			return err
		}
		return tx.Activate(ctx, old, next, time.Now().UTC())
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// TestArtifact gives a follower everything it needs, on a token that may do nothing else but log.
func TestArtifact(t *testing.T) {
	h := newHouse(t)
	feeder := h.as(drift.RoleIngest, h.acme)
	h.do("POST", "/api/v1/predictions", logRow("acme", "one", logged, 0.5), feeder).took(t, 200, 1, 1, 0, 0)
	h.train("v2", "v1")
	h.activate("v2")
	var v map[string]any
	h.do("GET", apiModel+"/active", "", feeder).into(t, 200, &v)
	if v["version"] != "v2" || v["digest"] != artefactDigest() || v["source"] != "trained" {
		t.Fatalf("active: %v", v)
	}
	tag := `"` + artefactDigest() + `"`
	a := h.do("GET", apiModel+"/versions/v2/artifact?tenant=acme", "", feeder)
	if a.status != 200 || a.body != artefact || a.header.Get("ETag") != tag || a.header.Get("Content-Type") != "application/octet-stream" {
		t.Fatalf("artefact: %d %v %q", a.status, a.header, a.body)
	}
	if a := h.do("GET", apiModel+"/versions/v2/artifact", "", feeder, "If-None-Match: "+tag); a.status != http.StatusNotModified || a.body != "" {
		t.Errorf("known already: %d %q", a.status, a.body)
	}
	h.do("GET", apiModel+"/versions/v1/artifact", "", feeder).problem(t, 404, drift.CodeNotFound, "")
	h.do("GET", apiModel+"/versions/v2/artifact?tenant=acme", "", h.as(drift.RoleIngest, h.globex)).problem(t, 404, drift.CodeNotFound, "")
	h.do("GET", apiModel+"/versions/v2/artifact?tenant=acme", "").problem(t, 401, drift.CodeUnauthorized, "")
	h.do("GET", apiModel+"/versions/v2/artifact", "", h.as(drift.RoleAdmin)).problem(t, 422, drift.CodeInvalid, "tenant")
	var list apiList[struct {
		Version, Digest, Trainer, Parent string
		Active                           bool
		RetrainID                        *int64         `json:"retrain_id"`
		ApprovedBy                       string         `json:"approved_by"`
		RowsTrain                        int            `json:"rows_train"`
		WindowFrom                       *time.Time     `json:"window_from"`
		Holdout                          map[string]any `json:"holdout"`
		Services                         []drift.Service
	}]
	h.do("GET", apiModel+"/versions?tenant=acme", "", h.as(drift.RoleViewer, h.acme)).into(t, 200, &list)
	if len(list.Items) != 2 {
		t.Fatalf("versions: %+v", list.Items)
	}
	n, o := list.Items[0], list.Items[1]
	if n.Version != "v2" || n.Digest != artefactDigest() || n.Trainer != "logistic" || n.Parent != "v1" || *n.RetrainID != 7 || n.ApprovedBy != "max" ||
		n.RowsTrain != 90 || !n.WindowFrom.Equal(logged) || n.Holdout["accuracy"] != 0.9 || !n.Active || len(n.Services) != 1 || n.Services[0].To != nil {
		t.Errorf("trained: %+v", n)
	}
	if o.Version != "v1" || o.Digest != "" || o.RetrainID != nil || o.Holdout != nil || len(o.Services) != 1 || o.Services[0].To == nil {
		t.Errorf("external: %+v", o)
	}
}

// TestRollbackByAPI: two managers roll back at once, one does and the other is told; a follower that
// waits is woken by it, not by its next look.
func TestRollbackByAPI(t *testing.T) {
	h := newHouse(t)
	feeder := h.as(drift.RoleIngest, h.acme)
	h.do("POST", "/api/v1/predictions", logRow("acme", "one", logged, 0.5), feeder).took(t, 200, 1, 1, 0, 0)
	manager := h.named("mona", drift.RoleManager)
	const path = apiModel + "/rollback"
	h.do("POST", path, `{"tenant":"acme","reason":"x"}`, manager).problem(t, 409, drift.CodeConflict, "")
	h.train("v2", "v1")
	h.activate("v2")
	h.train("v3", "v2")
	h.activate("v3")

	fail := func(w http.ResponseWriter, _ *http.Request, err error) { web.WriteProblem(w, web.FailureOf(err)) }
	h.serve(handlers.NewAPI(handlers.APIOptions{
		Store: h.db, Engine: h.engine, Auth: h.auth, Feed: h.feed, Meters: h.meters, LookEvery: time.Hour,
	}), fail)
	a := h.do("GET", apiModel+"/active", "", feeder)
	followers := make(chan answer, 3)
	for range cap(followers) {
		go func() {
			followers <- h.do("GET", apiModel+"/active?wait=60", "", feeder, "If-None-Match: "+a.header.Get("ETag"))
		}()
	}
	b := h.connect("", h.as(drift.RoleViewer, h.acme))

	names := []string{"mona", "max"}
	max := h.named("max", drift.RoleManager, h.acme)
	ask := func(who string) func() answer {
		return func() answer {
			return h.do("POST", path, `{"tenant":"acme","reason":"it is worse","from":"v3"}`, who)
		}
	}
	answers := atOnce(ask(manager), ask(max))
	winner := oneWinner(t, answers, names)
	var done struct {
		Tenant, From, To string
		ModelType        string `json:"model_type"`
		At               time.Time
	}
	answers[winner].into(t, 200, &done)
	if done.Tenant != "acme" || done.ModelType != "fraud_detector" || done.From != "v3" || done.To != "v2" || done.At.IsZero() {
		t.Errorf("rolled back: %s", answers[winner].body)
	}
	var v map[string]any
	for range cap(followers) {
		a := <-followers
		if a.into(t, 200, &v); v["version"] != "v2" || v["active"] != true {
			t.Errorf("a follower was told %v", v)
		}
		if d := time.Since(done.At); d > 5*time.Second {
			t.Errorf("a follower was told after %v", d)
		}
	}
	for { // the socket tells of the rollback with the model
		_, text := b.next()
		var m struct {
			Type  string
			Model map[string]any
		}
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			t.Fatal(err)
		}
		if m.Type != string(drift.EventModelRolledBack) {
			continue
		}
		if m.Model["tenant"] != "acme" || m.Model["model_type"] != "fraud_detector" || m.Model["version"] != "v2" || m.Model["previous"] != "v3" {
			t.Errorf("the socket says %s", text)
		}
		break
	}
	if n := h.count(`SELECT count(*) FROM noc_alert_event WHERE alert_type = 'ML_ROLLBACK' AND status = 'ESCALATED' AND severity = 'CRITICAL'`); n != 1 {
		t.Errorf("%d alerts of the rollback", n)
	}

	// Once more goes further back, not forth again; and then there is nothing.
	h.do("POST", path, `{"tenant":"acme","reason":"that too"}`, max).into(t, 200, &done)
	if done.From != "v2" || done.To != "v1" {
		t.Errorf("rolled back again: %+v", done)
	}
	h.do("POST", path, `{"tenant":"acme","reason":"x"}`, max).problem(t, 409, drift.CodeConflict, "")
	h.do("POST", path, `{"tenant":"acme","reason":"x","to":"v9"}`, max).problem(t, 422, drift.CodeInvalid, "to")
	h.do("POST", path, `{"tenant":"acme","reason":"it was not that","to":"v3"}`, max).into(t, 200, &done)
	if done.To != "v3" {
		t.Errorf("rolled to a named one: %+v", done)
	}

	const resume = apiModel + "/resume"
	h.do("POST", resume, `{"tenant":"acme","reason":"x"}`, h.as(drift.RoleOperator)).problem(t, 403, drift.CodeForbidden, "")
	var paused struct{ Paused bool }
	h.do("POST", resume, `{"tenant":"acme","reason":"understood"}`, manager).into(t, 200, &paused)
	h.do("POST", resume, `{"tenant":"acme","reason":"understood"}`, manager).problem(t, 409, drift.CodeConflict, "")
}

// TestRetrainOnTheSocket carries the retrain.
func TestRetrainOnTheSocket(t *testing.T) {
	h := newHouse(t)
	h.label("acme", 120)
	b := h.connect("?since=0", h.as(drift.RoleViewer, h.acme))
	r := h.ask(h.as(drift.RoleOperator))
	for {
		_, text := b.next()
		var m struct {
			Type, Tenant string
			Retrain      *apiRetrain
		}
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			t.Fatal(err)
		}
		if m.Type != string(drift.EventRetrainUpdated) {
			continue
		}
		if m.Tenant != "acme" || m.Retrain == nil || m.Retrain.ID != r.ID || m.Retrain.ModelType != "fraud_detector" || len(m.Retrain.Safeguards) != 5 {
			t.Fatalf("the socket says %s", text)
		}
		if m.Retrain.State == drift.RetrainWaitingApproval && m.Retrain.Version == r.Version {
			break
		}
	}
}
