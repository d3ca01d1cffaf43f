package handlers

import (
	"context"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// auditPage answers the audit log, newest first.
func (p *Pages) auditPage(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := drift.AuditFilter{Actor: q.Get("actor"), Action: q.Get("action"), Object: q.Get("object"), Cursor: q.Get("cursor")}
	for name, v := range map[string]string{"actor": f.Actor, "action": f.Action, "object": f.Object} {
		if err := web.CheckText(name, v); err != nil {
			return err
		}
	}
	by := auth.ActorFrom(r.Context())
	d, err := p.store.AuditPage(r.Context(), by, f, p.now())
	if err != nil {
		return err
	}
	verdict, at, err := p.audited.verdict(r.Context(), p.store, p.now)
	if err != nil { // the entries can be read all the same
		web.LogFailure(p.Log, r, web.FailureOf(err), err)
	}
	l := lang.From(r.Context())
	v := auditVM(l, d, q)
	v.Now = p.now()
	if !at.IsZero() {
		v.Intact, v.VerifiedAt, v.Total = verdict.OK(), at, verdict.Rows
		if !v.Intact {
			v.BrokenText = languageOf(r).Said(verdict.Faults[0].Message)
		}
	}
	return p.show(w, r, http.StatusOK, p.shell(by, d.Watch, l.T("Audit"), "audit"), page.Audit(v))
}

// The chain is walked as a whole, so not for every reader: a verdict holds for a while, and a walk
// that takes longer than a reader waits leaves the one before.
const (
	verdictHolds = time.Minute
	verdictTakes = 3 * time.Second
)

// auditCheck remembers when the chain was last verified, and with what verdict.
type auditCheck struct {
	mu   sync.Mutex
	at   time.Time
	last drift.AuditVerdict
}

// verdict verifies the chain, or answers what was found a moment ago. One reader at a time walks it.
func (c *auditCheck) verdict(ctx context.Context, s WatchStore, now func() time.Time) (drift.AuditVerdict, time.Time, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.at.IsZero() && now().Sub(c.at) < verdictHolds {
		return c.last, c.at, nil
	}
	ctx, cancel := context.WithTimeout(ctx, verdictTakes)
	defer cancel()
	v, err := s.VerifyAudit(ctx)
	if err == nil {
		c.last, c.at = v, now()
	}
	return c.last, c.at, err
}

func auditVM(l lang.Lang, d drift.AuditData, q url.Values) page.AuditVM {
	names := namesOf(d.Tenants)
	var v page.AuditVM
	for _, e := range d.Entries.Items {
		v.Entries = append(v.Entries, auditEntryVM(l, e, names))
	}
	v.Pager = component.PagerVM{Shown: l.N(int64(len(v.Entries)), "%d entry, newest first", "%d entries, newest first")}
	if q.Get("cursor") != "" {
		v.Pager.FirstHref = "/audit?" + without(q, "cursor").Encode()
	}
	if d.Entries.Next != "" {
		next := without(q, "cursor")
		next.Set("cursor", d.Entries.Next)
		v.Pager.NextHref = "/audit?" + next.Encode()
	}
	return v
}

// without is a query without one of its fields, and without any that the page does not know.
func without(q url.Values, name string) url.Values {
	out := url.Values{}
	for _, k := range []string{"actor", "action", "object", "cursor"} {
		if k != name && q.Get(k) != "" {
			out.Set(k, q.Get(k))
		}
	}
	return out
}

func auditEntryVM(l lang.Lang, e drift.AuditEntry, tenants map[int64]string) page.AuditEntryVM {
	kind, name, _ := strings.Cut(e.Object, "/")
	v := page.AuditEntryVM{
		Number: e.Seq, At: e.At, Actor: e.Actor, Tenant: tenants[e.TenantID], Action: auditAction(l, e.Action, kind, name),
		Detail: auditDetail(l, e, tenants), Hash: hex.EncodeToString(e.Hash),
	}
	switch kind {
	case "alert":
		v.Href = "/alerts/" + url.PathEscape(name)
	case "setting":
		v.Href = "/settings"
	case "job":
		v.Href = "/operations"
	}
	return v
}
