package handlers

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/views/lang"
)

// ownTenants leaves of a list of tenants those that a reader sees, and says whether there are others.
// "*" names nobody and stays.
func ownTenants(list []string, by drift.Actor, seen []drift.Tenant) (own []string, others bool) {
	if by.AllTenants {
		return list, false
	}
	own = []string{}
	for _, name := range list {
		if name == "*" || slices.ContainsFunc(seen, func(t drift.Tenant) bool { return t.Name == name }) {
			own = append(own, name)
		}
	}
	return own, len(own) < len(list)
}

// tenantList is a list of tenants in words, without the names that are not the reader's.
func tenantList(l lang.Lang, list []string, by drift.Actor, seen []drift.Tenant) string {
	own, others := ownTenants(list, by, seen)
	text := strings.Join(own, ", ")
	switch {
	case others && text == "":
		return l.T("others")
	case others:
		return l.T("%s and others", text)
	}
	return text
}

// seenValue is a setting's value as a reader may see it: of a list of tenants their own, as JSON. others
// says that some are left out.
func seenValue(name, value string, by drift.Actor, seen []drift.Tenant) (text string, others bool) {
	var list []string
	if by.AllTenants || name != retrain.SettingTenants || json.Unmarshal([]byte(value), &list) != nil {
		return value, false
	}
	own, others := ownTenants(list, by, seen)
	if !others {
		return value, false
	}
	b, err := json.Marshal(own)
	if err != nil { // texts always encode
		return "[]", true
	}
	return string(b), true
}

// shownValue is seenValue for a page, which says in words that some are left out.
func shownValue(l lang.Lang, name, value string, by drift.Actor, seen []drift.Tenant) string {
	text, others := seenValue(name, value, by, seen)
	switch {
	case others && text == "[]":
		return l.T("others")
	case others:
		return l.T("%s and others", text)
	}
	return text
}

// seenChanges are changes of settings as a reader may see them.
func seenChanges(l lang.Lang, list []drift.ShiftSetting, by drift.Actor, seen []drift.Tenant) []drift.ShiftSetting {
	list = slices.Clone(list)
	for i := range list {
		c := &list[i]
		for _, v := range []**string{&c.Old, &c.New} {
			if *v != nil {
				*v = new(shownValue(l, c.Name, **v, by, seen))
			}
		}
	}
	return list
}
