package component_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/driftwatch/driftwatch/views/component"
)

func html(t *testing.T, c templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestParseSeverity: what is not known is blind, never quiet.
func TestParseSeverity(t *testing.T) {
	for in, want := range map[string]component.Severity{
		"CRITICAL": component.Critical, "HIGH": component.High, "MEDIUM": component.Medium, "NONE": component.None,
		"": component.Blind, "critical": component.Blind, "ODD": component.Blind,
	} {
		if got := component.ParseSeverity(in); got != want {
			t.Errorf("%q: %v", in, got)
		}
	}
}

func TestInitials(t *testing.T) {
	for in, want := range map[string]string{
		"A. Rossi": "AR", "a.rossi": "AR", "Jonas van der Berg": "JB", "ml-oncall": "MO",
		"k.adeyemi@example.org": "KA", "Ünal": "Ü", "": "?", "...": "?",
	} {
		if got := component.Initials(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestStrip(t *testing.T) {
	s := component.StripVM{Days: []component.Severity{
		component.Absent, component.None, component.None, component.Critical, component.High, component.Blind,
	}}
	got := html(t, component.Strip(s))
	for _, want := range []string{
		"aria-label=\"30 days: 1\u00a0critical, 1\u00a0high, 1\u00a0blind\"",
		`class="q" d="M150 12.5h11"`, `class="c" d="M162 7h5"`,
		`class="h" d="M168 4h5v10h-5z"`, `class="b" d="M174.5 2.5h4v11h-4z"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if strings.Contains(got, `class="m"`) {
		t.Errorf("a path for what did not happen: %s", got)
	}
}

// TestStripKeepsTheNewest: more days than fit lose the oldest; the strip of a
// month stays within the 500 bytes a row has.
func TestStripKeepsTheNewest(t *testing.T) {
	var s component.StripVM
	for range 20 {
		s.Days = append(s.Days, component.Critical)
	}
	for i := range 30 {
		s.Days = append(s.Days, []component.Severity{component.None, component.Medium}[i%2])
	}
	got := html(t, component.Strip(s))
	if strings.Contains(got, "critical") {
		t.Errorf("older than 30 days: %s", got)
	}
	if len(got) > 500 {
		t.Errorf("%d bytes", len(got))
	}
	quiet := html(t, component.Strip(component.StripVM{Days: make([]component.Severity, 30)}))
	if !strings.Contains(quiet, "30 days: all quiet") {
		t.Error(quiet)
	}
	if none := html(t, component.Strip(component.StripVM{})); !strings.Contains(none, "30 days: no check") {
		t.Errorf("no day at all must not read as quiet: %s", none)
	}
}

// TestButtonOff: a button that is off says why, keeps the focus, sends nothing.
func TestButtonOff(t *testing.T) {
	got := html(t, component.Button(component.ButtonVM{
		ID: "resolve", Label: "Resolve", Name: "move", Value: "resolve", FormAction: "/x", Acts: true,
		Off: "The last check still failed.",
	}))
	for _, want := range []string{`aria-disabled="true"`, `aria-describedby="resolve-why"`, `id="resolve-why"`, "The last check still failed.", `type="button"`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	for _, bad := range []string{`type="submit"`, "formaction", "data-acts", " disabled"} {
		if strings.Contains(got, bad) {
			t.Errorf("%s in %s", bad, got)
		}
	}
}

// TestEscaping: nothing a person or a log wrote becomes markup or a script link.
func TestEscaping(t *testing.T) {
	const evil = `"><script>x</script>`
	now := time.Date(2026, 7, 2, 4, 0, 0, 0, time.UTC)
	for name, got := range map[string]string{
		"row": html(t, component.AlertRow(component.AlertRowVM{
			Tenant: evil, Model: evil, What: evil, Change: evil, Tail: evil, P: evil, Reason: evil,
			Owner: evil, Status: evil, Icon: evil, CreatedAt: now, Now: now, CanAck: true,
		})),
		"timeline": html(t, component.TimelineItem(component.TimelineVM{
			Icon: evil, Note: evil, Initials: "", Text: []component.Piece{{Text: evil, Strong: true}, {Text: evil, Href: "javascript:alert(1)"}}, At: now,
		}, now)),
		"note":   html(t, component.FormNote(component.FormNoteVM{Text: evil, Bad: true})),
		"banner": html(t, component.Banner(component.BannerVM{ID: evil, Tone: evil, Icon: evil, Bold: evil, Text: component.Words(evil)})),
		"button": html(t, component.Button(component.ButtonVM{Label: evil, More: evil, Value: evil, Name: evil, Key: evil, FormAction: "javascript:alert(1)"})),
	} {
		if strings.Contains(got, "<script") || strings.Contains(strings.ToLower(got), "javascript:") {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestProgressPlace: without a backfill the element is there and empty, so
// that a live fragment finds its place.
func TestProgressPlace(t *testing.T) {
	if got := html(t, component.Progress(nil)); got != `<section id="backfill-progress" class="progline" aria-label="Work under way"></section>` {
		t.Error(got)
	}
	got := html(t, component.Progress(&component.ProgressVM{Title: "Backfill", Done: 3, Total: 9}))
	if !strings.Contains(got, `<progress max="9" value="3"`) {
		t.Error(got)
	}
}

func TestMomentForms(t *testing.T) {
	at := time.Date(1998, 7, 2, 4, 12, 9, 0, time.FixedZone("x", 2*3600))
	for m, want := range map[component.Moment]string{
		component.Clock: "02:12 UTC", component.DayClock: "Thu 2 Jul 02:12 UTC", component.Date: "2 Jul", component.Full: "Thu 2 Jul 1998 02:12:09 UTC",
	} {
		got := html(t, component.When(at, m))
		if !strings.Contains(got, ">"+want+"<") || !strings.Contains(got, `datetime="1998-07-02T02:12:09Z"`) {
			t.Errorf("%s: %s", m, got)
		}
	}
}
