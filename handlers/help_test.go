package handlers_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/docs"
	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/help"
)

// TestHelp: every section is read by whoever is signed in, in their language, is found by the search, and leads only to
// pages that are there.
func TestHelp(t *testing.T) {
	h := newPages(t)
	viewer, admin := h.as(drift.RoleViewer), h.as(drift.RoleAdmin)
	index := h.get("/help", asBrowser, viewer)
	if index.status != http.StatusOK || !strings.Contains(index.body, `action="/search"`) {
		t.Fatalf("the index is %d", index.status)
	}
	seen := map[string]bool{}
	for _, slug := range help.Slugs {
		path := "/help/" + slug
		a := h.get(path, asBrowser, viewer)
		if a.status != http.StatusOK || !strings.Contains(index.body, `href="`+path+`"`) {
			t.Errorf("%s is %d, and the index names it: %v", path, a.status, strings.Contains(index.body, path))
		}
		article := a.body[strings.Index(a.body, "<article"):]
		for _, m := range regexp.MustCompile(`href="(/[^"#]*)`).FindAllStringSubmatch(article, -1) {
			if seen[m[1]] {
				continue
			}
			seen[m[1]] = true
			if a := h.get(m[1], asBrowser, admin); a.status != http.StatusOK && m[1] != "/wall" { // a wall asks for its link
				t.Errorf("%s leads to %s, which is %d", path, m[1], a.status)
			}
		}
	}
	if len(seen) < 20 {
		t.Errorf("the guide leads to %d pages and settings", len(seen))
	}
	if a := h.get("/help/no-such-section", asBrowser, viewer); a.status != http.StatusNotFound {
		t.Errorf("a section that is not there is %d", a.status)
	}
	if a := h.get("/search?q=five+safeguards", asBrowser, viewer); !strings.Contains(a.body, "/help/safeguards#five-safeguards") {
		t.Errorf("the search finds no section:\n%s", a.body)
	}
}

// TestGuideNames: every setting and role that the guide names in code exists.
func TestGuideNames(t *testing.T) {
	settings := map[string]bool{"ML_DRIFT_DETECTED": true, "ML_MONITORING_BLIND": true, "ML_ROLLBACK": true}
	for _, s := range drift.SettingSpecs {
		settings[s.Name] = true
	}
	roles := 0
	for _, m := range regexp.MustCompile("`([A-Z]+(?:_[A-Z]+)+)`|[Rr]ole `(\\w+)`").FindAllStringSubmatch(string(docs.Guide), -1) {
		switch {
		case m[1] != "" && !settings[m[1]]:
			t.Errorf("there is no setting %s", m[1])
		case m[2] != "":
			if _, err := drift.ParseRole(m[2]); err != nil {
				t.Error(err)
			}
			roles++
		}
	}
	_, table, _ := strings.Cut(string(docs.Guide), "| Role | May |\n")
	table, _, _ = strings.Cut(table, "\n\n")
	for _, m := range regexp.MustCompile("(?m)^\\| `(\\w+)`").FindAllStringSubmatch(table, -1) {
		if _, err := drift.ParseRole(m[1]); err != nil {
			t.Error(err)
		}
		roles++
	}
	if roles < 7 {
		t.Errorf("%d roles found in the guide", roles)
	}
}
