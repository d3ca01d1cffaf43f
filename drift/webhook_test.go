package drift

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestWhatAWebhookIsTold(t *testing.T) {
	escalatedTo := func(team string) json.RawMessage {
		return json.RawMessage(`{"alert":{"team":"` + team + `"}}`)
	}
	acme := Webhook{TenantID: 3, Owner: WebhookOwner{Tenant: "acme"}}
	noc, engineers := Webhook{Owner: WebhookOwner{Team: TeamNOC}}, Webhook{Owner: WebhookOwner{Team: "ML Engineering"}}
	for _, c := range []struct {
		name  string
		hook  Webhook
		event Event
		want  bool
	}{
		{"its tenant's", acme, Event{Type: EventRetrainUpdated, TenantID: 3, Payload: json.RawMessage(`{"retrain":{"id":7},"move":{"move":"start"}}`)}, true},
		{"another tenant's", acme, Event{Type: EventRetrainUpdated, TenantID: 4, Payload: json.RawMessage(`{"retrain":{"id":7},"move":{"move":"start"}}`)}, false},
		{"a line of a trainer", acme, Event{Type: EventRetrainUpdated, TenantID: 3, Payload: json.RawMessage(`{"retrain":{"id":7,"progress":"epoch 3"}}`)}, false},
		{"a rollback", acme, Event{Type: EventModelRolledBack, TenantID: 3, Payload: json.RawMessage(`{"model":{}}`)}, true},
		{"nobody's", acme, Event{Type: EventSettingsChanged}, false},
		{"a webhook of no tenant", Webhook{Owner: WebhookOwner{Tenant: "gone"}}, Event{Type: EventSettingsChanged}, false},
		{"a new drift", noc, Event{Type: EventDriftDetected, TenantID: 3, Payload: escalatedTo("")}, true},
		{"another new alert", noc, Event{Type: EventAlertRaised, TenantID: 3, Payload: escalatedTo("")}, true},
		{"an alert that moves", noc, Event{Type: EventAlertUpdated, TenantID: 3, Payload: escalatedTo("")}, false},
		{"escalated to the NOC", noc, Event{Type: EventAlertUpdated, TenantID: 3, Payload: escalatedTo(TeamNOC)}, true},
		{"a new drift, and another team", engineers, Event{Type: EventDriftDetected, TenantID: 3, Payload: escalatedTo("")}, false},
		{"escalated to the team", engineers, Event{Type: EventAlertUpdated, TenantID: 3, Payload: escalatedTo("ML Engineering")}, true},
		{"escalated elsewhere", engineers, Event{Type: EventAlertUpdated, TenantID: 3, Payload: escalatedTo(TeamNOC)}, false},
		{"about no alert", engineers, Event{Type: EventModelActivated, TenantID: 3, Payload: json.RawMessage(`{"model":{}}`)}, false},
		{"raised under a silence", noc, Event{Type: EventDriftDetected, TenantID: 3, Payload: json.RawMessage(`{"alert":{"team":"","status":"SUPPRESSED"},"move":{"move":"raise"}}`)}, false},
		{"hidden by a silence", noc, Event{Type: EventAlertUpdated, TenantID: 3, Payload: json.RawMessage(`{"alert":{"team":"","status":"SUPPRESSED"},"move":{"move":"silence","detail":{"silence":4}}}`)}, false},
		{"back from a silence", noc, Event{Type: EventAlertUpdated, TenantID: 3, Payload: json.RawMessage(`{"alert":{"team":"","status":"NEW"},"move":{"move":"return","detail":{"silence":4}}}`)}, true},
		{"back, for the engineers", engineers, Event{Type: EventAlertUpdated, TenantID: 3, Payload: json.RawMessage(`{"alert":{"team":"","status":"NEW"},"move":{"move":"return","detail":{"silence":4}}}`)}, false},
		{"back from a person's suppression", noc, Event{Type: EventAlertUpdated, TenantID: 3, Payload: json.RawMessage(`{"alert":{"team":"","status":"NEW"},"move":{"move":"return"}}`)}, false},
		{"broken", engineers, Event{Type: EventAlertUpdated, TenantID: 3, Payload: json.RawMessage(`{"alert":`)}, false},
	} {
		if got := c.hook.Wants(c.event); got != c.want {
			t.Errorf("%s: %s is told: %t", c.name, c.hook.Owner, got)
		}
	}
	if acme.Owner.String() != "tenant acme" || noc.Owner.String() != "team NOC" {
		t.Errorf("owners %q and %q", acme.Owner, noc.Owner)
	}
}

func TestAddressesOfWebhooks(t *testing.T) {
	for raw, want := range map[string]string{
		"https://hooks.example.com/driftwatch?key=1": "",
		"http://localhost:8080/":                     "",
		"http://127.0.0.1/x":                         "",
		"http://[::1]:9/x":                           "",
		"http://hooks.example.com/":                  "warned",
		"http://10.0.0.1/":                           "warned",
		"ftp://hooks.example.com/":                   "begins with https://",
		"hooks.example.com":                          "An address is such as",
		"https://":                                   "An address is such as",
		"https://[::1":                               "An address is such as",
		"":                                           "An address is such as",
		"https://me:secret@hooks.example.com/":       "Leave name and password out",
		"https://hooks.example.com/#there":           "Leave out what follows the #",
		"https://a.example/" + strings.Repeat("x", 1982): "",
		"https://a.example/" + strings.Repeat("x", 1983): "An address is such as",
	} {
		warning, err := CheckWebhookURL(raw)
		switch want {
		case "", "warned":
			if err != nil || (warning != "") != (want == "warned") {
				t.Errorf("%.60s: %q, %v", raw, warning, err)
			}
		default:
			if CodeOf(err) != CodeInvalid || !strings.Contains(err.Error(), want) || warning != "" {
				t.Errorf("%.60s: %q, %v", raw, warning, err)
			}
		}
	}
}
