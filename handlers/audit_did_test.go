package handlers

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryActionHasWords reads from the source what is written into the audit log, and the moves of alerts and
// retrains, which are written as they are called.
func TestEveryActionHasWords(t *testing.T) {
	found := map[string]bool{}
	read := func(pattern string, of *regexp.Regexp, prefix string) {
		t.Helper()
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range of.FindAllSubmatch(text, -1) {
				found[prefix+string(m[1])] = true
			}
		}
	}
	actions := regexp.MustCompile(`"((?:alert|backfill|handover|incident|job|model|oncall|retraining|rollback|setting|silence|team|tenant|token|user|webhook)\.[a-z_]+)"`)
	for _, dir := range []string{"../drift/engine/*.go", "../store/*.go", "../store/queue/*.go", "../web/hook/*.go"} {
		read(dir, actions, "")
	}
	move := regexp.MustCompile(`(?m)^\tMove\w+ +(?:Move )?= "([a-z_]+)"`)
	read("../drift/moves.go", move, "alert.")
	read("../drift/retrain/moves.go", move, "retrain.")
	if len(found) < 80 {
		t.Errorf("only %d actions are found", len(found))
	}
	for action := range found {
		if auditDid[action] == "" {
			t.Errorf("the audit log's page has no words for %s", action)
		}
	}
}
