package handlers

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/views/lang"
)

// written finds the actions that the program writes into its audit log.
var written = regexp.MustCompile(`"((?:alert|backfill|handover|incident|job|model|oncall|retraining|rollback|setting|silence|team|tenant|token|user|webhook)\.[a-z_]+)"`)

// TestEveryAuditActionHasWords: what the audit log holds is told in words, in every language.
func TestEveryAuditActionHasWords(t *testing.T) {
	actions := map[string]bool{}
	for m := range moveWords {
		actions["alert."+string(m)] = true
	}
	for m := range deeds {
		actions["retrain."+string(m)] = true
	}
	for _, files := range []string{"../store/*.go", "../drift/engine/*.go", "../drift/schedule/*.go", "../cmd/driftwatch/*.go"} {
		list, err := filepath.Glob(files)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range list {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range written.FindAllStringSubmatch(string(source), -1) {
				actions[m[1]] = true
			}
		}
	}
	if len(actions) < 70 {
		t.Fatalf("only %d actions were found", len(actions))
	}
	for action := range actions {
		for _, l := range lang.All {
			if said := auditAction(l, action, "kind", "17"); strings.Contains(said, "kind 17") || l != lang.English && said == auditAction(lang.English, action, "kind", "17") {
				t.Errorf("%s in %s is %q", action, l.Name(), said)
			}
		}
	}
}
