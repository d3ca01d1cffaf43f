package handlers

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// teamsVM is the page as the reader's role sees it: viewers see names, operators webhooks and their
// deliveries too, administrators the forms.
func teamsVM(l lang.Lang, d drift.TeamsData, by drift.Actor, now time.Time) page.TeamsVM {
	admin := by.Role.AtLeast(drift.RoleAdmin)
	v := page.TeamsVM{Now: now, People: d.People, MayTeams: admin && by.AllTenants}
	mine, waiting, deaf := 0, 0, 0
	for i, t := range d.Teams {
		id := fmt.Sprintf("t%d", i+1)
		vm := page.TeamVM{ID: id, Name: t.Name, Mine: t.Mine, Waiting: t.Waiting}
		for _, m := range t.Members {
			vm.Members = append(vm.Members, page.MemberVM{Name: m.Name, Closed: m.Disabled})
		}
		for i := range t.Queue {
			vm.Queue = append(vm.Queue, queuedVM(l, &t.Queue[i]))
		}
		if by.Role.AtLeast(drift.RoleOperator) {
			hook := webhookVM(l, t.Hook, v.MayTeams)
			hook.ID, hook.Field, hook.Name = id, "team", t.Name
			vm.Hook = &hook
		}
		if by.AllTenants && t.Waiting > 0 && !slices.ContainsFunc(vm.Members, func(m page.MemberVM) bool { return !m.Closed }) {
			vm.Nobody = nobodyWords(l, t.Waiting, vm.Hook)
			deaf += t.Waiting
		}
		if t.Mine {
			mine, waiting = mine+1, waiting+t.Waiting
		}
		v.Teams = append(v.Teams, vm)
	}
	if by.Role.AtLeast(drift.RoleOperator) {
		v.Tenants = tenantHooks(l, d, admin)
	}
	v.Verdict, v.Line = waitsWords(l, mine, waiting), words(l.T("An alert that is escalated to a team waits in its queue until it is resolved, whoever has it."))
	if deaf > 0 && waiting == 0 {
		v.Verdict, v.Blind = l.N(int64(deaf), "%d alert waits for nobody", "%d alerts wait for nobody"), true
	}
	if by.Role.AtLeast(drift.RoleOperator) {
		v.Line = component.Join(v.Line, words(l.T("Webhooks tell other programs; each delivery is signed, sent in order and tried for a day.")))
	}
	return v
}

// waitsWords say how many alerts wait for the reader's own teams.
func waitsWords(l lang.Lang, teams, waiting int) string {
	n := int64(waiting)
	switch {
	case teams == 0:
		return l.T("Who is told")
	case n == 0 && teams == 1:
		return l.T("Nothing waits for your team")
	case n == 0:
		return l.T("Nothing waits for your teams")
	case teams == 1:
		return l.N(n, "%d alert waits for your team", "%d alerts wait for your team")
	}
	return l.N(n, "%d alert waits for your teams", "%d alerts wait for your teams")
}

// nobodyWords says of a team without anybody in it what that means for what waits. hook is nil for who does
// not see it.
func nobodyWords(l lang.Lang, waiting int, hook *page.WebhookVM) string {
	n := int64(waiting)
	switch {
	case hook == nil:
		return l.N(n, "Nobody: %d alert waits for a team without anybody in it.", "Nobody: %d alerts wait for a team without anybody in it.")
	case hook.URL != "" && hook.Disabled == "":
		return l.N(n, "Nobody: %d alert waits for a team without anybody in it. Its webhook alone is told.",
			"Nobody: %d alerts wait for a team without anybody in it. Its webhook alone is told.")
	}
	return l.N(n, "Nobody: %d alert waits for a team without anybody in it, and nobody is told.",
		"Nobody: %d alerts wait for a team without anybody in it, and nobody is told.")
}

// setWords say of a webhook that it is set.
func setWords(l lang.Lang, o drift.WebhookOwner) string {
	if o.Team != "" {
		return l.T("The webhook of team %s is set.", o.Team)
	}
	return l.T("The webhook of tenant %s is set.", o.Tenant)
}

// rotatedWords say of a webhook that its secret is another.
func rotatedWords(l lang.Lang, o drift.WebhookOwner) string {
	if o.Team != "" {
		return l.T("The webhook of team %s has a new secret. The old one signs nothing any more.", o.Team)
	}
	return l.T("The webhook of tenant %s has a new secret. The old one signs nothing any more.", o.Tenant)
}

// tenantHooks lists every tenant that the reader sees, with its webhook or without.
func tenantHooks(l lang.Lang, d drift.TeamsData, mayChange bool) []page.WebhookVM {
	var list []page.WebhookVM
	for i, t := range d.Tenants {
		var state *drift.WebhookState
		for k := range d.Hooks {
			if d.Hooks[k].TenantID == t.ID {
				state = &d.Hooks[k]
			}
		}
		if state == nil && !mayChange {
			continue
		}
		vm := webhookVM(l, state, mayChange)
		vm.ID, vm.Field, vm.Name = fmt.Sprintf("c%d", i+1), "tenant", t.Name
		list = append(list, vm)
	}
	return list
}

func webhookVM(l lang.Lang, h *drift.WebhookState, mayChange bool) page.WebhookVM {
	v := page.WebhookVM{MayChange: mayChange}
	if h == nil {
		return v
	}
	v.URL, v.Disabled, v.CreatedBy, v.Pending, v.Dead = h.URL, l.Said(h.DisabledWhy), h.CreatedBy, h.Pending, h.Dead
	for _, d := range h.Last {
		v.Last = append(v.Last, deliveryVM(l, d))
	}
	for _, d := range h.Letters {
		v.Letters = append(v.Letters, deliveryVM(l, d))
	}
	return v
}

func deliveryVM(l lang.Lang, d drift.Delivery) page.DeliveryVM {
	v := page.DeliveryVM{
		ID: d.ID, Type: string(d.Type), Tenant: d.Tenant, State: string(d.State), Attempts: d.Attempts, At: d.FinishedAt, Why: l.Said(d.LastError),
	}
	if d.State == drift.DeliveryPending {
		v.At = d.NextAt
	}
	return v
}

func queuedVM(l lang.Lang, a *drift.Alert) page.QueuedVM {
	return page.QueuedVM{
		Href: alertHref(a.ID), Title: queuedTitle(l, a), Severity: alertSeverityVM(a),
		Status: string(a.Status), Owner: a.Assignee, CreatedAt: a.CreatedAt,
	}
}

// queuedTitle names the model once: a message begins with it where it is a check's.
func queuedTitle(l lang.Lang, a *drift.Alert) string {
	model := a.Tenant + " " + a.ModelType
	if model == " " || strings.HasPrefix(a.Message, strings.TrimSpace(model)) {
		return l.Said(a.Message)
	}
	return strings.TrimSpace(model) + ": " + l.Said(a.Message)
}
