package handlers

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// longestQuestion is how many characters of a search are looked at.
const longestQuestion = 200

// palette answers what a question finds, for the list under Ctrl-K. Actions, and the pages of the menus, it
// knows already: the page that it stands on offers them.
func (p *Pages) palette(w http.ResponseWriter, r *http.Request) error {
	items, err := p.find(r)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, map[string]any{"items": items})
	return nil
}

// searchPage answers the same as a page, for whoever has no scripts.
func (p *Pages) searchPage(w http.ResponseWriter, r *http.Request) error {
	items, err := p.find(r)
	if err != nil {
		return err
	}
	by := auth.ActorFrom(r.Context())
	watch, err := p.store.Watching(r.Context(), by, p.now())
	if err != nil {
		return err
	}
	v := page.SearchVM{Question: r.URL.Query().Get("q"), Items: items}
	return p.show(w, r, http.StatusOK, p.shell(by, watch, lang.From(r.Context()).T("Search"), ""), page.Search(v))
}

// find looks for what the question names: models, alerts, retrains, then pages, settings and the guide.
func (p *Pages) find(r *http.Request) ([]page.FoundVM, error) {
	question := r.URL.Query().Get("q")
	if err := web.CheckText("q", question); err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(question) > longestQuestion {
		return nil, drift.Invalid("q", fmt.Sprintf("Ask with at most %d characters.", longestQuestion))
	}
	by := auth.ActorFrom(r.Context())
	found, err := p.store.Find(r.Context(), by, question)
	if err != nil {
		return nil, err
	}
	teams, err := p.store.Teams(r.Context(), by)
	if err != nil {
		return nil, err
	}
	l := lang.From(r.Context())
	items := make([]page.FoundVM, 0, len(found))
	for i := range found {
		items = append(items, foundVM(l, &found[i]))
	}
	items = append(items, placesNamed(l, by, question, teams)...)
	items = append(items, settingsNamed(l, question)...)
	return append(items, p.helpNamed(l, question)...), nil
}

func foundVM(l lang.Lang, f *drift.Found) page.FoundVM {
	name := f.Tenant
	if f.ModelType != "" {
		name += " " + f.ModelType
	}
	switch f.Kind {
	case drift.FoundAlert:
		a := drift.Alert{AlertType: f.Type, Severity: f.Severity}
		text := strings.TrimLeft(strings.TrimPrefix(l.Said(f.Text), name), ":, ")
		return page.FoundVM{
			Label: name, Hint: text, Kind: l.T("Alert %s", strconv.FormatInt(f.ID, 10)),
			Href: alertHref(f.ID), Mark: alertSeverityVM(&a).Class(),
		}
	case drift.FoundRetrain:
		return page.FoundVM{
			Label: name, Kind: l.T("Retrain %s", strconv.FormatInt(f.ID, 10)), Href: retrainHref(f.ID), Icon: "loop",
		}
	}
	return page.FoundVM{Label: name, Kind: l.T("Model"), Href: modelHref(f.Model), Icon: "cube"}
}

// settingsNamed finds settings by every word in name or help, in English or the reader's language.
func settingsNamed(l lang.Lang, question string) (out []page.FoundVM) {
	words := strings.Fields(strings.ToLower(question))
	if len(words) == 0 {
		return nil
	}
next:
	for _, s := range drift.SettingSpecs {
		help := l.Said(s.Help)
		text := strings.ToLower(s.Name + " " + strings.ReplaceAll(s.Name, "_", " ") + " " + s.Help + " " + help)
		for _, w := range words {
			if !strings.Contains(text, w) {
				continue next
			}
		}
		out = append(out, page.FoundVM{Label: s.Name, Hint: help, Kind: l.T("Setting"), Href: "/settings/" + s.Name, Icon: "gear"})
		if len(out) == drift.FindMost {
			break
		}
	}
	return out
}

// alarm answers what interrupts the reader now: the count for title and icon, and what sounds.
func (p *Pages) alarm(w http.ResponseWriter, r *http.Request) error {
	by := auth.ActorFrom(r.Context())
	newest, err := p.newest(r.Context(), by)
	if err != nil {
		return err
	}
	alarm, err := p.alarms.get(tenantsKey(by), newest, func() (drift.Alarm, error) {
		return p.store.Alarm(r.Context(), by)
	})
	if err != nil {
		return err
	}
	type loud struct {
		ID    int64  `json:"id"`
		Level string `json:"level"`
		Name  string `json:"name"`
		Text  string `json:"text"`
	}
	out := struct {
		Unacknowledged int    `json:"unacknowledged"`
		Loud           []loud `json:"loud"`
	}{alarm.Unacknowledged, make([]loud, len(alarm.Loud))}
	for i := range alarm.Loud {
		a := &alarm.Loud[i]
		level := strings.ToLower(a.Severity.String())
		if a.AlertType == drift.AlertBlind {
			level = "blind"
		}
		out.Loud[i] = loud{a.ID, level, modelOf(a), lang.From(r.Context()).Said(a.Message)}
	}
	web.WriteJSON(w, http.StatusOK, out)
	return nil
}
