package viewtest_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/static"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/viewtest"
)

var (
	tags     = regexp.MustCompile(`<[a-zA-Z][^>]*>`)
	attrName = regexp.MustCompile(`\s([a-zA-Z-]+)(?:="[^"]*")?`)
	ids      = regexp.MustCompile(`\sid="([^"]*)"`)
	refs     = regexp.MustCompile(`\s(?:for|aria-labelledby|aria-describedby|aria-controls)="([^"]*)"|<use href="#([^"]*)"`)
	inlineJS = regexp.MustCompile(`<script[^>]*>\s*[^<\s]`)
)

// TestStrictPolicy: no page needs 'unsafe-inline': no style, no script of its
// own, no handler in an attribute, no javascript: link, nothing from elsewhere.
func TestStrictPolicy(t *testing.T) {
	for _, c := range viewtest.All() {
		html := string(render(t, c))
		for _, tag := range tags.FindAllString(html, -1) {
			// Values first: what stands in quotes may look like anything.
			for _, m := range attrName.FindAllStringSubmatch(tag, -1) {
				name := strings.ToLower(m[1])
				if name == "style" || strings.HasPrefix(name, "on") {
					t.Errorf("%s: attribute %s in %s", c.Name, name, tag)
				}
			}
			low := strings.ToLower(tag)
			if strings.HasPrefix(low, "<style") || strings.Contains(low, "javascript:") {
				t.Errorf("%s: %s", c.Name, tag)
			}
			if strings.Contains(low, `src="http`) || strings.Contains(low, `src="//`) {
				t.Errorf("%s: fetches from elsewhere: %s", c.Name, tag)
			}
		}
		if m := inlineJS.FindString(html); m != "" {
			t.Errorf("%s: script in the page: %s", c.Name, m)
		}
	}
}

// TestIDs: an id stands once on a page, and what refers to one finds it.
func TestIDs(t *testing.T) {
	for _, c := range viewtest.All() {
		html := string(render(t, c))
		seen := map[string]bool{}
		for _, m := range ids.FindAllStringSubmatch(html, -1) {
			if seen[m[1]] {
				t.Errorf("%s: id %q stands twice", c.Name, m[1])
			}
			seen[m[1]] = true
		}
		for _, m := range refs.FindAllStringSubmatch(html, -1) {
			for _, id := range strings.Fields(m[1] + " " + m[2]) {
				if !seen[id] {
					t.Errorf("%s: refers to id %q, which is not there", c.Name, id)
				}
			}
		}
	}
}

// TestOneHeading: a page opens with one sentence.
func TestOneHeading(t *testing.T) {
	for _, c := range viewtest.All() {
		if n := strings.Count(string(render(t, c)), "<h1"); n != 1 {
			t.Errorf("%s: %d h1", c.Name, n)
		}
	}
}

// TestRowIsFragment: the row in the page and the row of a live message are the
// same bytes.
func TestRowIsFragment(t *testing.T) {
	v := viewtest.BoardAlerts(true)
	var page bytes.Buffer
	for _, c := range viewtest.All() {
		if c.Name == "board-alerts" {
			if err := c.Render(&page); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, r := range viewtest.Rows(v) {
		var row bytes.Buffer
		if err := component.AlertRow(r).Render(context.Background(), &row); err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(page.Bytes(), row.Bytes()) {
			t.Errorf("the page does not hold the bytes of %s", r.DOMID())
		}
	}
}

// TestRowOrder: sorted by its keys a list is worst first, and newest first
// within a severity.
func TestRowOrder(t *testing.T) {
	rows := viewtest.Rows(viewtest.Board200())
	for i := 1; i < len(rows); i++ {
		a, b := rows[i-1], rows[i]
		switch {
		case a.Order() >= b.Order():
			t.Errorf("rows %d and %d: keys %s, %s", i-1, i, a.Order(), b.Order())
		case a.Severity.Rank() > b.Severity.Rank():
			t.Errorf("row %d is worse than the one before it", i)
		case a.Severity == b.Severity && b.CreatedAt.After(a.CreatedAt):
			t.Errorf("row %d is newer than the one before it", i)
		}
	}
}

// TestViewerSeesNoButton: the bytes of a viewer's board hold no act.
func TestViewerSeesNoButton(t *testing.T) {
	var b bytes.Buffer
	for _, r := range viewtest.Rows(viewtest.BoardAlerts(false)) {
		if err := component.AlertRow(r).Render(context.Background(), &b); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Contains(b.String(), "<form") || strings.Contains(b.String(), "data-acts") {
		t.Error("a viewer's row has a form or an acting button")
	}
}

// TestWeight: the first load of a board of 200 alerts, styles and scripts
// included, is at most 60 KB over the wire (the goal of the page), of which
// styles under 16 KB and scripts under 20 KB.
func TestWeight(t *testing.T) {
	var page bytes.Buffer
	for _, c := range viewtest.All() {
		if c.Name == "board-200" {
			if err := c.Render(&page); err != nil {
				t.Fatal(err)
			}
		}
	}
	html := zipped(t, page.Bytes())
	css := static.Weight("css/app.css")
	js := 0
	for name := range loaded(t, page.String()) {
		js += static.Weight(name)
	}
	icon := static.Weight("icon/icon.svg")
	t.Logf("board of 200 alerts, gzip: page %d (plain %d), styles %d, scripts %d, icon %d, all %d bytes",
		html, page.Len(), css, js, icon, html+css+js+icon)
	if css > 16_000 || js > 20_000 || html+css+js+icon > 60_000 {
		t.Errorf("too heavy: page %d, styles %d, scripts %d", html, css, js)
	}
}

// loaded are the modules that a page loads at first: its entry and what that imports, which the page
// has to name, so that no import costs a round trip of its own.
func loaded(t *testing.T, html string) map[string]bool {
	t.Helper()
	named := map[string]bool{}
	for _, m := range regexp.MustCompile(`/(js/\w+\.js)"`).FindAllStringSubmatch(html, -1) {
		named[m[1]] = true
	}
	needed := map[string]bool{}
	imports := regexp.MustCompile(`(?m)^import .*'\./(\w+\.js)';`)
	var follow func(name string)
	follow = func(name string) {
		if needed[name] {
			return
		}
		needed[name] = true
		w := httptest.NewRecorder()
		static.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, static.URL(name), nil))
		for _, m := range imports.FindAllStringSubmatch(w.Body.String(), -1) {
			follow("js/" + m[1])
		}
	}
	follow("js/app.js")
	if !maps.Equal(named, needed) {
		t.Errorf("the page names the modules %v and needs %v", named, needed)
	}
	return named
}

func zipped(t *testing.T, b []byte) int {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}
