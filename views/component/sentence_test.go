package component_test

import (
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/views/component"
)

// TestSentence: the pieces stand where the language puts them, and what people wrote is not read.
func TestSentence(t *testing.T) {
	at := time.Date(2026, 7, 1, 4, 12, 0, 0, time.UTC)
	when := `<time datetime="2026-07-01T04:12:00Z" data-m="hm">04:12 UTC</time>`
	for _, c := range []struct {
		text   string
		pieces []component.Piece
		want   string
	}{
		{"No check.", nil, "No check."},
		{"", nil, ""},
		{"No check since {0}.", []component.Piece{component.At(at, component.Clock)}, "No check since " + when + "."},
		{"{1} von {0}", []component.Piece{component.Bold("a <b>"), component.Link("Alert 1", "/alerts/1")}, `<a href="/alerts/1">Alert 1</a> von <b>a &lt;b&gt;</b>`},
		{"{0}{0}", []component.Piece{component.Plain("{1} {0}"), component.Plain("x")}, "{1} {0}{1} {0}"},
		{"{1} {x} { {9}", []component.Piece{component.Plain("a")}, "{1} {x} { {9}"},
		{"{0} ago", []component.Piece{component.Since(at, at.Add(12*time.Minute))}, "<time datetime=\"2026-07-01T04:12:00Z\" data-age>12\u00a0m</time> ago"},
	} {
		if got := html(t, component.Text(component.Sentence(c.text, c.pieces...))); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

func TestJoin(t *testing.T) {
	got := component.Join(nil, component.Words("One."), nil, component.Words("Two."))
	if s := html(t, component.Text(got)); s != "One. Two." {
		t.Errorf("%q", s)
	}
}
