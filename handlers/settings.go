package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// settingsPage answers the settings in force: for a tenant with ?tenant=, else for those that have
// none of their own.
func (p *Pages) settingsPage(w http.ResponseWriter, r *http.Request) error {
	by := auth.ActorFrom(r.Context())
	name, text := r.URL.Query().Get("tenant"), strings.TrimSpace(r.URL.Query().Get("q"))
	if err := web.CheckText("q", text); err != nil {
		return err
	}
	scope, err := p.tenantScope(r.Context(), by, name)
	if err != nil {
		return err
	}
	d, err := p.store.SettingsPage(r.Context(), by, scope, p.now())
	if err != nil {
		return err
	}
	l := lang.From(r.Context())
	v := settingsVM(l, d, by, name)
	findSettings(l, &v, name, text)
	v.Now, v.MayChange = p.now(), by.Role.AtLeast(drift.RoleAdmin)
	v.Proposals = proposalVMs(l, d.Proposals, by)
	for _, x := range v.Proposals {
		if x.State == string(drift.ProposalOpen) && x.Off == "" {
			v.Undecided++
		}
	}
	if r.URL.Query().Get("part") == partSummary {
		return writePart(w, r, page.SettingsSummary(v))
	}
	v.Note = p.noteFor(w, r)
	return p.show(w, r, http.StatusOK, p.shell(by, d.Watch, l.T("Settings"), "settings"), page.Settings(v))
}

// settingsVM lists every setting in its group.
func settingsVM(l lang.Lang, d drift.SettingsData, by drift.Actor, tenant string) page.SettingsVM {
	var v page.SettingsVM
	differ := 0
	for _, spec := range settingSpecs(d.Types) {
		id := "set-" + strings.ToLower(spec.Group)
		if n := len(v.Groups); n == 0 || v.Groups[n-1].ID != id {
			v.Groups = append(v.Groups, page.SettingGroupVM{ID: id, Title: settingGroup(l, spec.Group)})
		}
		s := settingVM(l, d, spec, by, tenant)
		if s.Differs {
			differ++
		}
		g := &v.Groups[len(v.Groups)-1]
		g.Settings = append(g.Settings, s)
	}
	v.Line = settingsLine(l, d, differ, tenant)
	return v
}

// findSettings leaves those settings that hold every word of the text: in the name, the help, the group,
// the value, or who changed it last and why.
func findSettings(l lang.Lang, v *page.SettingsVM, tenant, text string) {
	v.Query, v.Tenant = text, tenant
	if text == "" {
		return
	}
	wanted, found := strings.Fields(strings.ToLower(text)), 0
	for i := range v.Groups {
		g := &v.Groups[i]
		g.Settings = slices.DeleteFunc(g.Settings, func(s page.SettingVM) bool {
			all := strings.ToLower(strings.Join([]string{s.Name, strings.ReplaceAll(s.Name, "_", " "), g.Title, s.Value, s.Words, s.ChangedBy, s.Why}, "\n"))
			return slices.ContainsFunc(wanted, func(w string) bool { return !strings.Contains(all, w) })
		})
		found += len(g.Settings)
	}
	v.Groups = slices.DeleteFunc(v.Groups, func(g page.SettingGroupVM) bool { return len(g.Settings) == 0 })
	v.Found = l.N(int64(found), "%d setting holds it.", "%d settings hold it.")
}

// settingSpecs are the settings in the order of the page, those of each model type after their group's.
func settingSpecs(types []drift.ModelType) []drift.SettingSpec {
	out := slices.Clone(drift.SettingSpecs)
	at := 0
	for i, s := range out {
		if s.Group == "Retraining" {
			at = i + 1
		}
	}
	for _, t := range types {
		for _, name := range drift.TypeSettings(t.Name) {
			known := slices.ContainsFunc(out, func(s drift.SettingSpec) bool { return s.Name == name })
			if spec, ok := drift.SettingNamed(name); ok && !known {
				out = slices.Insert(out, at, spec)
				at++
			}
		}
	}
	return out
}

// settingsLine says how many differ, for whom, and leads to the tenants' own.
func settingsLine(l lang.Lang, d drift.SettingsData, differ int, tenant string) []component.Piece {
	line := component.Words(l.T("Every one has its default."))
	if differ > 0 {
		line = component.Words(l.N(int64(differ), "%d differs from its default.", "%d differ from their default."))
	}
	if tenant == "" {
		line = component.Join(line, component.Words(l.T("Shown is what holds where a tenant has no value of its own.")))
	} else {
		line = component.Join(line, component.Words(l.T("Shown is what holds for %s.", tenant)))
	}
	var links []component.Piece
	for i, t := range d.Tenants[:min(len(d.Tenants), maxTenantLinks)] {
		if i > 0 {
			links = append(links, component.Plain(", "))
		}
		links = append(links, component.Link(t.Name, tenantSettingsHref(t.Name)))
	}
	if len(links) == 0 {
		return line
	}
	return component.Join(line, component.Words(l.T("For one tenant:")), append(links, component.Plain(".")))
}

// maxTenantLinks bounds the tenants that the line names; others are reached by ?tenant=.
const maxTenantLinks = 12

func settingVM(l lang.Lang, d drift.SettingsData, spec drift.SettingSpec, by drift.Actor, tenant string) page.SettingVM {
	value := d.Settings.Text(spec.Name)
	s := page.SettingVM{
		Name: spec.Name, Value: value, Words: settingWords(l, spec, value), Default: spec.Default, Differs: value != spec.Default,
		From: originWords(l, d.Settings.Origin(spec.Name), tenant), Command: "driftwatch config set " + spec.Name + " " + shellWord(value),
		Href: settingHref(spec.Name, tenant, nil), Shell: spec.Shell, Allowed: allowed(l, spec),
	}
	if spec.Kind == drift.KindSecret { // from standard input: a command line is seen by others
		s.Command = "driftwatch config set " + spec.Name + " -"
	}
	if value == "" {
		s.Value = l.T("none")
	}
	if seen, others := seenValue(spec.Name, value, by, d.Tenants); others { // what is left out would be lost by setting the rest
		s.Value, s.Words = shownValue(l, spec.Name, value, by, d.Tenants), settingWords(l, spec, seen)
		s.Command = "driftwatch config get " + spec.Name
	}
	if spec.Global {
		s.Href = settingHref(spec.Name, "", nil)
	}
	if n := d.Own[spec.Name]; n > 0 {
		s.Own = l.N(int64(n), "%d tenant has a value of its own", "%d tenants have a value of their own")
	}
	if tenant != "" && !spec.Global {
		s.Command += " --tenant " + shellWord(tenant)
	}
	for _, c := range d.History {
		if c.Name == spec.Name && c.At.After(s.ChangedAt) {
			s.ChangedBy, s.ChangedAt, s.Why = c.By, c.At, c.Reason
		}
	}
	return s
}

func originWords(l lang.Lang, o drift.SettingOrigin, tenant string) string {
	switch o {
	case drift.FromTenant:
		return l.T("database, %s", tenant)
	case drift.FromGlobal:
		return l.T("database, all tenants")
	case drift.FromFile:
		return l.T("file")
	}
	return l.T("default")
}

// settingWords is what a setting means, with its value in the unit that people think in.
func settingWords(l lang.Lang, spec drift.SettingSpec, value string) string {
	switch v, err := strconv.ParseFloat(value, 64); {
	case err != nil:
	case spec.Unit == "fraction":
		if words := pointWords(l, spec, v); words != "" {
			return l.T("%s. %s", words, l.Said(spec.Help))
		}
	case spec.Unit != "" && spec.Kind == drift.KindInt:
		return l.T("%s. %s", inUnit(l, int64(v), spec.Unit), l.Said(spec.Help))
	}
	return l.Said(spec.Help)
}

// shellWord quotes what a shell would not take as one word.
func shellWord(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func tenantSettingsHref(name string) string {
	return "/settings?" + url.Values{"tenant": {name}}.Encode()
}
