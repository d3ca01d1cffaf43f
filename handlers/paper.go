package handlers

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// What a report of two pages has room for.
const (
	paperFeatures = 6
	paperSlices   = 6
	paperTimeline = 10
	paperVersions = 3
)

// onPaper keeps of the evidence what two pages have room for; the rest is a link away.
func onPaper(v page.EvidenceVM) page.EvidenceVM {
	v.Features.Features = v.Features.Features[:min(len(v.Features.Features), paperFeatures)]
	v.Slices.Slices = v.Slices.Slices[:min(len(v.Slices.Slices), paperSlices)]
	return v
}

func second(v page.EvidenceVM) []page.PaperRow {
	return []page.PaperRow{
		{Left: v.Features}, {Left: v.Slices, Right: v.Estimate}, {Left: v.Confusion, Right: v.Reliability},
	}
}

// pairedCharts puts charts side by side where both are there.
func pairedCharts(left, right chart.Chart) []page.PaperRow {
	if left == nil || right == nil {
		return nil
	}
	return []page.PaperRow{{Left: left, Right: right}}
}

// fullURL is the address of a page as its reader's browser knows it.
func (p *Pages) fullURL(r *http.Request) string { return p.address(r) + r.URL.RequestURI() }

// alertReport answers an alert's report for the files.
func (p *Pages) alertReport(w http.ResponseWriter, r *http.Request) error {
	d, err := p.alertData(r)
	if err != nil {
		return err
	}
	l, by := lang.From(r.Context()), auth.ActorFrom(r.Context())
	events, err := p.alertEvents(r.Context(), by, d, l)
	if err != nil {
		return err
	}
	v := p.alertVM(d, l, by, events)
	if v.Features, err = p.featuresVM(r.Context(), by, d.Own); err != nil {
		return err
	}
	paper := page.PaperVM{
		Title: component.Words(v.State.Title(l)), Line: v.State.Line(l), BackHref: alertHref(d.Alert.ID), URL: p.fullURL(r), By: by.Name, At: p.now(), Now: p.now(),
		Facts: v.Facts(l), Message: v.State.Message, Reports: v.Reports, Timeline: paperTimelineVM(d, l),
	}
	if paper.Fell, err = p.fellWords(r.Context(), by, d, l); err != nil {
		return err
	}
	if v.Histogram != nil && v.ECDF != nil {
		paper.First = pairedCharts(v.Histogram, v.ECDF)
	}
	if v.Trend != nil {
		paper.First = append(paper.First, page.PaperRow{Left: v.Trend})
	}
	if v.Accuracy != nil {
		paper.First = append(paper.First, page.PaperRow{Left: v.Accuracy})
	}
	if d.Own != nil {
		e, err := p.alertEvidence(r, d)
		if err != nil {
			return err
		}
		paper.Second = second(onPaper(e))
	}
	return p.show(w, r, http.StatusOK, p.shell(by, d.Watch, alertTitle(d.Alert, l), "board"), page.Paper(paper))
}

// modelReport answers a model's report for the files.
func (p *Pages) modelReport(w http.ResponseWriter, r *http.Request) error {
	q := drift.ModelQuery{Now: p.now()}
	var err error
	if q.Tenant, q.ModelType, err = modelPath(r); err != nil {
		return err
	}
	if q.Days, err = web.QueryInt(r, "days", heatDays, 1, 90); err != nil {
		return err
	}
	by, l := auth.ActorFrom(r.Context()), lang.From(r.Context())
	d, err := p.store.ModelPage(r.Context(), by, q)
	if err != nil {
		return err
	}
	history, err := p.historyOf(r.Context(), by, d, d.SpanEnd(drift.DateOf(q.Now)), q.Days)
	if err != nil {
		return err
	}
	v := p.modelVM(d, history, l, q, "")
	title := d.Model.Tenant + " " + d.Model.ModelType
	paper := page.PaperVM{
		Title: component.Words(title), Line: v.Line, BackHref: v.Href, URL: p.fullURL(r), By: by.Name, At: q.Now, Now: q.Now, Facts: modelFacts(d, l, latest(d.Latest, drift.Statistical), latest(d.Latest, drift.Performance)),
		First: []page.PaperRow{{Left: v.Accuracy}, {Left: v.Trend}}, Unjudged: v.Unjudged, Versions: paperVersionsVM(d, l, by, q.Now),
	}
	if v.Heat != nil {
		paper.First = append(paper.First, page.PaperRow{Left: *v.Heat})
	}
	a, err := p.readPair(r)
	if err != nil {
		return err
	}
	if a.pair.recent.Version != "" && a.problem == nil {
		e, err := p.evidenceOf(r.Context(), by, a.pair)
		if err != nil {
			return err
		}
		x := onPaper(p.comparedVM(l, a, e))
		paper.Second, paper.Reports = second(x), p.findings(l, a, e)
	}
	return p.show(w, r, http.StatusOK, p.shell(by, d.Watch, title, "models"), page.Paper(paper))
}

// paperVersionsVM are a model's newest versions without what can be pressed.
func paperVersionsVM(d drift.ModelData, l lang.Lang, by drift.Actor, now time.Time) []page.VersionVM {
	list := versionsVM(d, l, by, now).Items
	list = list[:min(len(list), paperVersions)]
	for i := range list {
		list[i].RollBackHref = ""
	}
	return list
}

// paperTimelineVM is what happened to an alert and to its model's retrain, newest first, as much as has room:
// checks that saw it again are folded, then all but the first moves and the last.
func paperTimelineVM(d drift.AlertData, l lang.Lang) []component.TimelineVM {
	items := append(foldedMoves(d, l), retrainMoves(d, l)...)
	slices.SortStableFunc(items, func(a, b component.TimelineVM) int { return b.At.Compare(a.At) })
	if n := len(items) - paperTimeline; n > 0 {
		first, newest := items[len(items)-1], items[:paperTimeline-2]
		left := component.TimelineVM{Icon: "info", At: items[paperTimeline-2].At, Text: words(l.N(int64(n+1), "+%d move more, on the alert’s page", "+%d moves more, on the alert’s page"))}
		items = append(slices.Clone(newest), left, first)
	}
	return items
}

// foldedMoves are an alert's moves, oldest first; checks that saw it again, one after the other, are one of them.
func foldedMoves(d drift.AlertData, l lang.Lang) (out []component.TimelineVM) {
	seen := 0
	for i, e := range d.Timeline {
		if e.Move == drift.MoveRefresh {
			seen++
			if i+1 < len(d.Timeline) && d.Timeline[i+1].Move == drift.MoveRefresh {
				continue
			}
		}
		item := timelineVM(d.Alert, l, e)
		if seen > 0 {
			item.Text, item.Note = words(l.N(int64(seen), "+%d check saw it again", "+%d checks saw it again")), ""
			seen = 0
		}
		out = append(out, item)
	}
	return out
}

// retrainMoves are when the retrain of an alert's model was asked for, and what became of its version.
func retrainMoves(d drift.AlertData, l lang.Lang) (out []component.TimelineVM) {
	r := d.Retrain
	if r == nil {
		return nil
	}
	add := func(at time.Time, icon, text string) {
		out = append(out, component.TimelineVM{Icon: icon, At: at, Text: words(text)})
	}
	add(r.CreatedAt, "loop", l.T("Retrain %s was asked for", strconv.FormatInt(r.ID, 10)))
	if r.ActivatedAt != nil {
		add(*r.ActivatedAt, "check", l.T("Version %s came into service", r.CandidateVersion))
	}
	if r.State == drift.RetrainRolledBack {
		add(r.StateSince, "back", l.T("Version %s was rolled back", r.CandidateVersion))
	}
	return out
}
