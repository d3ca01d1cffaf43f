package handlers_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
)

// TestOtherTenantsAreNotNamed reads what names tenants as somebody who sees one of them.
func TestOtherTenantsAreNotNamed(t *testing.T) {
	h := newPages(t)
	h.seed("acme", "globex")
	heard := h.connect("?since=0", h.as(drift.RoleViewer, h.acme))
	both, on := `["acme","globex"]`, "true"
	for name, v := range map[string]*string{"AUTO_RETRAIN_ENABLED_TENANTS": &both, "ENABLE_AUTO_RETRAIN": &on, "ENABLE_AUTO_RETRAIN_FRAUD": &on} {
		if _, err := h.engine.SetSetting(t.Context(), drift.SystemActor(), engine.SettingChange{Name: name, Value: v, Reason: "pilot"}); err != nil {
			t.Fatal(err)
		}
	}
	for told := 0; told < 3; {
		m, text := heard.next()
		if strings.Contains(text, "globex") {
			t.Errorf("the socket names another tenant: %s", text)
		}
		if m.Type == string(drift.EventSettingsChanged) {
			told++
		}
	}
	h.set(time.Now()) // the shift goes to the present
	ours, all := h.as(drift.RoleManager, h.acme), h.as(drift.RoleManager)
	now := time.Now().UTC()
	kept := h.post("/handover", url.Values{"from": {now.Add(-time.Hour).Format("2006-01-02T15:04")}}.Encode(), asBrowser, all)
	if kept.status != 303 {
		t.Fatalf("hand over: %d %.300s", kept.status, kept.body)
	}
	for path, want := range map[string]string{
		"/settings": "and others", "/settings/AUTO_RETRAIN_ENABLED_TENANTS": "and others", "/retrains": "acme and others",
		"/api/v1/settings": `[\"acme\"]`, "/settings/rollout": "Pilot", "/audit": "Audit", "/handover": "[&#34;acme&#34;] and others",
		kept.header.Get("Location"): "[&#34;acme&#34;] and others",
	} {
		get := h.get
		if strings.HasPrefix(path, "/api") {
			get = func(path string, headers ...string) answer { return h.do("GET", path, "", headers[1:]...) }
		}
		a := get(path, asBrowser, ours)
		if a.status != 200 || strings.Contains(a.body, "globex") || !strings.Contains(a.body, want) {
			t.Errorf("%s: %d, names another tenant: %t, says %q: %t", path, a.status, strings.Contains(a.body, "globex"), want, strings.Contains(a.body, want))
		}
		if a := get(path, asBrowser, all); path != "/settings/rollout" && path != "/audit" && !strings.Contains(a.body, "globex") {
			t.Errorf("%s does not name every tenant to who sees them all", path)
		}
	}
}
