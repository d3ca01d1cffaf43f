package chart

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/driftwatch/driftwatch/views/lang"
)

// TestFiguresCanBeRead: what a screen reader and the crosshair need is in the
// markup of every kind in every language.
func TestFiguresCanBeRead(t *testing.T) {
	link := regexp.MustCompile(`<a href="([^"]*)"[^>]*>([^<]*)<span class="sr">([^<]*)</span></a>`)
	for _, l := range lang.All {
		for _, c := range kinds() {
			d := c.Draw(l)
			var b bytes.Buffer
			if err := Show(c, Files{Base: "/m/", Query: "?days=60"}).Render(lang.With(t.Context(), l), &b); err != nil {
				t.Fatal(err)
			}
			out, name := b.String(), d.Name()+"-"+l.Tag()
			for _, want := range []string{
				`id="` + d.Name() + `"`, `aria-labelledby="` + d.Name() + `-t"`, `<h2 id="` + d.Name() + `-t">`,
				`<summary>`, `tabindex="0" role="region" aria-label="`, `data-keys="`, `data-x="`,
			} {
				if !strings.Contains(out, want) {
					t.Errorf("%s: no %s", name, want)
				}
			}
			if n := strings.Count(out, `role="img"`); n != len(d.plots) {
				t.Errorf("%s: %d images of %d plots", name, n, len(d.plots))
			}
			if strings.Count(out, "<th") != strings.Count(out, `<th scope="`)+strings.Count(out, "<thead>") {
				t.Errorf("%s: a heading of the table without its scope", name)
			}
			targets := map[string]bool{}
			for _, m := range link.FindAllStringSubmatch(out, -1) {
				targets[m[1]] = true
				if m[2] == "" || !strings.Contains(m[3], ",") {
					t.Errorf("%s: link %q says %q", name, m[1], m[2]+m[3])
				}
			}
			for _, want := range []string{"#" + d.Name(), "/m/" + d.Name() + ".csv?days=60", "/m/" + d.Name() + ".svg?days=60", "/m/" + d.Name() + ".png?days=60"} {
				if !targets[want] {
					t.Errorf("%s: no link to %s", name, want)
				}
			}
			if strings.Count(out, "<script") != 1 || !strings.Contains(out, "js/chart.js") {
				t.Errorf("%s: the crosshair is not loaded once", name)
			}
			for _, p := range d.plots {
				if !strings.HasSuffix(p.finding, ".") || len(p.finding) < 12 {
					t.Errorf("%s: a plot says %q", name, p.finding)
				}
			}
		}
	}
}

// TestOneModuleOnAPage: however many charts.
func TestOneModuleOnAPage(t *testing.T) {
	var b bytes.Buffer
	ctx := templ.InitializeContext(t.Context())
	for _, c := range kinds() {
		if err := Show(c, Files{}).Render(ctx, &b); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(b.String(), "<script"); n != 1 {
		t.Errorf("the module is loaded %d times", n)
	}
	if strings.Contains(b.String(), ".csv") {
		t.Error("a page that serves no files links to them")
	}
}
