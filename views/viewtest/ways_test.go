package viewtest_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/views/viewtest"
)

var (
	letters  = regexp.MustCompile(`\sdata-go="([^"]*)"`)
	pressed  = regexp.MustCompile(`\sdata-key="([^"]*)"`)
	explains = regexp.MustCompile(`href="/help/numbers#([^"]*)"`)
	figures  = regexp.MustCompile(`(?s)<figure class="fig panel" id="([^"]*)".*?</figure>`)
)

// TestOneWay: after g a letter leads to one place, and the menu repeats nothing of itself.
func TestOneWay(t *testing.T) {
	for _, c := range viewtest.All() {
		seen := map[string]bool{}
		for _, m := range letters.FindAllStringSubmatch(string(render(t, c)), -1) {
			if seen[m[1]] {
				t.Errorf("%s: g %s leads to two places", c.Name, m[1])
			}
			seen[m[1]] = true
		}
	}
}

// TestKeysAct: every letter that the list of keys promises for an alert presses something on an alert's page, and no
// key of that page is missing in the list.
func TestKeysAct(t *testing.T) {
	listed := map[string]bool{}
	for _, k := range page.Keys(lang.English) {
		listed[k.Keys] = true
	}
	found := map[string]bool{}
	for _, c := range viewtest.All() {
		if !strings.HasPrefix(c.Name, "alert-") {
			continue
		}
		own := map[string]bool{}
		for _, m := range pressed.FindAllStringSubmatch(string(render(t, c)), -1) {
			if own[m[1]] {
				t.Errorf("%s: two controls have the key %s", c.Name, m[1])
			}
			own[m[1]], found[m[1]] = true, true
			if !listed[m[1]] {
				t.Errorf("%s: the key %s is in no list", c.Name, m[1])
			}
		}
	}
	for _, k := range []string{"a", "c", "e", "m", "r", "t"} {
		if !found[k] || !listed[k] {
			t.Errorf("key %s: on the page %v, in the list %v", k, found[k], listed[k])
		}
	}
}

// TestNumbersAreExplained: a chart of numbers leads to how they are computed, and what leads there finds it.
func TestNumbersAreExplained(t *testing.T) {
	there := map[string]bool{}
	for _, n := range page.Numbers(lang.English) {
		there[n.ID] = true
	}
	counts := map[string]bool{"scores": true, "score-days": true, "what-if": true} // they count, and compute nothing
	for _, c := range viewtest.All() {
		html := string(render(t, c))
		for _, m := range explains.FindAllStringSubmatch(html, -1) {
			if !there[m[1]] {
				t.Errorf("%s: no number is called %s", c.Name, m[1])
			}
		}
		for _, f := range figures.FindAllStringSubmatch(html, -1) {
			if !strings.Contains(f[0], `class="nodata"`) && !explains.MatchString(f[0]) && !counts[f[1]] {
				t.Errorf("%s: the chart %s does not say how its numbers are computed", c.Name, f[1])
			}
		}
	}
}
