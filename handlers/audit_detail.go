package handlers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/lang"
)

// auditDetail is an entry's detail in words: what a person wrote, and old and new values. tenants are the
// names of those that the reader sees.
func auditDetail(l lang.Lang, e drift.AuditEntry, tenants map[int64]string) string {
	var m map[string]any
	dec := json.NewDecoder(bytes.NewReader(e.Detail))
	dec.UseNumber()
	if dec.Decode(&m) != nil || len(m) == 0 {
		return ""
	}
	var parts []string
	if from, to := m["from"], m["to"]; from != nil && to != nil && from != to {
		parts = append(parts, auditState(l, from)+" → "+auditState(l, to))
	}
	if from, to := m["old"], m["new"]; to != nil {
		parts = append(parts, fmt.Sprintf("%v → %v", from, to))
	}
	for _, k := range []string{"note", "reason"} {
		s, _ := m[k].(string)
		if e.Actor == drift.SystemActor().Name { // what people wrote stays as it is
			s = l.Said(s)
		}
		if s != "" {
			parts = append(parts, s)
		}
	}
	if len(parts) > 0 {
		return strings.Join(parts, ": ")
	}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		if text := auditMember(l, k, m[k], tenants); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, ", ")
}

// auditState is the state of an alert or a retrain.
func auditState(l lang.Lang, v any) string {
	return l.Said(strings.ReplaceAll(fmt.Sprint(v), "_", " "))
}

// auditMembers are the members of details in words; %s is what they hold.
var auditMembers = map[string]string{
	"role": lang.Key("role %s"), "tenants": lang.Key("tenants %s"), "user": lang.Key("user %s"), "like": lang.Key("behaves like %s"),
	"delivery": lang.Key("delivery %s"), "host": lang.Key("receiver %s"), "webhook_of": lang.Key("webhook of %s"),
	"steps": lang.Key("steps: %s"), "failed": lang.Key("failed at %s"), "why": "%s",
	"previous": lang.Key("in place of %s"), "retrain": lang.Key("Retrain %s"), "approved_by": lang.Key("approved by %s"),
}

// auditFlags are the members that hold or do not.
var auditFlags = map[string]struct{ yes, no string }{
	"all_tenants": {lang.Key("all tenants"), ""}, "wall": {lang.Key("for a wall"), ""}, "passed": {lang.Key("passed"), lang.Key("not passed")},
}

// auditMember is one member of a detail; "" where it says nothing, or the row says it already. One without words
// is told by its own name.
func auditMember(l lang.Lang, name string, value any, tenants map[int64]string) string {
	if hidden[name] || value == nil || value == "" {
		return ""
	}
	if holds, ok := value.(bool); ok {
		if words, known := auditFlags[name]; known && holds {
			return l.T(words.yes)
		} else if known {
			return l.T(words.no)
		}
	}
	text := fmt.Sprint(value)
	switch v := value.(type) {
	case map[string]any: // what a move is taken back to
		return ""
	case []any:
		if text = auditTenants(v, tenants); text == "" {
			return ""
		}
	}
	switch name {
	case "role":
		text = l.T(text)
	case "why":
		text = l.Said(text)
	}
	if words, ok := auditMembers[name]; ok {
		return l.T(words, text)
	}
	return strings.ReplaceAll(name, "_", " ") + " " + text
}

// auditTenants are the names of tenants by their numbers, and the number of what the reader does not see.
func auditTenants(ids []any, tenants map[int64]string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = fmt.Sprint(id)
		if n, ok := id.(json.Number); ok {
			if known, err := n.Int64(); err == nil && tenants[known] != "" {
				names[i] = tenants[known]
			}
		}
	}
	return strings.Join(names, ", ")
}

// hidden are members of a detail that the row says already.
var hidden = map[string]bool{
	"alert_id": true, "retrain_id": true, "version": true, "at": true, "actor": true, "by": true, "move": true, "from": true, "to": true,
	"severity": true, "name": true, "tenant": true, "model_type": true,
}
