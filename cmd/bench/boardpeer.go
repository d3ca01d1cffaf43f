package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"html"
	"html/template"
	"regexp"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/driftwatch/driftwatch/static"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/layout"
	"github.com/driftwatch/driftwatch/views/page"
)

// boardTemplate writes the page as somebody would who uses the standard library. It gets ready made
// what never changes (symbols, brand, legend) and the paths of the strips, all of which favours it.
//
//go:embed board.gohtml
var boardTemplate string

type peerPage struct {
	Shell                   layout.Shell
	Board                   page.BoardVM
	Sprite, Brand, StripKey template.HTML
	Modules                 []string
	Nav                     []peerNav
	Tally                   []peerTally
	Health                  []peerHealth
}

type peerNav struct{ Key, Href, Icon, Label string }

type peerTally struct {
	Severity component.Severity
	Word     string
	N        int
	Note     string
}

type peerHealth struct {
	page.HealthRowVM
	StripLabel string
	Paths      []peerPath
}

type peerPath struct{ Class, D string }

// peerTime is an instant and its form, as a component.Piece has them.
type peerTime struct {
	At time.Time
	As component.Moment
}

var peerFuncs = template.FuncMap{
	"asset": static.URL, "machine": lang.Machine, "moment": component.FormatMoment, "initials": component.Initials,
	"lower": strings.ToLower, "day": lang.English.Day,
	"count": func(n int) string { return lang.English.Count(int64(n)) },
	"age":   func(at, now time.Time) string { return lang.English.Age(now.Sub(at)) },
	"clock": func(at time.Time) peerTime { return peerTime{at, component.Clock} },
	"hot": func(v component.AlertRowVM) bool {
		return v.Severity == component.Critical && v.Owner == "" && v.Status == "NEW"
	},
	"since": func(v component.AlertRowVM) peerTime {
		if v.Now.Sub(v.SinceAt) < 20*time.Hour {
			return peerTime{v.SinceAt, component.Clock}
		}
		return peerTime{v.SinceAt, component.Date}
	},
}

// newPeerPage prepares the template and its data.
func newPeerPage(shell layout.Shell, board page.BoardVM) (*template.Template, *peerPage, error) {
	t, err := template.New("board").Funcs(peerFuncs).Parse(boardTemplate)
	if err != nil {
		return nil, nil, fmt.Errorf("parse template: %w", err)
	}
	p := &peerPage{
		Shell: shell, Board: board,
		Modules: []string{"js/dom.js", "js/time.js", "js/live.js", "js/board.js", "js/ack.js"},
		Nav: []peerNav{
			{"board", "/", "board", "Board"},
			{"models", "/models", "cube", "Models"},
			{"retrains", "/retrains", "loop", "Retrains"},
			{"operations", "/operations", "pulse", "Operations"},
			{"reviews", "/reviews", "check", "Reviews"},
			{"teams", "/teams", "user", "Teams"},
			{"audit", "/audit", "list", "Audit"},
			{"settings", "/settings", "gear", "Settings"},
		},
		Tally: []peerTally{
			{component.Critical, "Critical", board.Tally.Critical, board.Tally.CriticalNote},
			{component.High, "High", board.Tally.High, board.Tally.HighNote},
			{component.Medium, "Medium", board.Tally.Medium, board.Tally.MediumNote},
			{component.Blind, "Blind", board.Tally.Blind, board.Tally.BlindNote},
		},
	}
	for _, part := range []struct {
		from templ.Component
		into *template.HTML
	}{{component.Sprite(), &p.Sprite}, {component.Brand(), &p.Brand}, {component.StripKey(), &p.StripKey}} {
		text, err := rendered(part.from)
		if err != nil {
			return nil, nil, err
		}
		*part.into = template.HTML(text)
	}
	for _, row := range board.Health.Models {
		h, err := newPeerHealth(row)
		if err != nil {
			return nil, nil, err
		}
		p.Health = append(p.Health, h)
	}
	return t, p, nil
}

var (
	stripLabel = regexp.MustCompile(`aria-label="([^"]*)"`)
	stripPath  = regexp.MustCompile(`<path class="([^"]*)" d="([^"]*)">`)
)

// newPeerHealth reads the strip's paths from the drawn strip.
func newPeerHealth(row page.HealthRowVM) (peerHealth, error) {
	text, err := rendered(component.Strip(row.Strip))
	if err != nil {
		return peerHealth{}, err
	}
	label := stripLabel.FindStringSubmatch(text)
	if label == nil {
		return peerHealth{}, fmt.Errorf("a strip without a label: %s", text)
	}
	h := peerHealth{HealthRowVM: row, StripLabel: html.UnescapeString(label[1])}
	for _, m := range stripPath.FindAllStringSubmatch(text, -1) {
		h.Paths = append(h.Paths, peerPath{m[1], html.UnescapeString(m[2])})
	}
	return h, nil
}

func rendered(c templ.Component) (string, error) {
	var b bytes.Buffer
	if err := c.Render(context.Background(), &b); err != nil {
		return "", fmt.Errorf("render: %w", err)
	}
	return b.String(), nil
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
