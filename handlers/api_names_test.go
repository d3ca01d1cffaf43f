package handlers_test

import (
	"net/url"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

// TestModelTypeInThePath: a name is what it was registered as, whatever characters a path has to
// write otherwise, and it is unescaped once.
func TestModelTypeInThePath(t *testing.T) {
	h := newHouse(t)
	viewer := h.as(drift.RoleViewer)
	for _, name := range []string{"100% sure", "a%41b", "a/b", "наука", `"><script>`, "a?b#c"} {
		if _, err := h.db.Pool().Exec(t.Context(), `INSERT INTO model_type (name, behaves_like) VALUES ($1, $2)`,
			name, drift.FraudDetector); err != nil {
			t.Fatal(err)
		}
		var list apiList[map[string]any]
		h.do("GET", "/api/v1/models/"+url.PathEscape(name)+"/versions", "", viewer).into(t, 200, &list)
	}
	h.do("GET", "/api/v1/models/aAb/versions", "", viewer).problem(t, 404, drift.CodeNotFound, "")
}
