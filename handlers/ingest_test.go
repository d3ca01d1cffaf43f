package handlers_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// logged is when the rows of these tests were predicted.
var logged = time.Date(2025, 11, 20, 12, 0, 0, 0, time.UTC)

func logRows(tenant, series string, n int) []string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = logRow(tenant, fmt.Sprintf("%s-%d", series, i), logged.Add(time.Duration(i)*time.Second), float64(i%100)/100)
	}
	return rows
}

func zipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// took reads what became of a log.
func (a answer) took(t testing.TB, status int, read, inserted, duplicates, rejected int64) drift.ImportResult {
	t.Helper()
	var res drift.ImportResult
	a.into(t, status, &res)
	if res.Read != read || res.Inserted != inserted || res.Duplicates != duplicates || res.Rejected != rejected || res.Errors == nil {
		t.Fatalf("%d: %s; want read %d, inserted %d, duplicates %d, rejected %d", a.status, a.body, read, inserted, duplicates, rejected)
	}
	return res
}

func TestPostPredictions(t *testing.T) {
	h := newHouse(t)
	feeder := h.as(drift.RoleIngest, h.acme)
	post := func(body string, headers ...string) answer {
		return h.do("POST", "/api/v1/predictions", body, append(headers, feeder)...)
	}
	rows := logRows("acme", "p", 20)
	lines, array := strings.Join(rows, "\n"), "["+strings.Join(rows, ",\n")+"]"
	post(lines).took(t, 200, 20, 20, 0, 0)
	post(lines).took(t, 200, 20, 0, 20, 0)
	post(array, "Content-Type: text/plain").took(t, 200, 20, 0, 20, 0)
	post(zipped(t, lines), "Content-Encoding: gzip", "Content-Type: application/x-ndjson").took(t, 200, 20, 0, 20, 0)
	post(zipped(t, array)).took(t, 200, 20, 0, 20, 0)
	post("[]").took(t, 200, 0, 0, 0, 0)

	// Bad rows are told one by one; the good ones go in.
	bad := []string{
		logRow("acme", "p-0", logged, 0.77), // other content
		logRow("acme", "new-1", logged, 0.5),
		logRow("acme", "new-2", logged, 1.5),
		logRow("globex", "new-3", logged, 0.5), // another's tenant
		strings.Replace(logRow("acme", "new-4", logged, 0.5), "fraud_detector", "weather", 1),
		`{"prediction_id":`,
	}
	res := post(strings.Join(bad, "\n")).took(t, 207, 6, 1, 0, 5)
	for i, want := range []drift.RowError{{Line: 1, Field: "prediction_id"}, {Line: 3, Field: "score"}, {Line: 4, Field: "tenant"}, {Line: 5, Field: "model_type"}, {Line: 6}} {
		if got := res.Errors[i]; got.Line != want.Line || got.Field != want.Field || got.Error == "" {
			t.Errorf("error %d: %+v, want %+v", i, got, want)
		}
	}
	// All refused, each for its own reason.
	post(bad[2]+"\n"+bad[4]).took(t, 207, 2, 0, 0, 2)
	post(bad[2]+"\n"+bad[3]).took(t, 207, 2, 0, 0, 2)
	if n := h.count(`SELECT count(*) FROM ml_prediction_log`); n != 21 {
		t.Errorf("%d rows are logged", n)
	}
	if n := h.count(`SELECT count(*) FROM ml_prediction_log WHERE tenant_id <> $1`, h.acme.ID); n != 0 {
		t.Errorf("%d rows of another tenant went in", n)
	}
}

// TestPostWhatIsNoLog answers 400 or 413 with what was done before it broke off.
func TestPostWhatIsNoLog(t *testing.T) {
	h := newHouse(t)
	feeder := h.as(drift.RoleIngest, h.acme)
	rows := logRows("acme", "p", 3)
	flood := zipped(t, rows[0]+"\n"+strings.Repeat(strings.Repeat(" ", 1023)+"\n", 65<<10))
	for _, c := range []struct {
		name, body     string
		status         int
		code           drift.Code
		read, inserted float64
		headers        []string
	}{
		{"nothing", "", 400, drift.CodeMalformed, 0, 0, nil},
		{"words", "hello", 400, drift.CodeMalformed, 0, 0, nil},
		{"a number", "17", 400, drift.CodeMalformed, 0, 0, nil},
		{"a page", "<html>", 400, drift.CodeMalformed, 0, 0, nil},
		{"half an object", `{"prediction_id":`, 400, drift.CodeMalformed, 1, 0, nil},
		{"an array of numbers", `[1,2]`, 400, drift.CodeMalformed, 0, 0, nil},
		{"half an array", "[" + rows[0] + "," + rows[1], 400, drift.CodeMalformed, 2, 2, nil},
		{"half a gzip", zipped(t, rows[2])[:40], 400, drift.CodeMalformed, 0, 0, nil},
		{"an unknown packing", rows[2], 400, drift.CodeMalformed, -1, 0, []string{"Content-Encoding: br"}},
		{"a flood that was packed", flood, 413, drift.CodeTooLarge, 1, 0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := h.do("POST", "/api/v1/predictions", c.body, append(c.headers, feeder)...).problem(t, c.status, c.code, "")
			if c.read >= 0 && (p["read"] != c.read || p["inserted"] != c.inserted || p["errors"] == nil) {
				t.Errorf("read %v, inserted %v, errors %v", p["read"], p["inserted"], p["errors"])
			}
		})
	}
	if n := h.count(`SELECT count(*) FROM ml_prediction_log`); n != 2 {
		t.Errorf("%d rows are logged, want those before the break", n)
	}
}

// TestPostOfUnknownSize ends a log without a length as soon as it is too large; what came before is
// kept and counted.
func TestPostOfUnknownSize(t *testing.T) {
	h := newHouse(t)
	r, w := io.Pipe()
	go func() {
		_, err := io.WriteString(w, strings.Join(logRows("acme", "p", 5), "\n")+"\n")
		blank := []byte(strings.Repeat(" ", 1<<20-1) + "\n")
		for err == nil {
			_, err = w.Write(blank)
		}
	}()
	req, err := http.NewRequest("POST", h.url+"/api/v1/predictions", r)
	if err != nil {
		t.Fatal(err)
	}
	p := h.send(req, h.as(drift.RoleIngest)).problem(t, 413, drift.CodeTooLarge, "")
	if p["read"] != 5.0 {
		t.Errorf("read %v rows", p["read"])
	}
}

// TestPostMakesTenants lets an administrator of all tenants name a new one, and nobody else.
func TestPostMakesTenants(t *testing.T) {
	h := newHouse(t)
	row := logRow("initech", "p", logged, 0.5)
	for _, who := range []string{h.as(drift.RoleIngest), h.as(drift.RoleAdmin, h.acme)} {
		p := h.do("POST", "/api/v1/predictions", row, who).problem(t, 422, drift.CodeInvalid, "tenant")
		if p["rejected"] != 1.0 {
			t.Errorf("counts: %v", p)
		}
	}
	h.do("POST", "/api/v1/predictions", row, h.as(drift.RoleAdmin)).took(t, 200, 1, 1, 0, 0)
	if n := h.count(`SELECT count(*) FROM audit_log WHERE action = 'tenant.add' AND object = 'tenant/initech' AND actor = 'admin'`); n != 1 {
		t.Errorf("%d audit rows tell of the new tenant", n)
	}
}

// TestPostOutcomes sends outcomes before, with and after their predictions.
func TestPostOutcomes(t *testing.T) {
	h := newHouse(t)
	feeder := h.as(drift.RoleIngest, h.acme)
	outcome := func(id string, actual int) string {
		return fmt.Sprintf(`{"prediction_id":%q,"tenant":"acme","actual":%d}`, id, actual)
	}
	post := func(path, body string) answer { return h.do("POST", path, body, feeder) }
	post("/api/v1/outcomes", "["+outcome("p-0", 1)+"]").took(t, 200, 1, 1, 0, 0)
	post("/api/v1/predictions", strings.Join(logRows("acme", "p", 3), "\n")).took(t, 200, 3, 3, 0, 0)
	post("/api/v1/outcomes", outcome("p-0", 1)+"\n"+outcome("p-1", 0)).took(t, 200, 2, 1, 1, 0)
	post("/api/v1/outcomes", outcome("p-1", 1)+"\n"+outcome("p-2", 7)).took(t, 207, 2, 1, 0, 1)
	if n := h.count(`SELECT count(*) FROM ml_prediction_log WHERE actual`); n != 2 {
		t.Errorf("%d positive outcomes are known, want 2", n)
	}
	if n := h.count(`SELECT count(*) FROM outcome_replaced`); n != 1 {
		t.Errorf("%d replaced outcomes are kept, want 1", n)
	}
}

// TestPostManyAtOnce has clients send the same rows at once, in more than one batch each: every row
// goes in once, and every answer adds up.
func TestPostManyAtOnce(t *testing.T) {
	h := newHouse(t)
	const clients, n = 6, 12_000
	rows := logRows("acme", "p", n)
	feeder := h.as(drift.RoleIngest, h.acme)
	var mu sync.Mutex
	var sum drift.ImportResult
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			body := strings.Join(append(rows[c*2000:], rows[:c*2000]...), "\n")
			var res drift.ImportResult
			h.do("POST", "/api/v1/predictions", body, feeder).into(t, 200, &res)
			mu.Lock()
			defer mu.Unlock()
			sum.Read, sum.Inserted, sum.Duplicates = sum.Read+res.Read, sum.Inserted+res.Inserted, sum.Duplicates+res.Duplicates
		})
	}
	wg.Wait()
	if sum.Read != clients*n || sum.Inserted != n || sum.Duplicates != (clients-1)*n {
		t.Errorf("together: %+v", sum)
	}
	if got := h.count(`SELECT count(*) FROM ml_prediction_log`); got != n {
		t.Errorf("%d rows are logged, want %d", got, n)
	}
}
