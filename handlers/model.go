package handlers

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// modelPage answers one model's page with 30 or 90 days, or what events change of it.
func (p *Pages) modelPage(w http.ResponseWriter, r *http.Request) error {
	return p.showModel(w, r, http.StatusOK, modelSaid{note: p.noteFor(w, r)})
}

// modelSaid is what the page says of the form that led to it: a refused resumption, or a refused request for
// a retrain.
type modelSaid struct {
	note   component.FormNoteVM
	resume resumeTyped
	asked  page.TypedVM
}

func (p *Pages) showModel(w http.ResponseWriter, r *http.Request, status int, said modelSaid) error {
	q := drift.ModelQuery{Now: p.now(), Cursor: r.URL.Query().Get("cursor")}
	var err error
	if q.Tenant, q.ModelType, err = modelPath(r); err != nil {
		return err
	}
	if q.Days, err = web.QueryInt(r, "days", 30, 1, 90); err != nil {
		return err
	}
	by := auth.ActorFrom(r.Context())
	d, err := p.store.ModelPage(r.Context(), by, q)
	if err != nil {
		return err
	}
	title := d.Model.Tenant + " " + d.Model.ModelType
	l := lang.From(r.Context())
	history, err := p.historyOf(r.Context(), by, d, d.SpanEnd(drift.DateOf(q.Now)), q.Days)
	if err != nil {
		return err
	}
	v := p.modelVM(d, history, l, q, r.URL.Query().Get("metric"))
	v.Versions, v.Pause, v.Note = versionsVM(d, l, by, q.Now), pauseVM(d, by, said.resume), said.note
	panel, err := p.retrainPanelVM(r.Context(), d.Model, d.Retraining, d.Halt, by)
	if err != nil {
		return err
	}
	v.Retrain, v.Retrain.Typed = *panel, said.asked
	if v.Work, err = p.modelWorkVM(r.Context(), d.Model, by); err != nil {
		return err
	}
	if r.URL.Query().Get("part") == partSummary {
		return writePart(w, r, page.ModelSummary(v))
	}
	return p.show(w, r, status, p.shell(by, d.Watch, title, "models"), page.Model(v))
}

// pathText reads a name from the path. chi hands out the escaped form where the path has one.
func pathText(r *http.Request, name string) (string, error) {
	v := chi.URLParam(r, name)
	if r.URL.RawPath != "" {
		plain, err := url.PathUnescape(v)
		if err != nil {
			return "", drift.NotFound("There is nothing of this name.")
		}
		v = plain
	}
	if web.CheckText(name, v) != nil { // what no database holds is not there
		return "", drift.NotFound("There is nothing of this name.")
	}
	return v, nil
}

// modelVM is one model's page.
func (p *Pages) modelVM(d drift.ModelData, seen *past, l lang.Lang, q drift.ModelQuery, metric string) page.ModelVM {
	now := q.Now
	end := d.SpanEnd(drift.DateOf(now))
	h := historiesOf(d.Marks, end)[d.Model]
	span := spanOf(end.Add(-q.Days), end.Add(1))
	scores, outcomes := latest(d.Latest, drift.Statistical), latest(d.Latest, drift.Performance)
	events := append(modelEvents(seen, l), changes(d.Days, seen, l)...)
	v := page.ModelVM{
		Now: now, Tenant: d.Model.Tenant, ModelType: d.Model.ModelType, Href: modelHref(d.Model), Days: q.Days,
		Severity: worse(mark(h.now(drift.Statistical)), mark(h.now(drift.Performance))),
		From:     end.Add(1 - drift.StripDays).Time(), To: end.Time(),
		Strips: []page.CheckStripVM{
			{Name: l.T("Scores"), Strip: component.StripVM{Days: h.of(drift.Statistical)}, Now: mark(h.now(drift.Statistical))},
			{Name: l.T("Accuracy"), Strip: component.StripVM{Days: h.of(drift.Performance)}, Now: mark(h.now(drift.Performance))},
		},
		Accuracy: *accuracy(l, d.Days, outcomes, span, events), Trend: *p.trend(l, d.Checks, scores, span), Metrics: metricCharts(d.Metrics, l, span),
		Heat: heat(seen, scores, end, events), Metric: chosenMetric(metric, d.Metrics, l, span, events), MetricChoice: metricChoice(l, metric),
		Facts: append(modelFacts(d, l, scores, outcomes), lastPrediction(d, l, now)...), Line: modelLine(d, l, h, now), Unjudged: unjudgedWords(d, l, now),
	}
	v.Trend.Events = events
	v.Files = chart.Files{Base: v.Href + "/charts/", Query: modelQuery(q.Days, metric)}
	if seen != nil {
		v.CompareHref = v.Href + "/compare"
		v.Fold = &page.FoldVM{Href: v.CompareHref, Part: v.CompareHref + "?part=" + partEvidence}
	}
	for _, a := range d.Alerts {
		v.Alerts = append(v.Alerts, page.ModelAlertVM{
			ID: a.ID, Severity: alertSeverityVM(&a), Status: string(a.Status), Message: l.Said(a.Message), Owner: holder(l, &a), CreatedAt: a.CreatedAt,
		})
	}
	for _, f := range d.Feeds {
		v.Feeds = append(v.Feeds, feedVM(l, f, coverageOf(d.Coverage, d.Model), now))
	}
	for _, r := range d.Reports.Items {
		v.Reports = append(v.Reports, reportRowVM(r, d.Raised[r.ID]))
	}
	if d.Reports.Next != "" {
		v.MoreReports = v.Href + "?cursor=" + url.QueryEscape(d.Reports.Next) + "#reports"
	}
	return v
}

// latest is the newest report of a drift type, nil where there is none.
func latest(list []drift.Report, t drift.DriftType) *drift.Report {
	for i := range list {
		if list[i].DriftType == t {
			return &list[i]
		}
	}
	return nil
}

// numbersHref is where the API gives every number of a report in force.
func numbersHref(r drift.Report) string {
	q := url.Values{
		"tenant": {r.Version.Tenant}, "version": {r.Version.Version}, "date": {r.Date.String()}, "drift_type": {string(r.DriftType)},
	}
	return "/api/v1/models/" + url.PathEscape(r.Version.ModelType) + "/drift?" + q.Encode()
}

func reportRowVM(r drift.Report, alert int64) page.ReportRowVM {
	v := page.ReportRowVM{
		Date: r.Date.Time(), DriftType: string(r.DriftType), Version: r.Version.Version, Severity: severityVM(r.Status, r.Severity),
		Insufficient: r.Status != drift.StatusOK, Secondary: secondaryVM(r), Revision: r.Revision, AlertID: alert,
		NumbersHref: numbersHref(r),
	}
	if m := r.Statistical; m != nil {
		v.D, v.P, v.NRecent, v.NBaseline = m.KSStatistic.Ptr(), m.PValue.Ptr(), int64(m.NRecent), int64(m.NBaseline)
	}
	if m := r.Performance; m != nil {
		v.Drop, v.NRecent, v.NBaseline = m.AccuracyDrop.Ptr(), int64(m.NRecent), int64(m.NBaseline)
	}
	return v
}

// dailyMetrics are the metrics of a model's page, beside accuracy.
var dailyMetrics = []struct {
	chart chart.Metric
	value func(drift.DailyMetrics) drift.Number
}{
	{chart.Metric{ID: "precision", Title: lang.Key("Precision"), Lead: lang.Key("Of what it called a yes, how much was one."), Percent: true}, func(m drift.DailyMetrics) drift.Number { return m.Precision }},
	{chart.Metric{ID: "recall", Title: lang.Key("Recall"), Lead: lang.Key("Of what was a yes, how much it called."), Percent: true}, func(m drift.DailyMetrics) drift.Number { return m.Recall }},
	{chart.Metric{ID: "f1", Title: lang.Key("F1"), Lead: lang.Key("Both of these in one number."), Percent: true}, func(m drift.DailyMetrics) drift.Number { return m.F1 }},
	{chart.Metric{ID: "roc-auc", Title: lang.Key("ROC AUC"), Lead: lang.Key("How well scores order the outcomes; 0.5 is chance.")}, func(m drift.DailyMetrics) drift.Number { return m.ROCAUC }},
	{chart.Metric{ID: "pr-auc", Title: lang.Key("PR AUC"), Lead: lang.Key("Average precision over all cut-offs.")}, func(m drift.DailyMetrics) drift.Number { return m.PRAUC }},
	{chart.Metric{ID: "brier", Title: lang.Key("Brier score"), Lead: lang.Key("Mean squared error of the scores."), LowerIsBetter: true}, func(m drift.DailyMetrics) drift.Number { return m.Brier }},
	{chart.Metric{ID: "log-loss", Title: lang.Key("Log loss"), Lead: lang.Key("What sure mistakes cost."), LowerIsBetter: true}, func(m drift.DailyMetrics) drift.Number { return m.LogLoss }},
	{chart.Metric{ID: "ece", Title: lang.Key("Calibration error"), Lead: lang.Key("Mean gap between score and share that came true."), LowerIsBetter: true}, func(m drift.DailyMetrics) drift.Number { return m.ECE }},
}

func metricCharts(days []drift.DailyMetrics, l lang.Lang, span chart.Window) []chart.Metric {
	out := make([]chart.Metric, 0, len(dailyMetrics))
	for _, m := range dailyMetrics {
		c := m.chart
		c.Span, c.Title, c.Lead = span, l.T(c.Title), l.T(c.Lead)
		for _, d := range days {
			c.Days = append(c.Days, chart.MetricDay{Date: d.Date.Time(), N: int64(d.PredictionsWithOutcomes), Value: m.value(d).Ptr()})
		}
		out = append(out, c)
	}
	return out
}

// metricChoice are the metrics that one may see by day, accuracy first.
func metricChoice(l lang.Lang, chosen string) []page.OptionVM {
	out := []page.OptionVM{{Label: l.T("Accuracy")}}
	for _, m := range dailyMetrics {
		out = append(out, page.OptionVM{Value: m.chart.ID, Label: l.T(m.chart.Title), Selected: m.chart.ID == chosen})
	}
	return out
}

// modelQuery is the query that keeps what a model's charts show.
func modelQuery(days int, metric string) string {
	q := url.Values{"days": {strconv.Itoa(days)}}
	if metric != "" {
		q.Set("metric", metric)
	}
	return "?" + q.Encode()
}
