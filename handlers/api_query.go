package handlers

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// apiQuery is the query of a request after its names and texts were checked. An empty value counts
// as left out.
type apiQuery url.Values

// queryOf reads the query. Names that are not known are refused, since a misspelt filter would
// otherwise show everything; a name may be given once, one written with a + several times.
func queryOf(r *http.Request, known ...string) (apiQuery, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, &drift.Error{Code: drift.CodeMalformed, Message: "The query of the address cannot be read."}
	}
	for name, given := range values {
		several := slices.Contains(known, name+"+")
		if !several && !slices.Contains(known, name) {
			return nil, drift.Invalid(clipped(name), fmt.Sprintf("%q is not known here.", clipped(name)))
		}
		given = slices.DeleteFunc(given, func(v string) bool { return v == "" })
		if !several && len(given) > 1 {
			return nil, drift.Invalid(name, name+" is given more than once.")
		}
		for _, v := range given {
			if err := web.CheckText(name, v); err != nil {
				return nil, err
			}
		}
		values[name] = given
	}
	return apiQuery(values), nil
}

// clipped keeps what a stranger wrote short and whole enough to be sent back.
func clipped(s string) string {
	if len(s) > 40 {
		s = s[:40] + "…"
	}
	return strings.ToValidUTF8(s, "")
}

func (q apiQuery) text(name string) string {
	if len(q[name]) == 0 {
		return ""
	}
	return q[name][0]
}

// number reads a whole number, or def where it is left out.
func (q apiQuery) number(name string, def, min, max int) (int, error) {
	v := q.text(name)
	if v == "" {
		return def, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < min || n > max {
		return 0, drift.Invalid(name, fmt.Sprintf("%s is a whole number from %d to %d.", name, min, max))
	}
	return n, nil
}

// limit is how many items are asked for, or def.
func (q apiQuery) limit(def int) (int, error) { return q.number("limit", def, 1, drift.MaxPage) }

// oneOf reads values of a fixed set, given several times or with commas between them.
func oneOf[T ~string](q apiQuery, name string, set []T) ([]T, error) {
	var list []T
	for _, v := range q[name] {
		for _, one := range strings.Split(v, ",") {
			if !slices.Contains(set, T(one)) {
				return nil, drift.Invalid(name, fmt.Sprintf("%q is no %s. Use %s.", clipped(one), strings.ReplaceAll(name, "_", " "), enumerate(set)))
			}
			list = append(list, T(one))
		}
	}
	return list, nil
}

// enumerate writes "A, B or C".
func enumerate[T ~string](set []T) string {
	var b strings.Builder
	for i, v := range set {
		switch {
		case i > 0 && i == len(set)-1:
			b.WriteString(" or ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(string(v))
	}
	return b.String()
}

// tenantNamed finds a tenant that the actor may see. One that is not there and one that is another's
// are the same.
func (a *API) tenantNamed(ctx context.Context, by drift.Actor, name string) (drift.Tenant, error) {
	tenants, err := a.store.Tenants(ctx, by)
	if err != nil {
		return drift.Tenant{}, err
	}
	for _, t := range tenants {
		if t.Name == name {
			return t, nil
		}
	}
	return drift.Tenant{}, drift.NotFound(fmt.Sprintf("There is no tenant called %q.", clipped(name)))
}

// modelTypes lists the names of the registered model types.
func (a *API) modelTypes(ctx context.Context, by drift.Actor) ([]string, error) {
	types, err := a.store.ModelTypes(ctx, by)
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = t.Name
	}
	return names, err
}

// modelOf reads the model type of the path and the tenant of the query, which may be left out.
func (a *API) modelOf(r *http.Request, q apiQuery) (m drift.Model, err error) {
	ctx, by := r.Context(), auth.ActorFrom(r.Context())
	if m.ModelType, err = pathText(r, "model_type"); err != nil {
		return m, err
	}
	types, err := a.modelTypes(ctx, by)
	if err != nil {
		return m, err
	}
	if !slices.Contains(types, m.ModelType) {
		return m, drift.NotFound(fmt.Sprintf("No model type is called %q.", clipped(m.ModelType)))
	}
	if name := q.text("tenant"); name != "" {
		t, err := a.tenantNamed(ctx, by, name)
		if err != nil {
			return m, err
		}
		m.TenantID, m.Tenant = t.ID, t.Name
	}
	return m, nil
}

// oneModel reads the model that an address names, of the one tenant there is where none is named.
func (a *API) oneModel(r *http.Request, q apiQuery) (drift.Model, error) {
	m, err := a.modelOf(r, q)
	if err == nil && m.TenantID == 0 {
		m, err = a.onlyTenant(r, m)
	}
	return m, err
}

// items is a part of a list as programs get it.
type items[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next"` // null at the end
}

func writeItems[T any](w http.ResponseWriter, list []T, next string) {
	if list == nil {
		list = []T{}
	}
	out := items[T]{Items: list}
	if next != "" {
		out.Next = &next
	}
	web.WriteJSON(w, http.StatusOK, out)
}
