package handlers_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/viewtest"
)

const inGerman = "Accept-Language: de"

// wholly asks for a page in both languages and reports what is English in both.
func (h *pageHouse) wholly(what string, ask func(language string) answer) {
	h.t.Helper()
	english, german := ask("Accept-Language: en"), ask(inGerman)
	if english.status != german.status || !strings.Contains(german.body, `lang="de"`) {
		h.t.Fatalf("%s: %d in English, %d in German", what, english.status, german.status)
	}
	if same := viewtest.Untranslated([]byte(english.body), []byte(german.body), alikeInGerman...); len(same) > 0 {
		h.t.Errorf("%s: in English although its reader is German: %q", what, same)
	}
}

// TestWhatTheDomainSaysInGerman goes to an alert, a retrain, a setting and refused forms as a German reader: no
// sentence that the domain stored or answers is left in English.
func TestWhatTheDomainSaysInGerman(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	ann, _ := h.user("ann", drift.RoleManager)
	for _, kind := range []drift.DriftType{drift.Statistical, drift.Performance} {
		id := h.alert("acme", kind)
		path := fmt.Sprintf("/alerts/%d", id)
		h.wholly(string(kind)+" alert", func(l string) answer { return h.get(path, asBrowser, ann, l) })
		form := url.Values{"version": {h.version(id)}, "note": {" "}}.Encode()
		h.wholly("a refused comment", func(l string) answer { return h.post(path+"/comment", form, asBrowser, ann, l) })
	}
	retrain := h.request(h.alert("acme", drift.Performance), ann)
	path := fmt.Sprintf("/retrains/%d", retrain)
	h.wholly("a retrain", func(l string) answer { return h.get(path, asBrowser, ann, l) })
	h.wholly("its own approval", func(l string) answer {
		return h.post(path+"/approve", url.Values{"version": {"1"}, "reason": {"x"}}.Encode(), asBrowser, ann, l)
	})
	h.wholly("a wrong value", func(l string) answer {
		return h.get("/settings/PERFORMANCE_DRIFT_HIGH?value=7", asBrowser, h.as(drift.RoleAdmin), l)
	})
	h.wholly("no such alert", func(l string) answer { return h.get("/alerts/999999", asBrowser, ann, l) })
	h.wholly("a wrong cursor", func(l string) answer { return h.get("/retrains?cursor=x", asBrowser, ann, l) })
}

// TestProblemsForScriptsAndPrograms: a script of the pages shows what it is told to a person, a program does not.
func TestProblemsForScriptsAndPrograms(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	ann, _ := h.user("ann", drift.RoleOperator)
	id := h.alert("acme", drift.Statistical)
	form := url.Values{"version": {h.version(id)}, "note": {" "}}.Encode()
	const english, german = "Write what you found; an empty comment helps nobody.", "Schreiben Sie, was Sie gefunden haben; ein leerer Kommentar hilft niemandem."
	if p := h.post(fmt.Sprintf("/alerts/%d/comment", id), form, asScript, ann, inGerman).problem(t, 422, drift.CodeInvalid, "note"); p["detail"] != german {
		t.Errorf("a script is told %v", p["detail"])
	}
	if p := h.post(fmt.Sprintf("/alerts/%d/comment", id), form, asScript, ann).problem(t, 422, drift.CodeInvalid, "note"); p["detail"] != english {
		t.Errorf("an English script is told %v", p["detail"])
	}
}
