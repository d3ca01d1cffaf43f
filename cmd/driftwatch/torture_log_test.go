package main_test

import (
	"bufio"
	"bytes"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// logged is one row of an invented log; everything in it follows from its id, so that a test can
// tell a whole row from a broken one without having kept it.
type logged struct {
	id        string
	model     string
	at        time.Time
	score     float64
	predicted bool
	actual    bool
}

// rowOf invents the row of an id: most of the last nine days, some of today. The older the better the
// model was, so that drift grows while rows come in.
func rowOf(id string, today drift.Date) logged {
	h := fnv.New64a()
	_, _ = io.WriteString(h, id) // a hash takes everything
	rnd := rand.New(rand.NewPCG(h.Sum64(), 1))
	return invent(rnd, id, today.Add(-rnd.IntN(10)), 0.9, 0.35)
}

// invent draws a row of a day: with scores drawn to this power, and right this often.
func invent(rnd *rand.Rand, id string, day drift.Date, power, right float64) logged {
	r := logged{id: id, model: drift.FraudDetector}
	if rnd.IntN(2) == 0 {
		r.model = drift.ConflictPredictor
	}
	r.at = day.Time().Add(time.Duration(rnd.Int64N(int64(20*time.Minute))) / 1000 * 1000)
	r.score = math.Pow(rnd.Float64(), power)
	r.predicted = r.score >= 0.5
	r.actual = r.predicted == (rnd.Float64() < right)
	return r
}

func (r logged) prediction(w io.Writer, tenant string) {
	fmt.Fprintf(w, `{"prediction_id":%q,"tenant":%q,"model_type":%q,"model_version":"1","created_at":%q,"score":%v,"predicted":%v,"colour":%q}`+"\n",
		r.id, tenant, r.model, r.at.Format(time.RFC3339Nano), r.score, r.predicted, r.model[:3])
}

func (r logged) outcome(w io.Writer, tenant string) {
	fmt.Fprintf(w, `{"prediction_id":%q,"tenant":%q,"actual":%v}`+"\n", r.id, tenant, r.actual)
}

// history is a log of the past: so many tenants, each with both models, so many rows a day.
type history struct {
	tenants, days, perDay int
	today                 drift.Date
}

func (h history) rows() int { return h.tenants * h.days * h.perDay }

// tenant names the nth tenant.
func (h history) tenant(n int) string { return fmt.Sprintf("tenant-%02d", n) }

// write writes the log as CSV, oldest day first. The last seven days of every other tenant have
// drifted, in scores and in accuracy.
func (h history) write(w io.Writer) error {
	rnd := rand.New(rand.NewPCG(3, uint64(h.rows())))
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, "prediction_id,tenant,model_type,model_version,created_at,score,predicted,actual,colour")
	for ago := h.days; ago >= 1; ago-- {
		for n := range h.tenants {
			power, right := 2.0, 0.9
			if ago <= 7 && n%2 == 0 {
				power, right = 1.2, 0.78
			}
			for i := range h.perDay {
				r := invent(rnd, fmt.Sprintf("%s-%03d-%05d", h.tenant(n), ago, i), h.today.Add(-ago), power, right)
				fmt.Fprintf(b, "%s,%s,%s,1,%s,%v,%v,%v,%s\n", r.id, h.tenant(n), r.model, r.at.Format(time.RFC3339Nano),
					r.score, r.predicted, r.actual, r.model[:3])
			}
		}
	}
	return b.Flush()
}

// file writes the log into a file of the test's own.
func (h history) file(t testing.TB) string {
	t.Helper()
	var text bytes.Buffer
	name := filepath.Join(t.TempDir(), "history.csv")
	err := h.write(&text)
	if err == nil {
		err = os.WriteFile(name, text.Bytes(), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return name
}
