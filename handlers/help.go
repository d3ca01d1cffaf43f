package handlers

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/help"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web/auth"
)

// mostHelp bounds the parts of the guide that a search finds.
const mostHelp = 6

// renderedGuide is the guide with its links. It is embedded, so an error is a mistake that the first test meets.
func renderedGuide() help.Guides {
	g, err := help.New(guideHref)
	if err != nil {
		panic("handlers: " + err.Error())
	}
	return g
}

// guideHref is where a word in code of the guide leads: a page of the console, or a setting; "" for nowhere.
// A single / is the key that searches.
func guideHref(code string) string {
	if strings.HasPrefix(code, "/") && len(code) > 1 {
		return code
	}
	for i := range drift.SettingSpecs {
		if drift.SettingSpecs[i].Name == code {
			return "/settings/" + code
		}
	}
	return ""
}

func (p *Pages) helpRoutes(r chi.Router) {
	p.get(r, "/help", p.helpIndex)
	p.get(r, "/help/{section}", p.helpSection)
}

// helpIndex lists what there is to read.
func (p *Pages) helpIndex(w http.ResponseWriter, r *http.Request) error {
	l := lang.From(r.Context())
	v := page.HelpVM{Sections: helpSections(p.guides[l], ""), Keys: page.Keys(l)}
	return p.showHelp(w, r, l.T("Help"), page.Help(v))
}

// helpSection is one section of the guide in the reader's language.
func (p *Pages) helpSection(w http.ResponseWriter, r *http.Request) error {
	guide := p.guides[lang.From(r.Context())]
	s := guide.Section(chi.URLParam(r, "section"))
	if s == nil {
		return drift.NotFound("The guide has no such section.")
	}
	v := page.HelpPageVM{Title: s.Title, HTML: s.HTML, Sections: helpSections(guide, s.Slug)}
	for i := range v.Sections[:len(v.Sections)-1] {
		if v.Sections[i].Current {
			v.Next = page.HelpPartVM{Title: v.Sections[i+1].Title, Href: v.Sections[i+1].Href}
		}
	}
	return p.showHelp(w, r, s.Title, page.HelpSection(v))
}

func (p *Pages) showHelp(w http.ResponseWriter, r *http.Request, title string, body templ.Component) error {
	by := auth.ActorFrom(r.Context())
	watch, err := p.store.Watching(r.Context(), by, p.now())
	if err != nil {
		return err
	}
	return p.show(w, r, http.StatusOK, p.shell(by, watch, title, ""), body)
}

// helpSections lists the guide's sections with their parts.
func helpSections(g *help.Guide, current string) (out []page.HelpSectionVM) {
	for _, s := range g.Sections {
		v := page.HelpSectionVM{Title: s.Title, Href: s.Href(help.Part{}), Current: s.Slug == current}
		for _, part := range s.Parts[1:] {
			v.Parts = append(v.Parts, page.HelpPartVM{Title: part.Title, Href: s.Href(part)})
		}
		out = append(out, v)
	}
	return out
}

// helpNamed finds parts of the guide, for the search.
func (p *Pages) helpNamed(l lang.Lang, question string) (out []page.FoundVM) {
	for _, f := range p.guides[l].Find(question, mostHelp) {
		hint := ""
		if f.Part.ID != "" {
			hint = f.Section.Title
		}
		out = append(out, page.FoundVM{Label: f.Part.Title, Hint: hint, Kind: l.T("Help"), Href: f.Section.Href(f.Part), Icon: "info"})
	}
	return out
}
