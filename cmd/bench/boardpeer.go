package main

import (
	_ "embed"
	"fmt"
	"html"
	"html/template"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// boardTemplate writes the rows of the board as somebody would who uses the standard library.
//
//go:embed board.gohtml
var boardTemplate string

// peerTime is an instant and its form, as a component.Piece has them.
type peerTime struct {
	At time.Time
	As component.Moment
}

var peerFuncs = template.FuncMap{
	"machine": lang.Machine, "moment": component.FormatMoment, "initials": component.Initials,
	"lower": strings.ToLower,
	"age":   func(at, now time.Time) string { return lang.English.Age(now.Sub(at)) },
	"waits": waits,
	"hot": func(v component.AlertRowVM) bool {
		return v.Severity == component.Critical && v.Owner == "" && waits(v)
	},
	"since": func(v component.AlertRowVM) peerTime {
		if v.Now.Sub(v.SinceAt) < 20*time.Hour {
			return peerTime{v.SinceAt, component.Clock}
		}
		return peerTime{v.SinceAt, component.Date}
	},
}

func waits(v component.AlertRowVM) bool {
	return !v.Cleared && (v.Status == "NEW" || v.Status == "ESCALATED")
}

// newPeerRows prepares the template of the rows.
func newPeerRows() (*template.Template, error) {
	t, err := template.New("rows").Funcs(peerFuncs).Parse(boardTemplate)
	if err != nil {
		return nil, fmt.Errorf("parse template: %w", err)
	}
	return t, nil
}

// sameHTML compares two pages but for white space and for how a character is escaped.
func sameHTML(a, b []byte) error {
	x, y := strings.Fields(plainHTML(a)), strings.Fields(plainHTML(b))
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return fmt.Errorf("the pages differ at tag %d: %q and %q", i, x[i], y[i])
		}
	}
	if len(x) != len(y) {
		return fmt.Errorf("one page has %d tags, the other %d", len(x), len(y))
	}
	return nil
}

// plainHTML puts each tag and the text after it on a line, without white space in it.
func plainHTML(page []byte) string {
	text := strings.Join(strings.Fields(html.UnescapeString(string(page))), "")
	return strings.ToLower(strings.ReplaceAll(text, "<", "\n<"))
}
