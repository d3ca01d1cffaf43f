package handlers

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// peopleRoles are the roles of people, tokenRoles those of programs, least first.
var (
	peopleRoles = []drift.Role{drift.RoleViewer, drift.RoleOperator, drift.RoleManager, drift.RoleAdmin}
	tokenRoles  = append([]drift.Role{drift.RoleIngest}, peopleRoles...)
)

// roleMay says what each role may do, in a list of choices.
var roleMay = map[drift.Role]string{
	drift.RoleIngest:   lang.Key("ingest: logs, and nothing else"),
	drift.RoleViewer:   lang.Key("viewer: reads"),
	drift.RoleOperator: lang.Key("operator: acts on alerts"),
	drift.RoleManager:  lang.Key("manager: decides retrains too"),
	drift.RoleAdmin:    lang.Key("admin: settings and access too"),
}

// roleWords is a role by its name.
func roleWords(l lang.Lang, role drift.Role) string {
	switch role {
	case drift.RoleIngest:
		return l.T("ingest")
	case drift.RoleViewer:
		return l.T("viewer")
	case drift.RoleOperator:
		return l.T("operator")
	case drift.RoleManager:
		return l.T("manager")
	case drift.RoleAdmin:
		return l.T("admin")
	}
	return role.String()
}

func namesOf(tenants []drift.Tenant) map[int64]string {
	names := map[int64]string{}
	for _, t := range tenants {
		names[t.ID] = t.Name
	}
	return names
}

// shownTenants bounds how many tenants a line names.
const shownTenants = 6

// tenantWords are the tenants that somebody sees.
func tenantWords(l lang.Lang, all bool, ids []int64, names map[int64]string) string {
	if all {
		return l.T("all tenants")
	}
	if len(ids) == 0 {
		return l.T("none")
	}
	var list []string
	for _, id := range ids {
		list = append(list, names[id])
	}
	slices.Sort(list)
	if more := len(list) - shownTenants; more > 0 {
		return l.N(int64(more), "%[2]s and %[1]d more", "%[2]s and %[1]d more", strings.Join(list[:shownTenants], ", "))
	}
	return strings.Join(list, ", ")
}

func personVM(l lang.Lang, p drift.Person, by drift.Actor, names map[int64]string) page.PersonVM {
	return page.PersonVM{
		Name: p.Name, Href: personHref(p.ID), Role: roleWords(l, p.Role), Tenants: tenantWords(l, p.AllTenants, p.Tenants, names),
		Own: p.ID == by.UserID, Disabled: p.Disabled, SeenAt: p.SeenAt, Sessions: p.Sessions,
	}
}

func tokenVM(l lang.Lang, k drift.Token, names map[int64]string) page.TokenVM {
	return page.TokenVM{
		ID: strconv.FormatInt(k.ID, 10), Name: k.Name, Role: roleWords(l, k.Role), Tenants: tenantWords(l, k.AllTenants, k.Tenants, names),
		MadeAt: k.CreatedAt, UsedAt: k.UsedAt, EndedAt: k.RevokedAt,
	}
}

func personPageVM(l lang.Lang, d drift.PersonData, by drift.Actor, tenants []drift.Tenant) page.PersonPageVM {
	x, names := d.Person, namesOf(tenants)
	v := page.PersonPageVM{
		ID: strconv.FormatInt(x.ID, 10), Name: x.Name, Own: x.ID == by.UserID, Disabled: x.Disabled,
		SignedIn: signedInVM(l, d.SignedIn, nil), SignIns: signInVM(l, d.SignIns), Changes: accessChanges(l, d.Changes, names),
	}
	v.Password, v.Again = passwordFields(l)
	seen := component.Words(l.T("Never signed in so far."))
	if !x.SeenAt.IsZero() {
		seen = component.Sentence(l.T("Last seen {0}."), component.At(x.SeenAt, component.DayClock))
	}
	v.Line = seen
	state := l.T("open")
	if x.Disabled {
		state = l.T("closed")
	}
	v.Facts = []component.FactVM{
		{Label: l.T("Role"), Value: roleWords(l, x.Role)},
		{Label: l.T("Tenants"), Value: tenantWords(l, x.AllTenants, x.Tenants, names)},
		{Label: l.T("Account"), Value: state},
		{Label: l.T("Signed in"), Value: l.N(int64(x.Sessions), "in %d browser", "in %d browsers")},
	}
	return v
}

// signedInVM lists sessions; here is the hash of the one that asks, nil for none.
func signedInVM(l lang.Lang, list []drift.SignedIn, here []byte) (out []page.SignedInVM) {
	for _, s := range list {
		out = append(out, page.SignedInVM{
			ID: strconv.FormatInt(s.ID, 10), Browser: browserWords(l, s.Visitor.Agent), Agent: s.Visitor.Agent, From: s.Visitor.Address,
			Here: here != nil && slices.Equal(here, s.Hash), Since: s.CreatedAt, Seen: s.SeenAt, ExpiresAt: s.ExpiresAt,
		})
	}
	return out
}

func signInVM(l lang.Lang, list []drift.SignIn) (out []page.SignInVM) {
	for _, s := range list {
		out = append(out, page.SignInVM{
			At: s.At, Good: s.Good, Browser: browserWords(l, s.Visitor.Agent), Agent: s.Visitor.Agent, From: s.Visitor.Address,
		})
	}
	return out
}

// browsers and systems are what an agent's own words hold, the more special ones first: every browser
// calls itself by the names of those before it.
var (
	browsers = [][2]string{
		{"Edg/", "Edge"},
		{"OPR/", "Opera"},
		{"Firefox/", "Firefox"},
		{"FxiOS/", "Firefox"},
		{"CriOS/", "Chrome"},
		{"Chrome/", "Chrome"},
		{"Safari/", "Safari"},
		{"curl/", "curl"},
		{"python", "Python"},
		{"Go-http-client", "Go"},
	}
	systems = [][2]string{
		{"Windows", "Windows"}, {"Android", "Android"}, {"iPhone", "iOS"}, {"iPad", "iPadOS"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
	}
)

// browserWords are what a browser says of itself, short: the whole of it stands in the hover text.
func browserWords(l lang.Lang, agent string) string {
	browser, system := named(browsers, agent), named(systems, agent)
	switch {
	case browser != "" && system != "":
		return l.T("%s on %s", browser, system)
	case browser+system != "":
		return browser + system
	case agent == "":
		return l.T("not known")
	}
	return drift.Visitor{Agent: agent}.Short()
}

func named(list [][2]string, agent string) string {
	for _, x := range list {
		if strings.Contains(agent, x[0]) {
			return x[1]
		}
	}
	return ""
}

// rightsOf are those that an account has.
func rightsOf(u drift.User, names map[int64]string) rightsAsked {
	a := rightsAsked{role: u.Role, all: u.AllTenants, names: map[string]bool{}}
	for _, id := range u.Tenants {
		a.names[names[id]] = true
	}
	return a
}

// listedTenants is how many tenants a form lists to be ticked; further ones are written.
const listedTenants = 200

// rightsVM are the fields of a role, where any is offered, and of tenants.
func rightsVM(l lang.Lang, tenants []drift.Tenant, a rightsAsked, offered []drift.Role, e *drift.Error) page.RightsVM {
	v := page.RightsVM{All: a.all || len(tenants) == 0}
	if len(offered) > 0 {
		v.Role = component.SelectVM{ID: "role", Name: "role", Label: l.T("Role"), Must: true}
	}
	for _, role := range offered {
		v.Role.Options = append(v.Role.Options, component.OptionVM{Value: role.String(), Label: l.T(roleMay[role]), Selected: role == a.role})
	}
	var more []string
	for i, t := range tenants {
		if i < listedTenants {
			v.Tenants = append(v.Tenants, page.TickVM{Name: t.Name, On: a.names[t.Name]})
		} else if a.names[t.Name] {
			more = append(more, t.Name)
		}
	}
	if len(tenants) > listedTenants {
		v.More = &component.FieldVM{ID: "more", Name: "more", Label: l.T("Further tenants, a name a line"), Value: strings.Join(more, "\n"), Lines: 3, Plain: true}
	}
	switch {
	case e == nil:
	case e.Field == "tenant":
		v.Problem = l.Said(e.Message)
	case e.Field == "role":
		v.Role.Problem = l.Said(e.Message)
	}
	return v
}

// rightsField tells whether a refusal stands at the fields of rightsVM.
func rightsField(e *drift.Error) bool { return e.Field == "tenant" || e.Field == "role" }

// accessChanges are entries of the audit log in words.
func accessChanges(l lang.Lang, list []drift.AuditEntry, names map[int64]string) (out []page.AccessChangeVM) {
	for _, e := range list {
		kind, name, _ := strings.Cut(e.Object, "/")
		out = append(out, page.AccessChangeVM{
			At: e.At, Who: e.Actor, What: auditAction(l, e.Action, kind, name), Detail: accessDetail(l, e, names),
		})
	}
	return out
}

// accessDetail is what an entry about access holds, in words.
func accessDetail(l lang.Lang, e drift.AuditEntry, names map[int64]string) string {
	var d struct {
		Name    string  `json:"name"`
		Role    string  `json:"role"`
		Like    string  `json:"like"`
		All     bool    `json:"all_tenants"`
		Tenants []int64 `json:"tenants"`
	}
	if json.Unmarshal(e.Detail, &d) != nil {
		return ""
	}
	var parts []string
	if strings.HasPrefix(e.Action, "token.") && d.Name != "" {
		parts = append(parts, d.Name)
	}
	if d.Like != "" {
		parts = append(parts, l.T("behaves like %s", d.Like))
	}
	if role, err := drift.ParseRole(d.Role); err == nil {
		parts = append(parts, roleWords(l, role), tenantWords(l, d.All, d.Tenants, names))
	}
	return strings.Join(parts, ", ")
}
