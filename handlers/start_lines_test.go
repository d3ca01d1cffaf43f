package handlers_test

import (
	"encoding/json"
	"html"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/handlers"
)

var shownLine = regexp.MustCompile(`(?s)<h3>(curl|Python)</h3>\s*(?:<div class="copy">)?\s*<pre class="cmd" tabindex="0">(.*?)</pre>`)

// runLines runs every line that a page shows as a reader would, the shell's in a shell and Python's in Python, and
// returns what each printed.
func (a answer) runLines(t *testing.T) (printed []string) {
	t.Helper()
	for _, m := range shownLine.FindAllStringSubmatch(a.body, -1) {
		program := []string{"sh", "-c"}
		if m[1] == "Python" {
			program = []string{"python3", "-c"}
		}
		line := html.UnescapeString(m[2])
		cmd := exec.CommandContext(t.Context(), program[0], append(program[1:], line)...)
		cmd.Env = append(os.Environ(), "NO_PROXY=*", "no_proxy=*")
		var wrong strings.Builder
		cmd.Stderr = &wrong
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s\n%s", m[1], err, line, wrong.String())
		}
		printed = append(printed, string(out))
	}
	return printed
}

// TestShownLinesRun runs what the pages show to paste, for a tenant whose name no shell and no program takes as it
// is: the rows are in afterwards, each once.
func TestShownLinesRun(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Fatalf("the lines ask for curl (make setup): %v", err)
	}
	api := &url.URL{} // where the pages say that the API is
	h := newPages(t, func(o *handlers.Options) { o.Public = api })
	at, err := url.Parse(h.url)
	if err != nil {
		t.Fatal(err)
	}
	*api = *at
	admin, _ := h.user("root", drift.RoleAdmin)
	const tenant = `it's a "<tenant>" $HOME ` + "`id`" + ` \n é`
	logged := func(what string, made answer, lines int) {
		t.Helper()
		made.isPage(t, 200, what)
		printed := made.runLines(t)
		if len(printed) != lines {
			t.Fatalf("%s: %d lines, want %d", what, len(printed), lines)
		}
		for i, out := range printed {
			var sum struct{ Inserted, Duplicates, Rejected int }
			if err := json.Unmarshal([]byte(out), &sum); err != nil || sum.Inserted+sum.Duplicates != 1 || sum.Rejected != 0 {
				t.Errorf("%s, line %d: %s", what, i+1, out)
			}
		}
	}
	rows := func() int64 {
		return h.count(`SELECT count(*) FROM ml_prediction_log p JOIN tenant t ON t.id = p.tenant_id WHERE t.name = $1`, tenant)
	}
	logged("the first token", h.post("/start/token", fields("name", "feed", "tenant", tenant, "model", drift.FraudDetector), asBrowser, admin), 4)
	if n := rows(); n != 1 {
		t.Errorf("%d rows", n)
	}
	logged("a token of one tenant", h.post("/access/tokens", fields("name", "a", "role", "ingest", "scope", "some", "tenant", tenant), asBrowser, admin), 2)
	if n := rows(); n != 1 {
		t.Errorf("%d rows after the same again", n)
	}
	logged("a token of all tenants", h.post("/access/tokens", fields("name", "b", "role", "ingest", "scope", "all"), asBrowser, admin), 2)
	for _, role := range []string{"viewer", "operator", "manager"} {
		made := h.post("/access/tokens", fields("name", role, "role", role, "scope", "some", "tenant", tenant), asBrowser, admin)
		printed := made.runLines(t)
		if len(printed) != 2 {
			t.Fatalf("%s: %d lines", role, len(printed))
		}
		for _, out := range printed {
			var list struct{ Items []any }
			if err := json.Unmarshal([]byte(out), &list); err != nil || list.Items == nil {
				t.Errorf("%s: %s", role, out)
			}
		}
	}
	for _, form := range []string{"/start", "/access/tokens"} { // nothing of it is kept
		if shown := h.get(form, asBrowser, admin); strings.Contains(shown.body, "Bearer dw_") {
			t.Errorf("%s shows a token again", form)
		}
	}
}
