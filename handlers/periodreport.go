package handlers

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// PeriodReportStore reads reports over a period.
type PeriodReportStore interface {
	PeriodReport(ctx context.Context, by drift.Actor, q drift.ReportQuery) (drift.PeriodReport, error)
}

func (p *Pages) reportRoutes(r chi.Router) {
	p.get(r, "/reports", p.reportPage)
	p.get(r, "/reports/{table}.csv", p.reportFile)
}

// reportDays is how many days a report covers where nobody says which.
const reportDays = 30

// reportOf reads the period of a report: from its first day to its last, the last thirty whole days where
// they are left out.
func reportOf(from, to, tenant, model string, now time.Time) (drift.ReportQuery, error) {
	today := drift.DateOf(now)
	q := drift.ReportQuery{Now: now, Period: drift.Period{From: today.Add(-reportDays), To: today}, Tenant: tenant, ModelType: model, Rows: drift.ReviewRows}
	var err error
	if to != "" {
		if q.To, err = drift.ParseDate(to); err != nil {
			return q, drift.Invalid("to", "A day is written as 2026-01-31.")
		}
		q.To, q.From = q.To.Add(1), q.To.Add(1-reportDays)
	}
	if from != "" {
		if q.From, err = drift.ParseDate(from); err != nil {
			return q, drift.Invalid("from", "A day is written as 2026-01-31.")
		}
	}
	if q.From < firstReviewed-6 {
		return q, drift.Invalid("from", "Reports go back to 1970.")
	}
	return q, drift.CheckReport(q.Period, today)
}

// askedReport reads which report the address asks for.
func (p *Pages) askedReport(r *http.Request) (drift.ReportQuery, error) {
	var v [4]string
	for i, name := range []string{"from", "to", "tenant", "model"} {
		var err error
		if v[i], err = asked(r, name); err != nil {
			return drift.ReportQuery{}, err
		}
	}
	return reportOf(v[0], v[1], v[2], v[3], p.now())
}

func (p *Pages) reportPage(w http.ResponseWriter, r *http.Request) error {
	q, err := p.askedReport(r)
	if err != nil {
		return err
	}
	by, l := auth.ActorFrom(r.Context()), lang.From(r.Context())
	d, err := p.store.PeriodReport(r.Context(), by, q)
	if err != nil {
		return err
	}
	return p.show(w, r, http.StatusOK, p.reviewShell(by, d.Watch, l.T("Report")), page.PeriodReport(periodReportVM(l, d, q.Now)))
}

// reportFile answers one table of a report as a file: what a program reads, so in English and with plain
// numbers.
func (p *Pages) reportFile(w http.ResponseWriter, r *http.Request) error {
	table := chi.URLParam(r, "table")
	write, ok := reportTables[table]
	if !ok {
		return drift.NotFound("A report has no such table. alerts, acknowledgement, false, retrains and rollbacks are.")
	}
	q, err := p.askedReport(r)
	if err != nil {
		return err
	}
	q.Rows = drift.ReportRows
	d, err := p.store.PeriodReport(r.Context(), auth.ActorFrom(r.Context()), q)
	if err != nil {
		return err
	}
	name := strings.Join([]string{"report", table, d.Period.From.String(), (d.Period.To - 1).String()}, "-") + ".csv"
	return sendTable(w, name, write(d))
}

// report answers the numbers of a report to a program.
func (a *API) report(w http.ResponseWriter, r *http.Request) error {
	v, err := queryOf(r, "from", "to", "tenant", "model_type")
	if err != nil {
		return err
	}
	q, err := reportOf(v.text("from"), v.text("to"), v.text("tenant"), v.text("model_type"), a.now().UTC())
	if err != nil {
		return err
	}
	d, err := a.store.PeriodReport(r.Context(), auth.ActorFrom(r.Context()), q)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, reportJSON(d))
	return nil
}
