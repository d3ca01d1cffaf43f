package handlers

import (
	"net/url"
	"strconv"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

func silenceVM(s drift.Silence, now time.Time) page.SilenceVM {
	return page.SilenceVM{
		ID: s.ID, State: string(s.State(now)), Match: matchVM(s.Match), Reason: s.Reason, From: s.StartsAt, To: s.Until(),
		Planned: s.EndsAt, By: s.CreatedBy, EndedBy: s.EndedBy, EndNote: s.EndNote, Hidden: s.Hidden, CreatedAt: s.CreatedAt,
	}
}

func matchVM(m drift.AlertMatch) page.MatchVM {
	v := page.MatchVM{Tenant: m.Tenant, ModelType: m.ModelType, Most: m.Most.String()}
	for kind, k := range kinds {
		if k.AlertType == m.AlertType && k.DriftType == m.DriftType {
			v.Kind = kind
		}
	}
	if m.DriftType != "" { // with the type drift beside it, as a program may say
		v.Kind = string(m.DriftType)
	}
	return v
}

func alertListVM(l lang.Lang, list drift.Listed[drift.Alert]) page.AlertListVM {
	v := page.AlertListVM{Total: list.Total}
	for i := range list.Items {
		v.Items = append(v.Items, queuedVM(l, &list.Items[i]))
	}
	return v
}

// silenceHours are the lengths of time that the form offers.
var silenceHours = []int{1, 2, 4, 8, 12, 24, 48, 72, 168, 336, 720}

func newSilenceVM(l lang.Lang, f url.Values, d drift.SilencesData, by drift.Actor, zone string) page.NewSilenceVM {
	v := page.NewSilenceVM{
		Starts: f.Get("starts"), Until: f.Get("until"), Zone: zone, Days: drift.SilenceDays,
		MaxHours: int(drift.MaxSilenceOperator / time.Hour),
		Reason: component.FieldVM{
			ID: "reason", Name: "reason", Label: l.T("Reason, for everybody who misses the alerts"), Value: f.Get("reason"), Lines: 2, Must: true, Max: 1000,
		},
		Tenant: component.SelectVM{ID: "tenant", Name: "tenant", Label: l.T("Tenant"), Must: !by.AllTenants},
		Model:  component.SelectVM{ID: "model", Name: "model_type", Label: l.T("Model")},
		Kind:   component.SelectVM{ID: "kind", Name: "kind", Label: l.T("Kind")},
		Most:   component.SelectVM{ID: "most", Name: "max_severity", Label: l.T("Up to which severity")},
		For:    component.SelectVM{ID: "for", Name: "for", Label: l.T("For how long")},
	}
	if !by.Role.AtLeast(drift.RoleOperator) {
		v.Off = l.T("Your role may look but not silence. An operator can.")
	}
	if by.Role.AtLeast(drift.RoleManager) {
		v.MaxHours = int(drift.MaxSilence / time.Hour)
	}
	if by.AllTenants {
		v.Tenant.Options = append(v.Tenant.Options, component.OptionVM{Label: l.T("every tenant")})
	}
	for _, t := range d.Tenants {
		v.Tenant.Options = append(v.Tenant.Options, option(t.Name, t.Name, f.Get("tenant")))
	}
	v.Model.Options = append(v.Model.Options, component.OptionVM{Label: l.T("every model")})
	for _, m := range d.Models {
		v.Model.Options = append(v.Model.Options, option(m.Name, m.Name, f.Get("model_type")))
	}
	for _, k := range page.MatchKinds {
		v.Kind.Options = append(v.Kind.Options, option(k, page.KindText(l, k), f.Get("kind")))
	}
	most := f.Get("max_severity")
	if most == "" {
		most = drift.SeverityHigh.String()
	}
	for s := drift.SeverityMedium; s <= drift.SeverityCritical; s++ {
		v.Most.Options = append(v.Most.Options, option(s.String(), s.String(), most))
	}
	chosen := f.Get("for")
	if chosen == "" {
		chosen = "2h"
	}
	v.For.Options = append(v.For.Options, option(untilMorning, l.T("until the next morning, 08:00"), chosen))
	for _, h := range silenceHours {
		if h > v.MaxHours {
			break
		}
		label := l.N(int64(h), "%d hour", "%d hours")
		if h > 24 {
			label = l.N(int64(h/24), "%d day", "%d days")
		}
		v.For.Options = append(v.For.Options, option(strconv.Itoa(h)+"h", label, chosen))
	}
	return v
}

func option(value, label, chosen string) component.OptionVM {
	return component.OptionVM{Value: value, Label: label, Selected: value == chosen}
}

// silenceBanner says on the board that alerts are hidden; nil while no silence is in force.
func silenceBanner(l lang.Lang, inForce int) *component.BannerVM {
	if inForce == 0 {
		return nil
	}
	return &component.BannerVM{
		Icon: "bell", Bold: l.N(int64(inForce), "%d silence is in force.", "%d silences are in force."),
		Text: []component.Piece{{Text: l.T("Alerts that match are hidden meanwhile.") + " "}, {Text: l.T("What is hidden"), Href: "/silences"}},
	}
}
