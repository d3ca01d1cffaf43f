package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// maxWait is the longest that a long poll waits, in seconds.
const maxWait = 60

// active says which version of a model is in service. Whoever sends its ETag back with ?wait=SECONDS
// is answered when another version is, or 304 when the time is over.
func (a *API) active(w http.ResponseWriter, r *http.Request) error {
	q, err := queryOf(r, "tenant", "wait")
	if err != nil {
		return err
	}
	wait, err := q.number("wait", 0, 0, maxWait)
	if err != nil {
		return err
	}
	m, err := a.oneModel(r, q)
	if err != nil {
		return err
	}
	known := r.Header.Values("If-None-Match")
	deadline := time.NewTimer(time.Duration(wait) * time.Second)
	defer deadline.Stop()
	look := time.NewTicker(a.lookEvery)
	defer look.Stop()
	for over := wait == 0; ; {
		switched := a.feed.Switched() // before the look, so that no switch falls between
		v, err := a.store.ServingVersion(r.Context(), auth.ActorFrom(r.Context()), m)
		if err != nil {
			return err
		}
		tag := versionTag(v)
		switch {
		case !anyTag(known, tag):
			w.Header().Set("ETag", tag)
			web.WriteJSON(w, http.StatusOK, versionOf(v))
			return nil
		case over:
			w.Header().Set("ETag", tag)
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
		select {
		case <-look.C:
		case <-switched:
		case <-deadline.C:
			over = true
		case <-a.stopping: // whoever asks again reaches the next server
			over = true
		case <-r.Context().Done():
			return r.Context().Err()
		}
	}
}

// onlyTenant stands in for a tenant that was left out, where there is no choice.
func (a *API) onlyTenant(r *http.Request, m drift.Model) (drift.Model, error) {
	tenants, err := a.store.Tenants(r.Context(), auth.ActorFrom(r.Context()))
	if err != nil {
		return m, err
	}
	if len(tenants) != 1 {
		return m, drift.Invalid("tenant", fmt.Sprintf("Name the tenant: you see %d of them.", len(tenants)))
	}
	m.TenantID, m.Tenant = tenants[0].ID, tenants[0].Name
	return m, nil
}

// versionTag changes whenever the answer of active does.
func versionTag(v drift.Version) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\x00%s\x00%s\x00%s\x00%s\x00%t\x00%d\x00%d", v.TenantID, v.ModelType, v.Version,
		v.Digest, v.Source, v.Active, v.FirstSeen.UnixMicro(), v.ActivatedAt.UnixMicro()))
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}

// anyTag reports whether If-None-Match holds the tag; a weak one is as good, see RFC 9110, 13.1.2.
func anyTag(headers []string, tag string) bool {
	for _, one := range strings.Split(strings.Join(headers, ","), ",") {
		one = strings.TrimPrefix(strings.TrimSpace(one), "W/")
		if one == tag || one == "*" {
			return true
		}
	}
	return false
}
