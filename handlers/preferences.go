package handlers

import (
	"errors"
	"net/http"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// offeredZones are suggestions; any zone of the IANA database is taken.
var offeredZones = []string{
	"UTC", "America/Chicago", "America/Los_Angeles", "America/New_York", "America/Sao_Paulo", "Asia/Dubai", "Asia/Kolkata",
	"Asia/Shanghai", "Asia/Singapore", "Asia/Tokyo", "Australia/Sydney", "Europe/Berlin", "Europe/London", "Europe/Madrid",
	"Europe/Paris", "Europe/Rome", "Europe/Vienna", "Europe/Warsaw", "Europe/Zurich", "Pacific/Auckland",
}

func (p *Pages) preferencesPage(w http.ResponseWriter, r *http.Request) error {
	id, _ := auth.From(r.Context())
	return p.showPreferences(w, r, http.StatusOK, id.Prefs, nil, nil)
}

// setPreferences keeps what the reader chose.
func (p *Pages) setPreferences(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(w, r); err != nil {
		return err
	}
	f := r.PostForm
	chosen := drift.Prefs{
		Lang: f.Get("lang"), Zone: strings.TrimSpace(f.Get("zone")), Theme: f.Get("theme"), KeysOff: f.Get("keys") == "off",
	}
	err := checkLanguage(chosen.Lang)
	if err == nil {
		err = p.store.SetPrefs(r.Context(), auth.ActorFrom(r.Context()), chosen)
	}
	var e *drift.Error
	switch {
	case err == nil:
		p.o.Auth.Ring(drift.UserKey(auth.ActorFrom(r.Context()).UserID)) // the next page is in the new language
		l, ok := lang.Parse(chosen.Lang)
		if !ok {
			l = lang.Accepted(r.Header.Get("Accept-Language"))
		}
		p.leadTo(w, r, "/preferences", said(l.T("Your preferences are kept.")))
		return nil
	case errors.As(err, &e) && e.Code == drift.CodeInvalid && web.WantsPage(r):
		return p.showPreferences(w, r, http.StatusUnprocessableEntity, chosen, e, nil)
	}
	return err
}

func checkLanguage(tag string) error {
	if _, ok := lang.Parse(tag); tag != "" && !ok {
		return drift.Invalid("lang", "The console does not speak this language.")
	}
	return nil
}

func (p *Pages) showPreferences(w http.ResponseWriter, r *http.Request, status int, chosen drift.Prefs, problem, password *drift.Error) error {
	by := auth.ActorFrom(r.Context())
	watch, err := p.store.Watching(r.Context(), by, p.now())
	if err != nil {
		return err
	}
	l := lang.From(r.Context())
	v := preferencesVM(l, chosen)
	if v.Account, err = p.accountVM(r, password); err != nil {
		return err
	}
	if problem == nil && password == nil {
		v.Note = p.noteFor(w, r)
	}
	if by.UserID == 0 {
		v.Off = l.T("A token belongs to a program, which has no preferences.")
	}
	if problem != nil {
		v.Note = component.FormNoteVM{Bad: true, Text: l.Said(problem.Message)}
		if problem.Field == "zone" {
			v.Note, v.Zone.Problem = component.FormNoteVM{}, l.Said(problem.Message)
		}
	}
	return p.show(w, r, status, p.shell(by, watch, l.T("Preferences"), ""), page.Preferences(v))
}

func preferencesVM(l lang.Lang, chosen drift.Prefs) page.PreferencesVM {
	languages := []component.OptionVM{{Label: l.T("That of the browser"), Selected: chosen.Lang == ""}}
	for _, x := range lang.All {
		languages = append(languages, component.OptionVM{Value: x.Tag(), Label: x.Name(), Selected: chosen.Lang == x.Tag()})
	}
	keys := ""
	if chosen.KeysOff {
		keys = "off"
	}
	return page.PreferencesVM{
		Zones:    offeredZones,
		Language: component.SelectVM{ID: "lang", Name: "lang", Label: l.T("Language"), Options: languages},
		Zone: component.FieldVM{
			ID: "zone", Name: "zone", Label: l.T("Time zone"), Value: chosen.Zone, Plain: true, Max: 64, List: "zones",
			Hint: l.T("Written as in Europe/Berlin; empty: that of the browser. UTC stands in the hover text of every time."),
		},
		Theme: selectVM("theme", l.T("Theme"), chosen.Theme, [][2]string{
			{"", l.T("That of the system")}, {"light", l.T("Light")}, {"dark", l.T("Dark")},
		}),
		Keys: selectVM("keys", l.T("Keys"), keys, [][2]string{
			{"", l.T("Single keys act (press ? for the list)")}, {"off", l.T("No single-key shortcuts")},
		}),
	}
}

// selectVM is a list of choices by value and label.
func selectVM(name, label, chosen string, options [][2]string) component.SelectVM {
	v := component.SelectVM{ID: name, Name: name, Label: label}
	for _, o := range options {
		v.Options = append(v.Options, component.OptionVM{Value: o[0], Label: o[1], Selected: o[0] == chosen})
	}
	return v
}
