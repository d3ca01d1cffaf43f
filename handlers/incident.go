package handlers

import (
	"net/http"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web/auth"
)

// incidentPage answers one incident with all of its alerts, a page at a time.
func (p *Pages) incidentPage(w http.ResponseWriter, r *http.Request) error {
	key, err := pathText(r, "key")
	if err != nil {
		return err
	}
	f, err := readBoardFilter(r.URL.Query())
	if err != nil {
		return err
	}
	by, now, l := auth.ActorFrom(r.Context()), p.now(), lang.From(r.Context())
	if f.wrong != nil {
		return drift.Invalid("q", f.wrong.Error())
	}
	d, err := p.store.IncidentPage(r.Context(), by, key, f.alerts(by, now))
	if err != nil {
		return err
	}
	v := page.IncidentPageVM{
		Head:       incidentVM(l, &d.Incident, f.text, stamp(now), class(by.Role)),
		Select:     selectionVM(l, d.Actors, d.Teams, f.text, class(by.Role)),
		ReviewHref: incidentHref(key, "") + "/review",
		Count:      l.N(int64(d.Incident.N), "%d alert, worst first", "%d alerts, worst first"),
	}
	for _, t := range d.Retrains {
		v.Retrains = append(v.Retrains, component.Sentence(l.T("{0} is under way: {1}."),
			component.Link(retrainTitle(l, t), retrainHref(t.ID)), component.Plain(underWayWord(l, t.State))))
	}
	v.Note, v.Undo = p.noteAndUndo(w, r)
	for i := range d.Alerts {
		v.Rows = append(v.Rows, rowVM(l, &d.Alerts[i].Alert, d.Alerts[i].Since, stamp(now), class(by.Role)))
	}
	if d.Next != "" {
		q := f.query()
		q.Set("cursor", d.Next)
		v.NextHref, v.NextText = incidentHref(key, "")+"?"+q.Encode(), l.T("The next alerts")
	}
	return p.show(w, r, http.StatusOK, p.shell(by, d.Watch, l.T("Incident"), "board"), page.Incident(v))
}
