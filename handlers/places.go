package handlers

import (
	"slices"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// place is a page that the search finds by its label and by what else people call it.
type place struct {
	label, also, href, icon string
	least                   drift.Role
	administers             bool // for administrators of all tenants
}

var places = []place{
	{lang.Key("Silences"), lang.Key("mute, maintenance, suppress"), "/silences", "hush", drift.RoleViewer, false},
	{lang.Key("New silence"), lang.Key("mute, maintenance, suppress"), "/silences/new", "hush", drift.RoleOperator, false},
	{lang.Key("Thresholds"), lang.Key("cut-offs, limits, sensitivity, what if"), "/settings/thresholds", "gear", drift.RoleViewer, false},
	{lang.Key("Rollout of retraining"), lang.Key("feature flags, switch on, tenants"), "/settings/rollout", "gear", drift.RoleViewer, false},
	{lang.Key("Hand-over"), lang.Key("print, shift, notes"), "/handover", "note", drift.RoleViewer, false},
	{lang.Key("Weekly review"), lang.Key("print, report, figures"), "/reviews/weekly", "check", drift.RoleViewer, false},
	{lang.Key("Monthly review"), lang.Key("print, report, figures"), "/reviews/monthly", "check", drift.RoleViewer, false},
	{lang.Key("Wall"), lang.Key("big screen, monitor, television"), "/wall", "board", drift.RoleViewer, false},
	{lang.Key("Connect a model"), lang.Key("first steps, send predictions, import"), "/start", "link", drift.RoleViewer, false},
	{
		lang.Key("Preferences and account"), lang.Key("language, English, German, Deutsch, time zone, theme, dark, keys, password, sessions"),
		"/preferences", "user", drift.RoleViewer, false,
	},
	{lang.Key("Access"), lang.Key("people, users, accounts, roles"), "/access", "user", drift.RoleAdmin, true},
	{lang.Key("Add a person"), lang.Key("new user, account"), "/access/people/new", "user", drift.RoleAdmin, true},
	{lang.Key("Tokens"), lang.Key("API key, program, feed"), "/access/tokens", "lock", drift.RoleAdmin, true},
	{lang.Key("Walls"), lang.Key("link, big screen, monitor, television"), "/access/walls", "board", drift.RoleAdmin, true},
	{lang.Key("Tenants"), lang.Key("customers, new tenant"), "/access/tenants", "list", drift.RoleAdmin, true},
	{lang.Key("Model types"), lang.Key("register, new model type"), "/access/models", "cube", drift.RoleAdmin, true},
}

// placesNamed finds pages that the reader may open by every word in what they are called, in English or the
// reader's language; teams are those that have a rota.
func placesNamed(l lang.Lang, by drift.Actor, question string, teams []string) (out []page.FoundVM) {
	words := strings.Fields(strings.ToLower(question))
	if len(words) == 0 {
		return nil
	}
	named := func(texts ...string) bool {
		text := strings.ToLower(strings.Join(texts, " "))
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
	}
	for _, p := range places {
		if by.Role.AtLeast(p.least) && (!p.administers || by.AllTenants) && named(p.label, p.also, l.T(p.label), l.T(p.also)) {
			out = append(out, page.FoundVM{Label: l.T(p.label), Hint: l.T(p.also), Kind: l.T("Page"), Href: p.href, Icon: p.icon})
		}
	}
	for _, team := range teams {
		label, also := l.T("Rota of %s", team), l.T("on call, duty, shift, turns, swap")
		if named(label, also, "rota of on call on-call") {
			out = append(out, page.FoundVM{Label: label, Hint: also, Kind: l.T("Page"), Href: page.RotaHref(team), Icon: "clock"})
		}
	}
	return out[:min(len(out), drift.FindMost)]
}
