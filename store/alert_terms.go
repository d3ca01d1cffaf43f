package store

import (
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// alertTerms adds the conditions of a query. me is who asks, now the instant of ages.
func (w *where) alertTerms(terms []drift.AlertTerm, me string, now time.Time) {
	for _, t := range terms {
		cond := w.alertTerm(t, me, now)
		if t.Not {
			cond = "NOT " + cond
		}
		w.plain(cond)
	}
}

// alertTerm is one term without its "not". No column that it looks at is NULL but the drift type.
func (w *where) alertTerm(t drift.AlertTerm, me string, now time.Time) string {
	among := func(column string, values []string) string { return column + ` = ANY (` + w.arg(values) + `)` }
	switch t.Field {
	case drift.TermStatus:
		return `(` + among(`a.status`, upper(t.Values)) + `)`
	case drift.TermTenant:
		return `(` + among(`t.name`, t.Values) + `)`
	case drift.TermModel:
		return `(` + among(`a.model_type`, t.Values) + `)`
	case drift.TermVersion:
		return `(` + among(`a.model_version`, t.Values) + `)`
	case drift.TermIncident:
		return `(` + among(`a.incident_key`, t.Values) + `)`
	case drift.TermDrift:
		return `(` + among(`COALESCE(a.drift_type, '')`, t.Values) + `)`
	}
	var any []string
	for _, v := range t.Values {
		any = append(any, w.alertValue(t.Field, v, me, now))
	}
	for _, b := range t.Ages {
		op := `<`
		if b.Younger {
			op = `>`
		}
		any = append(any, `a.created_at `+op+` `+w.arg(now.Add(-b.Span)))
	}
	return `(` + strings.Join(any, ` OR `) + `)`
}

// alertValue is one value of a field whose values are conditions of different kinds.
func (w *where) alertValue(f drift.TermField, v, me string, now time.Time) string {
	switch {
	case f == drift.TermSeverity && v == "blind", f == drift.TermIs && v == drift.IsBlind:
		return `a.alert_type = 'ML_MONITORING_BLIND'`
	case f == drift.TermSeverity: // of a blind one nobody knows it
		return `(a.alert_type <> 'ML_MONITORING_BLIND' AND a.severity = ` + w.arg(strings.ToUpper(v)) + `)`
	case f == drift.TermOwner && v == drift.OwnerNobody:
		return `a.assignee = ''`
	case f == drift.TermOwner:
		if v == drift.OwnerMe {
			v = me
		}
		who := w.arg(v)
		return `(a.assignee = ` + who + ` OR a.assignee = '' AND a.team = ` + who + `)`
	case f == drift.TermIs && v == drift.IsRollback:
		return `a.alert_type = 'ML_ROLLBACK'`
	case f == drift.TermIs && v == drift.IsCleared:
		return `a.cleared`
	case f == drift.TermIs && v == drift.IsFlapping:
		return `(SELECT count(*) FROM noc_alert_event b JOIN noc_alert_timeline m ON m.tenant_id = b.tenant_id AND m.alert_id = b.id
			WHERE b.tenant_id = a.tenant_id AND b.dedup_key = a.dedup_key AND m.move IN ('clear', 'recover')
			AND m.at > ` + w.arg(now.AddDate(0, 0, -drift.FlapDays)) + `) >= ` + w.arg(drift.FlapTimes)
	case f == drift.TermIs:
		return waiting
	}
	text := w.arg(like(v))
	return `(a.message ILIKE ` + text + ` OR t.name ILIKE ` + text + ` OR a.model_type ILIKE ` + text + ` OR a.model_version ILIKE ` + text + `)`
}

func upper(values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = strings.ToUpper(v)
	}
	return out
}
