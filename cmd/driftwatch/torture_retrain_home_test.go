package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// The model of each tenant under torture.
const (
	tornModel = drift.ConflictPredictor
	firstOne  = "old" // the version that serves at first
)

// trainee is an installation whose models are retrained while it is killed. Every retrain has a tenant
// of its own, so that none waits for another's cooldown.
type trainee struct {
	*home
	testing *testing.T
	server  *process
	conn    *pgx.Conn // looks; made anew when PostgreSQL was killed
	asker   string
	decider string
	hold    string // while this file is there, trainers wait
	marks   string // what a trainer's environment holds where its folder is this installation's
}

// The trainer is a program of the user's own: it leaves something running in a session of its own, which
// nobody but the guard or the server will ever end, waits where it is told to, and then has the
// built-in one do the work.
const tornTrainer = `#!/bin/sh
setsid sleep 600 </dev/null >/dev/null 2>&1 &
while [ -e %[1]s ]; do sleep 0.02; done
exec %[2]s trainer logistic .
`

// newTrainee makes an installation with so many tenants, and so many more whose models drift: those
// count down by themselves.
func newTrainee(t *testing.T, tenants, drifting int) *trainee {
	t.Helper()
	k := &trainee{home: newHome(t), testing: t}
	work := filepath.Dir(k.data)
	k.env = append(k.env, "TMPDIR="+work)
	k.marks = "DRIFTWATCH_TRAINER_DIR=" + filepath.Join(k.data, "trainings", "server-")
	k.hold = filepath.Join(work, "hold")
	script := filepath.Join(work, "train.sh")
	if err := os.WriteFile(script, fmt.Appendf(nil, tornTrainer, k.hold, program), 0o700); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	log.WriteString("prediction_id,tenant,model_type,model_version,created_at,score,predicted,actual,crowd\n")
	for i := range tenants {
		learnable(&log, tenantOf(i), false)
	}
	for i := range drifting {
		learnable(&log, driftingOf(i), true)
	}
	settings := map[string]string{
		"TRAINER_COMMAND_CONFLICT_PREDICTOR": fmt.Sprintf("[%q]", script), "MAX_CONCURRENT_RETRAIN_JOBS": "3",
		"RETRAIN_COUNTDOWN_MINUTES": "1440", "ENABLE_AUTO_RETRAIN": "true", "ENABLE_AUTO_RETRAIN_CONFLICT": "true",
		"AUTO_RETRAIN_ENABLED_TENANTS": `["*"]`,
	}
	text, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(work, "settings.json")
	if err := os.WriteFile(config, text, 0o600); err != nil {
		t.Fatal(err)
	}
	k.env = append(k.env, "DRIFTWATCH_CONFIG="+config)
	k.run(log.String(), "import", "predictions", "-")
	k.server = k.serve()
	k.asker, k.decider = k.token("asker", "operator"), k.token("decider", "admin")
	k.conn = connect(t, k.socketDSN())
	t.Cleanup(func() { _ = os.Remove(k.hold) })
	if drifting > 0 {
		k.run("", "run", "performance")
	}
	return k
}

func tenantOf(i int) string   { return fmt.Sprintf("hall-%03d", i) }
func driftingOf(i int) string { return fmt.Sprintf("drifting-%d", i) }

func (k *trainee) token(name, role string) string {
	return strings.TrimSpace(k.run("", "token", "add", name, "--role", role))
}

// learnable writes 240 rows of a model that is right three times out of four, while one of its features
// knows nine times out of ten: retraining helps. One that drifts was right nine times out of ten before.
func learnable(b *strings.Builder, tenant string, drifts bool) {
	random := rand.New(rand.NewPCG(1, uint64(len(tenant))))
	now := time.Now().UTC()
	for i := range 240 {
		at, right := now.Add(time.Duration(i-241)*40*time.Minute), i%4 != 0
		if drifts && i < 100 {
			at, right = now.Add(time.Duration(i)*6*time.Hour-58*24*time.Hour), i%10 != 0
		}
		crowd := random.Float64()
		actual := (crowd > 0.5) != (random.Float64() < 0.1)
		predicted := actual == right
		score := random.Float64() / 2
		if predicted {
			score += 0.5
		}
		fmt.Fprintf(b, "%s-%d,%s,%s,%s,%s,%.4f,%t,%t,%.6f\n", tenant, i, tenant, tornModel, firstOne, at.Format(time.RFC3339Nano), score, predicted, actual, crowd)
	}
}

// torn is a retrain as the API shows it.
type torn struct {
	ID               int64
	Version          int
	State            drift.RetrainState
	Note, Tenant     string
	Attempt          int
	CandidateVersion string `json:"candidate_version"`
}

// ask proposes a retrain of a tenant's model; false where no answer came, or one that a program has to
// expect of a server that dies.
func (k *trainee) ask(ctx context.Context, tenant string) bool {
	return k.post(ctx, "/models/"+tornModel+"/retrain", k.asker, map[string]any{"tenant": tenant, "reason": "it is worn"}, http.StatusCreated)
}

// approve approves a retrain as it was seen.
func (k *trainee) approve(ctx context.Context, r torn) bool {
	return k.post(ctx, fmt.Sprintf("/retrains/%d/approve", r.ID), k.decider, map[string]any{"version": r.Version, "reason": "go on"}, http.StatusOK)
}

func (k *trainee) post(ctx context.Context, path, token string, body any, want int) bool {
	b, err := json.Marshal(body)
	if err != nil {
		k.t.Error(err)
		return false
	}
	status, answer, err := k.call(ctx, http.MethodPost, "/api/v1"+path, token, b)
	// A conflict is the answer to what was done already, by a request whose own answer was lost.
	if err == nil && status != want && status != http.StatusConflict && status != http.StatusServiceUnavailable && status != http.StatusInternalServerError {
		k.t.Errorf("POST %s: %d %s", path, status, answer)
	}
	return err == nil && status == want
}

// retrainOf reads the newest retrain of a tenant from the database; ID 0 where it has none.
func (k *trainee) retrainOf(tenant string) (r torn) {
	k.t.Helper()
	err := k.look().QueryRow(context.Background(), `SELECT r.id, r.version, r.state, r.note, t.name, r.attempt, r.candidate_version
		FROM ml_retrain r JOIN tenant t ON t.id = r.tenant_id WHERE t.name = $1 ORDER BY r.id DESC LIMIT 1`, tenant).
		Scan(&r.ID, &r.Version, &r.State, &r.Note, &r.Tenant, &r.Attempt, &r.CandidateVersion)
	if err != nil && err != pgx.ErrNoRows && !k.conn.IsClosed() {
		k.t.Fatalf("retrain of %s: %v", tenant, err)
	}
	return r
}

// look is a connection to the database as it is now.
func (k *trainee) look() *pgx.Conn {
	k.t.Helper()
	if err := k.conn.Ping(context.Background()); err != nil { // its PostgreSQL went away, with its server or alone
		_ = k.conn.Close(context.Background())
		k.conn = k.dial()
	}
	return k.conn
}

// dial waits for the installation's PostgreSQL, wherever it listens now.
func (k *trainee) dial() (conn *pgx.Conn) {
	k.t.Helper()
	eventually(k.t, time.Minute, "a connection to the database", func() bool {
		var err error
		conn, err = pgx.Connect(context.Background(), k.socketDSN())
		return err == nil
	})
	k.testing.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// active asks the API which version serves.
func (k *trainee) active(tenant string) string {
	k.t.Helper()
	status, answer, err := k.call(context.Background(), http.MethodGet, "/api/v1/models/"+tornModel+"/active?tenant="+tenant, k.decider, nil)
	var v struct{ Version string }
	if err == nil && status == http.StatusOK {
		err = json.Unmarshal(answer, &v)
	}
	if err != nil || v.Version == "" {
		k.t.Errorf("what is active at %s: %d %s %v", tenant, status, answer, err)
	}
	return v.Version
}

// score logs forty outcomes of a version in service: all right, or all wrong.
func (k *trainee) score(tenant, version string, right bool) {
	k.t.Helper()
	var b bytes.Buffer
	at := time.Now().UTC()
	for i := range 40 {
		fmt.Fprintf(&b, `{"prediction_id":"%s-%s-%d","tenant":%q,"model_type":%q,"model_version":%q,"created_at":%q,"score":0.9,"predicted":true,"actual":%t}`+"\n",
			tenant, version, i, tenant, tornModel, version, at.Add(time.Duration(i)*time.Microsecond).Format(time.RFC3339Nano), right)
	}
	status, answer, err := k.call(context.Background(), http.MethodPost, "/api/v1/predictions", k.decider, b.Bytes())
	if err != nil || status != http.StatusOK {
		k.t.Fatalf("outcomes of %s: %d %s %v", tenant, status, answer, err)
	}
}

// dayPasses moves a tenant's activation back by a day and an hour, so that its watch is due now.
func (k *trainee) dayPasses(tenant string) {
	k.t.Helper()
	for _, statement := range []string{
		`UPDATE ml_service s SET to_at = to_at - interval '25 hours' FROM tenant t WHERE t.id = s.tenant_id AND t.name = $1 AND to_at IS NOT NULL`,
		`UPDATE ml_service s SET from_at = from_at - interval '25 hours' FROM tenant t WHERE t.id = s.tenant_id AND t.name = $1 AND to_at IS NULL`,
		`UPDATE ml_retrain r SET activated_at = activated_at - interval '25 hours', due_at = due_at - interval '25 hours'
			FROM tenant t WHERE t.id = r.tenant_id AND t.name = $1 AND state = 'watching'`,
	} {
		if _, err := k.look().Exec(context.Background(), statement, tenant); err != nil {
			k.t.Fatalf("%s: %v", statement, err)
		}
	}
}
