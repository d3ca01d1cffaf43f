package viewtest

import (
	"github.com/driftwatch/driftwatch/views/help"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// HelpCases are the index of the help and a section of the guide, in both languages.
func HelpCases() (cases []Case) {
	guides, err := help.New(func(code string) string {
		if code == "/retrains" {
			return code
		}
		return ""
	})
	if err != nil {
		panic("viewtest: " + err.Error())
	}
	for _, l := range lang.All {
		name := ""
		if l != lang.English {
			name = "." + l.Tag()
		}
		s := guides[l].Section("safeguards")
		var list []page.HelpSectionVM
		for _, x := range guides[l].Sections {
			v := page.HelpSectionVM{Title: x.Title, Href: x.Href(help.Part{}), Current: x.Slug == s.Slug}
			for _, p := range x.Parts[1:] {
				v.Parts = append(v.Parts, page.HelpPartVM{Title: p.Title, Href: x.Href(p)})
			}
			list = append(list, v)
		}
		cases = append(cases,
			Case{Name: "help" + name, Lang: l, Shell: Shell("Help", ""), Body: page.Help(page.HelpVM{Sections: list, Keys: page.Keys(l)})},
			Case{Name: "help-section" + name, Lang: l, Shell: Shell(s.Title, ""), Body: page.HelpSection(page.HelpPageVM{
				Title: s.Title, HTML: s.HTML, Sections: list, Next: page.HelpPartVM{Title: list[5].Title, Href: list[5].Href},
			})},
		)
	}
	return cases
}
