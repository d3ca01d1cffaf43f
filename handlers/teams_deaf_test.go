package handlers_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

// TestEscalatedToNobody says so where an alert waits for a team that has nobody in it.
func TestEscalatedToNobody(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	ann, _ := h.user("ann", drift.RoleOperator)
	admin := h.as(drift.RoleAdmin)
	id := h.alert("acme", drift.Statistical)
	form := url.Values{"version": {h.version(id)}, "note": {"look"}, "to": {"DevOps"}}.Encode()
	if a := h.post(fmt.Sprintf("/alerts/%d/escalate", id), form, asBrowser, ann); a.status != 303 {
		t.Fatalf("escalate: %d %.300s", a.status, a.body)
	}
	const deaf = "Nobody: 1\u00a0alert waits for a team without anybody in it"
	page := h.get("/teams", asBrowser, admin)
	page.holds(t, "without a member", "1\u00a0alert waits for nobody", deaf+", and nobody is told.")
	if strings.Contains(page.body, "acme fraud_detector: acme fraud_detector") {
		t.Error("the title names its model twice")
	}
	h.get("/teams", asBrowser, h.as(drift.RoleViewer)).holds(t, "a viewer", deaf+".")
	if a := h.post("/teams/members/add", fields("team", "DevOps", "user", "ann"), asBrowser, admin); a.status != 303 {
		t.Fatalf("add: %d", a.status)
	}
	if b := h.get("/teams", asBrowser, admin).body; strings.Contains(b, "Nobody:") {
		t.Error("with a member it still says that nobody is told")
	}
}
