package handlers

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/format"
	"github.com/driftwatch/driftwatch/views/page"
)

// teamsVM is the page as the reader's role sees it: viewers see names, operators webhooks and their
// deliveries too, administrators the forms.
func teamsVM(d drift.TeamsData, by drift.Actor, now time.Time) page.TeamsVM {
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
			vm.Queue = append(vm.Queue, queuedVM(&t.Queue[i]))
		}
		if by.Role.AtLeast(drift.RoleOperator) {
			hook := webhookVM(t.Hook, v.MayTeams)
			hook.ID, hook.Field, hook.Name = id, "team", t.Name
			vm.Hook = &hook
		}
		if by.AllTenants && t.Waiting > 0 && !slices.ContainsFunc(vm.Members, func(m page.MemberVM) bool { return !m.Closed }) {
			vm.Nobody = nobodyWords(t.Waiting, vm.Hook)
			deaf += t.Waiting
		}
		if t.Mine {
			mine, waiting = mine+1, waiting+t.Waiting
		}
		v.Teams = append(v.Teams, vm)
	}
	if by.Role.AtLeast(drift.RoleOperator) {
		v.Tenants = tenantHooks(d, admin)
	}
	v.Verdict, v.Line = "Who is told", words("An alert that is escalated to a team waits in its queue until it is resolved, whoever has it. ")
	if mine > 0 {
		yours := map[bool]string{true: " for your team", false: " for your teams"}[mine == 1]
		v.Verdict = "Nothing waits" + yours
		if waiting > 0 {
			v.Verdict = format.Plural(int64(waiting), "alert waits", "alerts wait") + yours
		}
	}
	if deaf > 0 && waiting == 0 {
		v.Verdict, v.Blind = format.Plural(int64(deaf), "alert waits", "alerts wait")+" for nobody", true
	}
	if by.Role.AtLeast(drift.RoleOperator) {
		v.Line = append(v.Line, words("Webhooks tell other programs; each delivery is signed, sent in order and tried for a day.")...)
	}
	return v
}

// nobodyWords says of a team without anybody in it what that means for what waits. hook is nil for who does
// not see it.
func nobodyWords(waiting int, hook *page.WebhookVM) string {
	alerts := "Nobody: " + format.Plural(int64(waiting), "alert waits", "alerts wait") + " for a team without anybody in it"
	switch {
	case hook == nil:
		return alerts + "."
	case hook.URL != "" && hook.Disabled == "":
		return alerts + ". Its webhook alone is told."
	}
	return alerts + ", and nobody is told."
}

// tenantHooks lists every tenant that the reader sees, with its webhook or without.
func tenantHooks(d drift.TeamsData, mayChange bool) []page.WebhookVM {
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
		vm := webhookVM(state, mayChange)
		vm.ID, vm.Field, vm.Name = fmt.Sprintf("c%d", i+1), "tenant", t.Name
		list = append(list, vm)
	}
	return list
}

func webhookVM(h *drift.WebhookState, mayChange bool) page.WebhookVM {
	v := page.WebhookVM{MayChange: mayChange}
	if h == nil {
		return v
	}
	v.URL, v.Disabled, v.CreatedBy, v.Pending, v.Dead = h.URL, h.DisabledWhy, h.CreatedBy, h.Pending, h.Dead
	for _, d := range h.Last {
		v.Last = append(v.Last, deliveryVM(d))
	}
	for _, d := range h.Letters {
		v.Letters = append(v.Letters, deliveryVM(d))
	}
	return v
}

func deliveryVM(d drift.Delivery) page.DeliveryVM {
	v := page.DeliveryVM{
		ID: d.ID, Type: string(d.Type), Tenant: d.Tenant, State: string(d.State), Attempts: d.Attempts, At: d.FinishedAt, Why: d.LastError,
	}
	if d.State == drift.DeliveryPending {
		v.At = d.NextAt
	}
	return v
}

func queuedVM(a *drift.Alert) page.QueuedVM {
	return page.QueuedVM{
		Href: alertHref(a.ID), Title: queuedTitle(a), Severity: alertSeverityVM(a),
		Status: string(a.Status), Owner: a.Assignee, CreatedAt: a.CreatedAt,
	}
}

// queuedTitle names the model once: a message begins with it where it is a check's.
func queuedTitle(a *drift.Alert) string {
	model := a.Tenant + " " + a.ModelType
	if model == " " || strings.HasPrefix(a.Message, strings.TrimSpace(model)) {
		return a.Message
	}
	return strings.TrimSpace(model) + ": " + a.Message
}
