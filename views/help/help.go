package help

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/driftwatch/driftwatch/docs"
	"github.com/driftwatch/driftwatch/views/lang"
)

// Slugs are the last parts of the sections' addresses, in the guide's order: the same in every language.
var Slugs = []string{
	"quick-reference", "drift-types", "severities", "monitoring", "safeguards", "rollback", "troubleshooting", "queries",
	"procedures", "roll-out", "support",
}

// Section is one chapter of the guide.
type Section struct {
	Slug, Title string
	HTML        string // what stands under its title
	Parts       []Part
}

// Part is what stands under one heading of a section: the section's own beginning, without an id, and each
// part that has a heading of its own.
type Part struct {
	ID, Title string
	text      string // all of its words in small letters, the title's first
}

// Href is the address of a part of the section.
func (s Section) Href(p Part) string {
	if p.ID == "" {
		return "/help/" + s.Slug
	}
	return "/help/" + s.Slug + "#" + p.ID
}

// Guide is the guide in one language.
type Guide struct {
	Sections []Section
}

// Guides are the guide in every language.
type Guides map[lang.Lang]*Guide

// New renders the guide. href says where a word in code leads, such as a page or a setting; "" for nowhere.
func New(href func(code string) string) (Guides, error) {
	guides := Guides{}
	var ids []string // of the English headings, for the same ones of the others
	for _, g := range []struct {
		lang   lang.Lang
		source []byte
	}{{lang.English, docs.Guide}, {lang.German, docs.GuideGerman}} {
		d := parse(g.source, g.lang, href)
		if ids == nil {
			ids = d.ids()
		}
		guide, err := d.guide(ids)
		if err != nil {
			return nil, fmt.Errorf("the guide in %s: %w", g.lang.Name(), err)
		}
		guides[g.lang] = guide
	}
	return guides, nil
}

// Section finds a section by its slug; nil where there is none.
func (g *Guide) Section(slug string) *Section {
	for i := range g.Sections {
		if g.Sections[i].Slug == slug {
			return &g.Sections[i]
		}
	}
	return nil
}

// Found is a part of the guide that a question finds.
type Found struct {
	Section Section
	Part    Part
}

// Find returns the parts that hold every word of a question, those with all of them in the title first, at most most.
func (g *Guide) Find(question string, most int) []Found {
	words := strings.Fields(strings.ToLower(question))
	if len(words) == 0 || utf8.RuneCountInString(question) < shortest {
		return nil
	}
	var titled, found []Found
	for _, s := range g.Sections {
		for _, p := range s.Parts {
			switch {
			case holds(strings.ToLower(p.Title), words):
				titled = append(titled, Found{s, p})
			case holds(p.text, words):
				found = append(found, Found{s, p})
			}
		}
	}
	found = append(titled, found...)
	return found[:min(len(found), most)]
}

// shortest is how many characters a question has that looks into the guide: fewer are in every part of it.
const shortest = 3

func holds(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}
