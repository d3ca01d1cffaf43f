package handlers_test

import (
	"cmp"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

// shellWord is a word of the examples, quotes included.
var shellWord = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"']+`)

// curlExamples are the calls in docs/api.md, each as its words.
func curlExamples(t *testing.T) (calls [][]string) {
	t.Helper()
	doc, err := os.ReadFile("../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	for i, block := range strings.Split(string(doc), "```") {
		if i%2 == 0 {
			continue // between the blocks
		}
		for _, call := range strings.Split("\n"+block, "\ncurl ")[1:] {
			var words []string
			for _, w := range shellWord.FindAllString(call, -1) {
				words = append(words, strings.Trim(w, `"'`))
			}
			calls = append(calls, words)
		}
	}
	return calls
}

// curl makes the call as curl would.
func (h *apiHouse) curl(words []string, variable func(string) string) (call string, a answer) {
	h.t.Helper()
	method, address, body := "", "", ""
	headers := []string{"Content-Type: application/x-www-form-urlencoded"} // what curl says unasked
	for i := 0; i < len(words); i++ {
		switch words[i] {
		case "-i":
		case "-o":
			i++
		case "-X", "-H", "-d", "--data-binary":
			value := words[i+1]
			switch words[i] {
			case "-X":
				method = value
			case "-H":
				headers = append(headers, os.Expand(value, variable))
			default:
				method, body = cmp.Or(method, http.MethodPost), value
			}
			i++
		default:
			if address != "" {
				h.t.Fatalf("curl has no use for %q in %q", words[i], words)
			}
			address = os.Expand(words[i], variable)
		}
	}
	path, ok := strings.CutPrefix(address, h.url)
	if !ok {
		h.t.Fatalf("%q is at no server", words)
	}
	method = cmp.Or(method, http.MethodGet)
	return method + " " + path, h.do(method, path, body, headers...)
}

// TestExamplesOfTheDocument: every call of docs/api.md does what it says there, one after the other.
func TestExamplesOfTheDocument(t *testing.T) {
	h := newHouse(t)
	alert := h.breakModel("acme")
	h.label("acme", 120)
	h.train("v2", "v1")
	h.activate("v2")
	values := map[string]string{"DRIFTWATCH": h.url, "ETAG": `"of another version"`}
	for name, role := range map[string]drift.Role{
		"TOKEN": drift.RoleIngest, "VIEWER": drift.RoleViewer, "OPERATOR": drift.RoleOperator,
		"MANAGER": drift.RoleManager, "ADMIN": drift.RoleAdmin,
	} {
		values[name] = strings.TrimPrefix(h.as(role), "Authorization: Bearer ")
	}
	ids := map[string]string{"/alerts/17/": fmt.Sprintf("/alerts/%d/", alert), "/retrains/4/": "/retrains/1/"}
	calls := curlExamples(t)
	if len(calls) < 20 {
		t.Fatalf("only %d calls were found", len(calls))
	}
	for _, words := range calls {
		for i := range words {
			for in, real := range ids {
				words[i] = strings.ReplaceAll(words[i], in, real)
			}
		}
		call, a := h.curl(words, func(name string) string { return values[name] })
		want := http.StatusOK
		if strings.HasSuffix(call, "/retrain") {
			want = http.StatusCreated
		}
		if a.status != want {
			t.Errorf("%s: %d, want %d: %s", call, a.status, want, a.body)
		}
		if strings.Contains(call, "state=waiting_approval") && !strings.Contains(a.body, `"id":1,"version":2`) {
			t.Errorf("the retrain that is approved next is another one: %s", a.body)
		}
	}
}
