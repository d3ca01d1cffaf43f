package main_test

import (
	"encoding/json"
	"math"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// expectedSeries is what independent programs say of one prediction log; the directory of the logs
// says what each number is.
type expectedSeries struct {
	Tenant      string                 `json:"tenant"`
	ModelType   string                 `json:"model_type"`
	Rows        int                    `json:"rows"`
	Daily       map[string]expectedDay `json:"daily"`
	Evaluations []expectedCheck        `json:"evaluations"`
}

type expectedDay struct {
	N         int      `json:"n"`
	TP        int      `json:"tp"`
	FP        int      `json:"fp"`
	FN        int      `json:"fn"`
	TN        int      `json:"tn"`
	Accuracy  *float64 `json:"accuracy"` // nil under ten outcomes
	Precision *float64 `json:"precision"`
	Recall    *float64 `json:"recall"`
	F1        *float64 `json:"f1"`
	Brier     *float64 `json:"brier"`
	ROCAUC    *float64 `json:"roc_auc"`
	PRAUC     *float64 `json:"avg_precision"`
}

type expectedCheck struct {
	Now          time.Time  `json:"now"`
	NRecent      int        `json:"n_recent"`
	NBaseline    int        `json:"n_baseline"`
	Numerator    int64      `json:"d_num"`
	PExact       float64    `json:"p_exact"`
	KSSeverity   string     `json:"ks_severity"`
	PSI          float64    `json:"psi"`
	JS           float64    `json:"js"`
	Wasserstein  float64    `json:"wass_norm"`
	AccRecent    float64    `json:"acc_recent"`
	AccBaseline  float64    `json:"acc_baseline"`
	Drop         float64    `json:"drop"`
	PerfStatus   string     `json:"perf_status"`
	PerfSeverity string     `json:"perf_severity"`
	ZP           float64    `json:"z_p"`
	DropInterval [2]float64 `json:"drop_ci95"`
}

// loggedReport is what the tests read of a report in the database.
type loggedReport struct {
	DriftType string             `json:"drift_type"`
	Status    string             `json:"status"`
	Severity  *string            `json:"severity"`
	Metrics   map[string]float64 `json:"-"`
	Method    string             `json:"-"`
}

// Least numbers on each side, below which a check must not judge.
const (
	minScores   = 30
	minOutcomes = 10
)

func TestRealLogs(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"elec2", "california_housing"} {
		t.Run(name, func(t *testing.T) { realLog(t, name) })
	}
}

// realLog takes a real model's log in, as the README says, and compares every day and every report
// with what independent programs say of it.
func realLog(t *testing.T, name string) {
	log, there := beside(t, "data", name+".csv")
	answers, both := beside(t, "data", "expected_"+name+".json")
	if !there || !both {
		return
	}
	want := readSeries(t, answers)
	s := serve(t, freshDir(t), anyPort)
	must(t, s.dir, "a long enough password\n", "user", "add", "ada", "--role", "operator", "--password-stdin")

	begun := time.Now()
	if got := mustJSON[imported](t, s.dir, "", "import", "predictions", log); got.Inserted != want.Rows || got.Rejected != 0 {
		t.Fatalf("import: %+v, want %d inserted", got, want.Rows)
	}
	t.Logf("%d predictions imported in %v", want.Rows, time.Since(begun).Round(time.Millisecond))
	if got := mustJSON[imported](t, s.dir, "", "import", "predictions", log); got.Duplicates != want.Rows || got.Inserted != 0 {
		t.Errorf("import again: %+v, want %d duplicates", got, want.Rows)
	}

	from, to := firstDay(want), want.Evaluations[len(want.Evaluations)-1].Now.Format(time.DateOnly)
	watchedBackfill(t, s, from, to)

	conn, err := pgx.Connect(t.Context(), strings.TrimSpace(must(t, s.dir, "", "config", "database-url")))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	compareDays(t, conn, want)
	compareReports(t, conn, want)
}

func readSeries(t *testing.T, file string) expectedSeries {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Series []expectedSeries }
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Series) != 1 || len(all.Series[0].Evaluations) < 500 {
		t.Fatalf("%s does not hold what it should", file)
	}
	return all.Series[0]
}

func firstDay(s expectedSeries) string {
	first := "9999"
	for day := range s.Daily {
		first = min(first, day)
	}
	return first
}

// watchedBackfill runs the backfill beside the server, whose board shows how far it is and answers
// all the while.
func watchedBackfill(t *testing.T, s *server, from, to string) {
	t.Helper()
	browser := signedIn(t, s.url, "ada", "a long enough password")
	cmd := exec.CommandContext(t.Context(), program, "backfill", "--from", from, "--to", to)
	cmd.Env = environment(s.dir)
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	shown, worst, loads := 0, time.Duration(0), 0
	for {
		asked := time.Now()
		code, body := request(t, browser, http.MethodGet, s.url+"/", "", nil)
		worst, loads = max(worst, time.Since(asked)), loads+1
		if code != http.StatusOK {
			t.Errorf("the board during the backfill: %d", code)
		}
		if strings.Contains(string(body), "<progress") {
			shown++
		}
		select {
		case err := <-ended:
			if err != nil {
				t.Fatalf("backfill: %v\n%s", err, said.String())
			}
			t.Logf("backfill %s to %s in %v: %s", from, to, time.Since(begun).Round(time.Millisecond), strings.TrimSpace(said.String()))
			t.Logf("the board meanwhile: %d loads, the slowest %v, %d of them with the progress", loads, worst.Round(time.Millisecond), shown)
			if shown == 0 {
				t.Error("the board never showed the backfill's progress")
			}
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// compareDays compares the daily metrics.
func compareDays(t *testing.T, conn *pgx.Conn, want expectedSeries) {
	t.Helper()
	rows, err := conn.Query(t.Context(), `SELECT metric_date::text, total_predictions, tp, fp, fn, tn,
		accuracy, precision, recall, f1, brier, roc_auc, pr_auc FROM ml_model_performance_metrics`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var day string
		var got expectedDay
		if err := rows.Scan(&day, &got.N, &got.TP, &got.FP, &got.FN, &got.TN, &got.Accuracy, &got.Precision, &got.Recall,
			&got.F1, &got.Brier, &got.ROCAUC, &got.PRAUC); err != nil {
			t.Fatal(err)
		}
		n++
		w, ok := want.Daily[day]
		if !ok {
			t.Errorf("%s: a day that has no predictions", day)
			continue
		}
		if got.N != w.N || got.TP != w.TP || got.FP != w.FP || got.FN != w.FN || got.TN != w.TN {
			t.Errorf("%s: counts %+v, want %+v", day, got, w)
		}
		if w.Accuracy == nil { // too few outcomes: no metric at all
			w = expectedDay{}
		}
		for _, m := range []struct {
			name      string
			got, want *float64
		}{
			{"accuracy", got.Accuracy, w.Accuracy},
			{"precision", got.Precision, w.Precision},
			{"recall", got.Recall, w.Recall},
			{"f1", got.F1, w.F1},
			{"brier", got.Brier, w.Brier},
			{"roc_auc", got.ROCAUC, w.ROCAUC},
			{"pr_auc", got.PRAUC, w.PRAUC},
		} {
			if (m.got == nil) != (m.want == nil) {
				t.Errorf("%s: %s is undefined on one side only", day, m.name)
			} else if m.got != nil {
				near(t, day+" "+m.name, *m.got, *m.want, 1e-12)
			}
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if n != len(want.Daily) {
		t.Errorf("metrics of %d days, want %d", n, len(want.Daily))
	}
	t.Logf("metrics of %d days agree", n)
}

// compareReports compares every report of every date.
func compareReports(t *testing.T, conn *pgx.Conn, want expectedSeries) {
	t.Helper()
	got := readReports(t, conn)
	judged, insufficient := 0, 0
	for _, w := range want.Evaluations {
		day := w.Now.Format(time.DateOnly)
		statistical, performance := got[day+" statistical"], got[day+" performance"]
		delete(got, day+" statistical")
		delete(got, day+" performance")
		if w.NRecent < minScores || w.NBaseline < minScores {
			insufficient++
			notJudged(t, day+" statistical", statistical)
		} else {
			judged++
			compareStatistical(t, day, statistical, w)
		}
		if w.PerfStatus != "ok" || outcomesOf(want, w.Now, -7, 0) < minOutcomes || outcomesOf(want, w.Now, -60, -30) < minOutcomes {
			insufficient++
			notJudged(t, day+" performance", performance)
		} else {
			judged++
			comparePerformance(t, day, performance, w)
		}
	}
	for key, r := range got { // the dates for which there is no expected answer have no baseline
		insufficient++
		notJudged(t, key, r)
	}
	t.Logf("%d judged reports agree, %d say that there is too little data", judged, insufficient)
}

// outcomesOf counts the outcomes of the days from now+from to now+to.
func outcomesOf(s expectedSeries, now time.Time, from, to int) (n int) {
	for i := from; i < to; i++ {
		d := s.Daily[now.AddDate(0, 0, i).Format(time.DateOnly)]
		n += d.TP + d.FP + d.FN + d.TN
	}
	return n
}

func readReports(t *testing.T, conn *pgx.Conn) map[string]loggedReport {
	t.Helper()
	rows, err := conn.Query(t.Context(), `SELECT check_date::text || ' ' || drift_type, report FROM ml_drift_report WHERE is_current`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	reports := map[string]loggedReport{}
	for rows.Next() {
		var key string
		var raw []byte
		if err := rows.Scan(&key, &raw); err != nil {
			t.Fatal(err)
		}
		var r loggedReport
		var m struct{ Metrics map[string]any }
		if err := json.Unmarshal(raw, &r); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		r.Metrics = map[string]float64{}
		for name, v := range m.Metrics {
			if f, ok := v.(float64); ok {
				r.Metrics[name] = f
			}
		}
		r.Method, _ = m.Metrics["method"].(string)
		reports[key] = r
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return reports
}

func notJudged(t *testing.T, key string, r loggedReport) {
	t.Helper()
	if r.Status != "insufficient_data" || r.Severity != nil {
		t.Errorf("%s: status %q with severity %v, want insufficient_data without one", key, r.Status, r.Severity)
	}
}

// judgedAs tells whether a report judged with a severity.
func judgedAs(t *testing.T, key string, r loggedReport, severity string) bool {
	t.Helper()
	if r.Status != "ok" || r.Severity == nil || *r.Severity != severity {
		t.Errorf("%s: %+v, want ok and %s", key, r, severity)
		return false
	}
	return true
}

func compareStatistical(t *testing.T, day string, r loggedReport, w expectedCheck) {
	t.Helper()
	day += " statistical "
	if !judgedAs(t, day, r, w.KSSeverity) {
		return
	}
	m := r.Metrics
	if m["n_recent"] != float64(w.NRecent) || m["n_baseline"] != float64(w.NBaseline) {
		t.Errorf("%s: %v against %v scores, want %d and %d", day, m["n_recent"], m["n_baseline"], w.NRecent, w.NBaseline)
	}
	if d := float64(w.Numerator) / float64(w.NRecent*w.NBaseline); m["ks_statistic"] != d {
		t.Errorf("%s: D %v, want %v exactly", day, m["ks_statistic"], d)
	}
	if r.Method != "exact" { // samples of this size are always judged exactly
		t.Errorf("%s: method %q, want exact", day, r.Method)
	}
	if p := m["p_value"]; math.Abs(p-w.PExact) > 1e-9*w.PExact {
		t.Errorf("%s: p %v, want %v", day, p, w.PExact)
	}
	near(t, day+"psi", m["psi"], w.PSI, 1e-9)
	near(t, day+"js", m["js_distance"], w.JS, 1e-9)
	near(t, day+"wasserstein", m["wasserstein"], w.Wasserstein, 1e-9)
}

func comparePerformance(t *testing.T, day string, r loggedReport, w expectedCheck) {
	t.Helper()
	day += " performance "
	if !judgedAs(t, day, r, w.PerfSeverity) {
		return
	}
	m := r.Metrics
	for _, c := range []struct {
		name string
		want float64
	}{
		{"accuracy_recent", w.AccRecent},
		{"accuracy_baseline", w.AccBaseline},
		{"accuracy_drop", w.Drop},
		{"p_value", w.ZP},
		{"drop_low", w.DropInterval[0]},
		{"drop_high", w.DropInterval[1]},
	} {
		got, ok := m[c.name]
		if !ok {
			t.Errorf("%s: no %s", day, c.name)
			continue
		}
		near(t, day+c.name, got, c.want, 1e-9)
	}
}

// near tells whether two numbers differ by no more than a tolerance.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) { // NaN is not near
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
