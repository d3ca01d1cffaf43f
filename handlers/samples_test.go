package handlers_test

import (
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// samplesGiveTheReport compares both downloads as `driftwatch compare` does.
func samplesGiveTheReport(t *testing.T, h *pageHouse, id int64) {
	who := h.as(drift.RoleViewer, h.acme)
	recent, baseline := download(t, h, id, "recent", who), download(t, h, id, "baseline", who)
	c, err := stats.Compare(recent, baseline, stats.PRule{CutOffs: []float64{.001, .01, .05}})
	if err != nil {
		t.Fatal(err)
	}
	var list apiList[struct {
		Type    string `json:"drift_type"`
		Metrics struct {
			D        float64 `json:"ks_statistic"`
			P        float64 `json:"p_value"`
			NRecent  int     `json:"n_recent"`
			Baseline int     `json:"n_baseline"`
		}
	}]
	h.do("GET", "/api/v1/models/fraud_detector/drift?tenant=acme&date="+drift.DateOf(*h.clock.Load()).String(), "", who).into(t, 200, &list)
	m := list.Items[0].Metrics
	if list.Items[0].Type != string(drift.Statistical) {
		m = list.Items[1].Metrics
	}
	if m.NRecent != len(recent) || m.Baseline != len(baseline) || m.D != c.KS.D || m.P != c.KS.P {
		t.Fatalf("the report says %+v, the samples give n %d, %d, D %v, p %v", m, len(recent), len(baseline), c.KS.D, c.KS.P)
	}
}

func download(t *testing.T, h *pageHouse, id int64, side, who string) (scores []float64) {
	t.Helper()
	a := h.get(fmt.Sprintf("/alerts/%d/%s.csv", id, side), "Accept: */*", who)
	want := fmt.Sprintf(`attachment; filename="alert-%d-%s-r1-%s.csv"`, id, drift.DateOf(*h.clock.Load()), side)
	if a.status != 200 || a.header.Get("Content-Disposition") != want || !strings.HasPrefix(a.header.Get("Content-Type"), "text/csv") {
		t.Fatalf("%d %v", a.status, a.header)
	}
	name := strings.TrimSuffix(strings.TrimPrefix(want, `attachment; filename="`), `"`)
	if page := h.get(fmt.Sprintf("/alerts/%d", id), asBrowser, who); !strings.Contains(page.body, " "+name) {
		t.Errorf("the command on the page does not name %s", name)
	}
	lines := strings.Split(strings.TrimSuffix(a.body, "\n"), "\n")
	if lines[0] != "score" {
		t.Fatalf("header %q", lines[0])
	}
	for _, line := range lines[1:] {
		v, err := strconv.ParseFloat(line, 64)
		if err != nil {
			t.Fatal(err)
		}
		scores = append(scores, v)
	}
	return scores
}

// TestReportOpens: from the page of its model every report can be opened, whether or not it raised an
// alert, by whoever reads the page.
func TestReportOpens(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	ann, _ := h.user("ann", drift.RoleViewer)
	page := h.get("/models/acme/fraud_detector", asBrowser, ann).body
	links := regexp.MustCompile(`href="(/api/v1/models/[^"]+)"`).FindAllStringSubmatch(page, -1)
	if n := h.count(`SELECT count(*) FROM ml_drift_report WHERE is_current`); int64(len(links)) != n || n == 0 {
		t.Fatalf("%d links, %d reports", len(links), n)
	}
	for _, l := range links {
		a := h.do("GET", html.UnescapeString(l[1]), "", ann)
		if a.status != 200 || strings.Count(a.body, `"n_recent"`) != 1 {
			t.Errorf("%s: %d %s", l[1], a.status, a.body)
		}
	}
}
