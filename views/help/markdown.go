package help

import (
	"bytes"
	"fmt"
	"html"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/driftwatch/driftwatch/views/lang"
)

// document is the guide in one language as it was read.
type document struct {
	source []byte
	root   ast.Node
	md     goldmark.Markdown
}

func parse(source []byte, l lang.Lang, href func(string) string) document {
	md := goldmark.New(
		goldmark.WithExtensions(extension.Table),
		goldmark.WithParserOptions(parser.WithAutoHeadingID()),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(consoleRenderer{l, href}, 1))),
	)
	return document{source: source, root: md.Parser().Parse(text.NewReader(source)), md: md}
}

// ids are the ids of the headings, in their order.
func (d document) ids() (ids []string) {
	for n := d.root.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok {
			id, _ := h.AttributeString("id")
			ids = append(ids, fmt.Sprintf("%s", id))
		}
	}
	return ids
}

// guide cuts the document at its headings, which get the given ids.
func (d document) guide(ids []string) (*Guide, error) {
	g := &Guide{}
	var section *Section
	var body, words bytes.Buffer
	end := func() { // of a part, and of what was written
		if section == nil {
			return // what stands before the first section introduces the file, not the pages
		}
		section.HTML = body.String()
		p := &section.Parts[len(section.Parts)-1]
		p.text = strings.ToLower(p.Title + " " + words.String())
	}
	at := 0
	for n := d.root.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok {
			if at == len(ids) {
				return nil, fmt.Errorf("%q is a heading more than the English guide has", d.plain(h))
			}
			h.SetAttributeString("id", []byte(ids[at]))
			at++
			switch h.Level {
			case 1:
				continue
			case 2:
				end()
				if len(g.Sections) == len(Slugs) {
					return nil, fmt.Errorf("section %q has no slug", d.plain(h))
				}
				g.Sections = append(g.Sections, Section{Slug: Slugs[len(g.Sections)], Title: d.plain(h)})
				section = &g.Sections[len(g.Sections)-1]
				section.Parts = []Part{{Title: section.Title}}
				body.Reset()
				words.Reset()
				continue
			}
			if section == nil {
				return nil, fmt.Errorf("%q stands before the first section", d.plain(h))
			}
			end()
			section.Parts = append(section.Parts, Part{ID: ids[at-1], Title: d.plain(h)})
			words.Reset()
		}
		if err := d.md.Renderer().Render(&body, d.source, n); err != nil {
			return nil, fmt.Errorf("render: %w", err)
		}
		words.WriteString(d.plain(n) + " ")
	}
	end()
	if at != len(ids) || len(g.Sections) != len(Slugs) {
		return nil, fmt.Errorf("%d headings and %d sections, not %d and %d", at, len(g.Sections), len(ids), len(Slugs))
	}
	return g, nil
}

// plain are the words of a node and all below it.
func (d document) plain(n ast.Node) string {
	var b strings.Builder
	if n.Type() == ast.TypeBlock && n.IsRaw() {
		b.Write(n.Lines().Value(d.source))
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Segment.Value(d.source))
			if t.SoftLineBreak() {
				b.WriteByte(' ')
			}
			continue
		}
		b.WriteString(d.plain(c))
		if c.Type() == ast.TypeBlock {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// consoleRenderer writes what the console writes in its own way: headings one level up, because the section's title is
// that of the page; tables of its class, which scroll by themselves; code that can be reached by keys; words in code
// that lead somewhere.
type consoleRenderer struct {
	l    lang.Lang
	href func(code string) string
}

// RegisterFuncs takes the kinds of nodes that this renderer writes.
func (r consoleRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindHeading, r.heading)
	reg.Register(ast.KindFencedCodeBlock, r.block)
	reg.Register(ast.KindCodeSpan, r.code)
	reg.Register(east.KindTable, r.table)
}

func (r consoleRenderer) heading(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	h := n.(*ast.Heading)
	if !entering {
		return ast.WalkContinue, write(w, "</h%d>\n", h.Level-1)
	}
	id, _ := h.AttributeString("id")
	return ast.WalkContinue, write(w, `<h%d id="%s">`, h.Level-1, html.EscapeString(fmt.Sprintf("%s", id)))
}

func (r consoleRenderer) block(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	b := n.(*ast.FencedCodeBlock)
	label := r.l.T("Example")
	switch string(b.Language(source)) {
	case "sh":
		label = r.l.T("Commands")
	case "sql":
		label = r.l.T("SQL query")
	}
	return ast.WalkSkipChildren, write(w, "<pre class=\"cmd\" tabindex=\"0\" role=\"group\" aria-label=\"%s\"><code>%s</code></pre>\n",
		html.EscapeString(label), html.EscapeString(string(b.Lines().Value(source))))
}

func (r consoleRenderer) code(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	words := document{source: source}.plain(n)
	shown := html.EscapeString(words)
	if inTable(n) { // where it is narrow, a long name breaks between its words
		shown = strings.ReplaceAll(shown, "_", "_<wbr>")
	}
	if to := r.href(words); to != "" {
		return ast.WalkSkipChildren, write(w, `<a href="%s"><code>%s</code></a>`, html.EscapeString(to), shown)
	}
	return ast.WalkSkipChildren, write(w, `<code>%s</code>`, shown)
}

func inTable(n ast.Node) bool {
	for ; n != nil; n = n.Parent() {
		if n.Kind() == east.KindTableCell {
			return true
		}
	}
	return false
}

func (r consoleRenderer) table(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		return ast.WalkContinue, write(w, "<div class=\"panel\"><table class=\"tb\">\n")
	}
	return ast.WalkContinue, write(w, "</table></div>\n")
}

func write(w util.BufWriter, format string, args ...any) error {
	_, err := fmt.Fprintf(w, format, args...)
	return err
}
