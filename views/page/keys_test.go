package page

import (
	"os"
	"regexp"
	"testing"

	"github.com/driftwatch/driftwatch/views/lang"
)

// TestKeysAreTheScripts: the help lists the keys that ? lists, in its order and words.
func TestKeysAreTheScripts(t *testing.T) {
	b, err := os.ReadFile("../../static/js/help.js")
	if err != nil {
		t.Fatal(err)
	}
	entries := regexp.MustCompile(`(?m)^  \[(?:'([^']+)'|t\('([^']+)'\)), t\('([^']+)'\)\],$`).FindAllStringSubmatch(string(b), -1)
	keys := Keys(lang.English)
	if len(entries) != len(keys) {
		t.Fatalf("the script lists %d keys, the help %d", len(entries), len(keys))
	}
	for i, e := range entries {
		if k := keys[i]; k.Keys != e[1]+e[2] || k.What != e[3] || k.Chord != (e[2] != "") {
			t.Errorf("%+v in the help, %q in the script", k, e[1:])
		}
	}
}
