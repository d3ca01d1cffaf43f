package handlers_test

import (
	"encoding/csv"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

// sumOf adds the numbers that the first group of an expression finds in a text.
func sumOf(t *testing.T, text, expression string) (sum int) {
	t.Helper()
	found := regexp.MustCompile(expression).FindAllStringSubmatch(text, -1)
	if len(found) == 0 {
		t.Errorf("the page has no %s", expression)
	}
	for _, f := range found {
		n, err := strconv.Atoi(f[1])
		if err != nil {
			t.Fatal(err)
		}
		sum += n
	}
	return sum
}

// TestThresholdsCountOneSet: the numbers, the chart, the table by model and the list of what differs count the
// same stretches of drift, also where other alerts were raised than the settings in force would raise.
func TestThresholdsCountOneSet(t *testing.T) {
	h := newPages(t)
	h.seed("acme", "globex")
	admin := h.as(drift.RoleAdmin)
	const high = "PERFORMANCE_DRIFT_CRITICAL=0.95&PERFORMANCE_DRIFT_HIGH=0.95&PERFORMANCE_DRIFT_MEDIUM=0.95"
	const usual = "PERFORMANCE_DRIFT_CRITICAL=0.20&PERFORMANCE_DRIFT_HIGH=0.10&PERFORMANCE_DRIFT_MEDIUM=0.05"
	check := func(what, query string, raised, before, after, gone, fresh int) {
		t.Helper()
		page := h.get("/settings/thresholds?"+query, asBrowser, admin)
		page.isPage(t, 200, what)
		tile := func(label string) int { return sumOf(t, page.body, label+`\s*</dt>\s*<dd class="[^"]*">\s*(\d+)`) }
		column := func(label string) int { return sumOf(t, page.body, `<td class="n" data-l="`+label+`">(\d+)</td>`) }
		rows, err := csv.NewReader(strings.NewReader(h.get("/settings/thresholds/charts/what-if.csv?"+query, asBrowser, admin).body)).ReadAll()
		if err != nil || len(rows) < 2 {
			t.Fatalf("%s: %v %v", what, err, rows)
		}
		var chart [2]int
		for _, row := range rows[1:] {
			for i, cell := range row[1:] {
				if n, err := strconv.Atoi(cell); err == nil {
					chart[i/3] += n
				}
			}
		}
		list := [2]int{strings.Count(page.body, ": gone</p>"), strings.Count(page.body, ": new</p>")}
		if n := tile("Raised"); n != raised {
			t.Errorf("%s: %d were raised, want %d", what, n, raised)
		}
		if got := [3]int{tile("As it is set now"), column("As it is set now"), chart[0]}; got != [3]int{before, before, before} {
			t.Errorf("%s: as it is set now: number, table and chart say %v, want %d each", what, got, before)
		}
		if got := [3]int{tile("With these values"), column("With these values"), chart[1]}; got != [3]int{after, after, after} {
			t.Errorf("%s: with these values: number, table and chart say %v, want %d each", what, got, after)
		}
		note := sumOf(t, page.body, `(\d+) gone, \d+ new`)
		if got := [3]int{note, column("Gone"), list[0]}; got != [3]int{gone, gone, gone} {
			t.Errorf("%s: gone: number, table and list say %v, want %d each", what, got, gone)
		}
		note = sumOf(t, page.body, `\d+ gone, (\d+) new`)
		if got := [3]int{note, column("New"), list[1]}; got != [3]int{fresh, fresh, fresh} {
			t.Errorf("%s: new: number, table and list say %v, want %d each", what, got, fresh)
		}
	}
	check("as it is", "", 4, 4, 4, 0, 0)
	check("fewer", high, 4, 4, 2, 2, 0)
	for _, set := range []string{"PERFORMANCE_DRIFT_CRITICAL", "PERFORMANCE_DRIFT_HIGH", "PERFORMANCE_DRIFT_MEDIUM"} {
		if a := h.post("/settings/"+set, "value=0.95&reason=x", asBrowser, admin); a.status != 303 {
			t.Fatalf("set %s: %d", set, a.status)
		}
	}
	check("what was raised would not be now", usual, 4, 2, 4, 0, 2)
}
