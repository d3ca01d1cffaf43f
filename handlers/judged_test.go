package handlers_test

import (
	"fmt"
	"html"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// TestAnotherVersionServes: where a version came into service that no check has looked at, pages name the
// version that their numbers are of, keep its curve, and no longer advise about it.
func TestAnotherVersionServes(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	h.set(time.Now())
	who := h.as(drift.RoleOperator)
	scores, outcomes := h.alert("acme", drift.Statistical), h.alert("acme", drift.Performance)
	report := frauds + "/report"
	judged := "of version " + html.EscapeString("v"+script)
	alert := fmt.Sprintf("/alerts/%d", outcomes)
	for _, path := range []string{frauds, report} {
		a := h.get(path, asBrowser, who)
		a.isPage(t, 200, path)
		if strings.Contains(a.body, "has not been judged") || !strings.Contains(a.body, judged) {
			t.Errorf("%s before the change", path)
		}
	}
	if a := h.get(alert, asBrowser, who); !strings.Contains(a.body, "until then") && !strings.Contains(a.body, "Until then") || strings.Contains(a.body, "in place of version") {
		t.Errorf("the advice before the change: %.0s", a.body)
	}
	id := h.watched()
	h.exec(`UPDATE ml_retrain SET safeguards = '[{"name":"flags","passed":true,"detail":"As it was then.","compared":""}]' WHERE id = $1`, id)
	row := fmt.Sprintf(`{"prediction_id":"now","tenant":"acme","model_type":"fraud_detector","model_version":"r1","created_at":%q,"score":0.5,"predicted":true}`, time.Now().UTC().Format(time.RFC3339))
	if a := h.do("POST", "/api/v1/predictions", row, h.as(drift.RoleIngest)); a.status != 200 || !strings.Contains(a.body, `"inserted":1`) {
		t.Fatalf("log: %d %s", a.status, a.body)
	}
	h.exec(`UPDATE feed_beat SET last_at = now() WHERE tenant_id = $1 AND kind = 'predictions'`, h.acme.ID) // it is written every few seconds
	for _, path := range []string{frauds, report} {
		a := h.get(path, asBrowser, who)
		for _, want := range []string{"What stands here is of version", judged, "it has not been judged yet", "are counted tonight", "version r1"} {
			if !strings.Contains(a.body, want) {
				t.Errorf("%s does not say %q", path, want)
			}
		}
		if strings.Contains(a.body, "No predictions in these days.") {
			t.Errorf("%s drops the former version's curve", path)
		}
	}
	for _, n := range []int64{scores, outcomes} {
		a := h.get(fmt.Sprintf("/alerts/%d", n), asBrowser, who)
		for _, want := range []string{"in place of version", "Resolve this alert if the new version settles it.", fmt.Sprintf("as Retrain %d was decided by them", id), "As it was then."} {
			if !strings.Contains(a.body, want) {
				t.Errorf("alert %d does not say %q", n, want)
			}
		}
		if strings.Contains(a.body, "Until then treat") {
			t.Errorf("alert %d advises about a version that no longer serves", n)
		}
	}
}
