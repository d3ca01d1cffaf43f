package handlers_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

// TestFindAndAlarm: what Ctrl-K finds, its page without scripts, and what interrupts, each only what the reader may see.
func TestFindAndAlarm(t *testing.T) {
	h := newPages(t)
	h.seed("acme", "globex")
	mine, theirs := h.alert("acme", drift.Statistical), h.alert("globex", drift.Statistical)
	operator, admin, own := h.as(drift.RoleOperator), h.as(drift.RoleAdmin), h.as(drift.RoleAdmin, h.globex)
	viewer, globex := h.as(drift.RoleViewer), h.as(drift.RoleViewer, h.globex)
	t.Run("palette", func(t *testing.T) {
		for _, c := range []struct {
			who, q string
			want   []string // hrefs that are there
			not    []string
		}{
			{viewer, "acme fraud", []string{"/models/acme/fraud_detector", fmt.Sprint("/alerts/", mine)}, []string{fmt.Sprint("/alerts/", theirs)}},
			{viewer, fmt.Sprint(theirs), []string{fmt.Sprint("/alerts/", theirs)}, nil},
			{viewer, "pvalue critical", []string{"/settings/STATISTICAL_DRIFT_PVALUE_CRITICAL"}, []string{"/settings/STATISTICAL_DRIFT_PVALUE_HIGH"}},
			{viewer, "mainten", []string{"/silences"}, []string{"/silences/new"}},
			{viewer, "on call", []string{"/teams/NOC/rota"}, nil},
			{viewer, "german", []string{"/preferences"}, nil},
			{viewer, "wall", []string{"/wall"}, []string{"/access/walls"}},
			{operator, "new silence", []string{"/silences/new"}, nil},
			{admin, "add person", []string{"/access/people/new"}, nil},
			{admin, "wall", []string{"/wall", "/access/walls"}, nil},
			{own, "token", nil, []string{"/access/tokens"}},
			{viewer, "nothing is called so", nil, []string{"/"}},
			{viewer, "", nil, []string{"/"}},
			{globex, "fraud", []string{"/models/globex/fraud_detector"}, []string{"/models/acme/fraud_detector", fmt.Sprint("/alerts/", mine)}},
			{globex, fmt.Sprint(mine), nil, []string{fmt.Sprint("/alerts/", mine)}},
		} {
			a := h.get("/palette?q="+url.QueryEscape(c.q), asScript, c.who)
			var got struct {
				Items []struct{ Label, Kind, Href string } `json:"items"`
			}
			if err := json.Unmarshal([]byte(a.body), &got); err != nil || a.status != 200 || got.Items == nil {
				t.Fatalf("%q: %d %v %s", c.q, a.status, err, a.body)
			}
			found := map[string]bool{}
			for _, i := range got.Items {
				found[i.Href] = true
				if i.Label == "" || i.Kind == "" {
					t.Errorf("%q: %+v says too little", c.q, i)
				}
				if a := h.get(i.Href, asBrowser, c.who); a.status != 200 {
					t.Errorf("%q leads to %s, which is %d", c.q, i.Href, a.status)
				}
			}
			for _, href := range c.want {
				if !found[href] {
					t.Errorf("%q does not find %s: %v", c.q, href, got.Items)
				}
			}
			for _, href := range c.not {
				if found[href] || href == "/" && len(found) > 0 {
					t.Errorf("%q finds %s", c.q, href)
				}
			}
		}
		for q, status := range map[string]int{"%00": 422, strings.Repeat("x", 201): 422, strings.Repeat("x", 200): 200} {
			if a := h.get("/palette?q="+q, asScript, viewer); a.status != status {
				t.Errorf("%.20q: %d, want %d", q, a.status, status)
			}
		}
	})
	t.Run("page", func(t *testing.T) {
		a := h.get("/search?q=acme", asBrowser, viewer)
		a.isPage(t, 200, "/search?q=acme")
		if !strings.Contains(a.body, fmt.Sprintf(`href="/alerts/%d"`, mine)) {
			t.Error("the page does not find the alert")
		}
		h.get("/search", asBrowser, viewer).isPage(t, 200, "/search")
		if a := h.get("/search?q=acme", asBrowser, globex); strings.Contains(a.body, "/alerts/") {
			t.Error("a reader of globex finds an alert of acme")
		}
		a = h.get("/search?q="+url.QueryEscape(script), asBrowser, viewer)
		a.isPage(t, 200, "a search for a script")
	})
	t.Run("alarm", func(t *testing.T) {
		alarm := func(who string) (loud map[int64]string, n int) {
			t.Helper()
			a := h.get("/alarm", asScript, who)
			var got struct {
				Unacknowledged int
				Loud           []struct {
					ID          int64
					Level, Name string
				}
			}
			if err := json.Unmarshal([]byte(a.body), &got); err != nil || a.status != 200 {
				t.Fatalf("%d %v %s", a.status, err, a.body)
			}
			loud = map[int64]string{}
			for _, l := range got.Loud {
				loud[l.ID] = l.Level
				if l.Name == "" {
					t.Errorf("alert %d has no name", l.ID)
				}
			}
			return loud, got.Unacknowledged
		}
		all, n := alarm(viewer)
		if all[mine] != "critical" || all[theirs] != "critical" {
			t.Errorf("%v", all)
		}
		own, m := alarm(globex)
		if own[mine] != "" || own[theirs] == "" || m >= n {
			t.Errorf("globex: %v, %d of %d", own, m, n)
		}
		form := url.Values{"version": {h.version(mine)}}.Encode()
		if a := h.post(fmt.Sprintf("/alerts/%d/acknowledge", mine), form, asScript, h.as(drift.RoleOperator)); a.status != 200 {
			t.Fatalf("acknowledge: %d %s", a.status, a.body)
		}
		if all, left := alarm(viewer); all[mine] != "" || left != n-1 {
			t.Errorf("after it was acknowledged: %v, %d of %d", all, left, n)
		}
	})
	t.Run("nobody", func(t *testing.T) {
		for path, status := range map[string]int{"/palette?q=x": 401, "/alarm": 401} {
			if a := h.get(path, asScript); a.status != status {
				t.Errorf("%s: %d, want %d", path, a.status, status)
			}
		}
		a := h.get("/offline", asBrowser)
		a.isPage(t, 200, "/offline")
		for _, name := range []string{"acme", "globex"} {
			if strings.Contains(a.body, name) {
				t.Errorf("the page that browsers keep names %s", name)
			}
		}
		if strings.Contains(a.body, "<time") {
			t.Error("the page that browsers keep holds a time")
		}
	})
}
