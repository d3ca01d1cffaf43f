package help_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/docs"
	"github.com/driftwatch/driftwatch/views/help"
	"github.com/driftwatch/driftwatch/views/lang"
)

func rendered(t *testing.T) help.Guides {
	t.Helper()
	g, err := help.New(func(code string) string {
		if code == "/retrains" {
			return "/retrains"
		}
		return ""
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestSections: both languages have the same sections and parts under the same addresses, none empty, and no id twice.
func TestSections(t *testing.T) {
	g := rendered(t)
	en, de := g[lang.English], g[lang.German]
	if len(en.Sections) != len(help.Slugs) || len(de.Sections) != len(en.Sections) {
		t.Fatalf("%d and %d sections, and %d slugs", len(en.Sections), len(de.Sections), len(help.Slugs))
	}
	seen := map[string]bool{}
	for i, s := range en.Sections {
		o := de.Sections[i]
		if s.Slug != o.Slug || len(s.Parts) != len(o.Parts) {
			t.Fatalf("%s has %d parts, %s %d", s.Slug, len(s.Parts), o.Slug, len(o.Parts))
		}
		if s.HTML == "" || s.Title == o.Title {
			t.Errorf("%s: %q and %q, %d bytes", s.Slug, s.Title, o.Title, len(s.HTML))
		}
		for k, p := range s.Parts {
			if s.Href(p) != o.Href(o.Parts[k]) || seen[s.Href(p)] {
				t.Errorf("%s in English, %s in German", s.Href(p), o.Href(o.Parts[k]))
			}
			seen[s.Href(p)] = true
			for _, x := range []help.Section{s, o} {
				if p.ID != "" && strings.Count(x.HTML, ` id="`+p.ID+`"`) != 1 {
					t.Errorf("%s: %q is not one id of %q", x.Slug, p.ID, x.Title)
				}
			}
		}
	}
}

var (
	heading = regexp.MustCompile(`(?m)^(#+) .*$`)
	block   = regexp.MustCompile("(?ms)^ *```(\\w*)\n(.*?)^ *```")
	row     = regexp.MustCompile(`(?m)^\|.*$`)
	named   = regexp.MustCompile("`([A-Z][A-Z_]+|/[a-z/]*|[a-z_]+)`")
	comment = regexp.MustCompile(`(?m)^ *(--|#).*\n`)
)

// shape is what both languages must have alike: the levels of headings, the kinds of blocks with their SQL, how many
// rows tables have, and which settings, pages and names are mentioned.
func shape(source []byte) (out []string) {
	for _, m := range heading.FindAllSubmatch(block.ReplaceAll(source, nil), -1) {
		out = append(out, string(m[1]))
	}
	for _, m := range block.FindAllSubmatch(source, -1) {
		what := string(m[1])
		if what == "sql" {
			what += " " + string(comment.ReplaceAll(m[2], nil))
		} else {
			what += strings.Repeat(".", strings.Count(string(m[2]), "\n"))
		}
		out = append(out, what)
	}
	for _, m := range row.FindAll(source, -1) {
		out = append(out, strings.Repeat("|", strings.Count(string(m), "|")))
	}
	names := map[string]int{}
	for _, m := range named.FindAllSubmatch(block.ReplaceAll(source, nil), -1) {
		names[string(m[1])]++
	}
	var sorted []string
	for n, c := range names {
		sorted = append(sorted, n+strings.Repeat("+", c))
	}
	slices.Sort(sorted)
	return append(out, sorted...)
}

func TestLanguagesHaveOneShape(t *testing.T) {
	en, de := shape(docs.Guide), shape(docs.GuideGerman)
	for i := range min(len(en), len(de)) {
		if en[i] != de[i] {
			t.Fatalf("the German guide has %q where the English one has %q", de[i], en[i])
		}
	}
	if len(en) != len(de) {
		t.Errorf("%d things in English, %d in German", len(en), len(de))
	}
}

func TestHTML(t *testing.T) {
	s := rendered(t)[lang.German].Section("safeguards")
	for _, want := range []string{`<a href="/retrains"><code>/retrains</code></a>`, `<code>RETRAIN_COOLDOWN_DAYS</code>`, `<table class="tb">`, `aria-label="Befehle"`, "<ol>", `<h2 id="five-safeguards">`} {
		if !strings.Contains(s.HTML, want) {
			t.Errorf("no %s in\n%s", want, s.HTML)
		}
	}
	if names := rendered(t)[lang.German].Section("monitoring").HTML; !strings.Contains(names, `<code>ML_<wbr>DRIFT_<wbr>DETECTED</code>`) {
		t.Error("a long name in a table has no place to break")
	}
	if rendered(t)[lang.English].Section("nothing") != nil {
		t.Error("a section that is not there")
	}
}

func TestFind(t *testing.T) {
	en, de := rendered(t)[lang.English], rendered(t)[lang.German]
	for _, c := range []struct {
		guide    *help.Guide
		question string
		first    string
	}{
		{en, "five safeguards", "/help/safeguards#five-safeguards"},
		{en, "COOLDOWN", "/help/safeguards#five-safeguards"},
		{en, "feed_silent", "/help/drift-types#when-a-model-cannot-be-judged"},
		{en, "actual_fraud_detected", "/help/troubleshooting#issue-1-no-metrics-are-computed"},
		{de, "wartezeit", "/help/safeguards#five-safeguards"},
		{de, "schweregrade", "/help/severities"},
		{en, "no such words", ""},
		{en, "a", ""},
		{en, " ", ""},
	} {
		found := c.guide.Find(c.question, 3)
		if len(found) > 3 {
			t.Errorf("%q: %d found", c.question, len(found))
		}
		got := ""
		if len(found) > 0 {
			got = found[0].Section.Href(found[0].Part)
		}
		if got != c.first {
			t.Errorf("%q finds %q, want %q", c.question, got, c.first)
		}
	}
}
