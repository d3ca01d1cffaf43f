package handlers

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

const (
	// recordDays is how many days of the serving version's record a retrain's page shows.
	recordDays = 30
	// poolDays is how many days more are read, so that the first day shown has its pool.
	poolDays = 7
)

// retrainDone is the note on the page after one's own move.
var retrainDone = map[string]string{
	"approve": lang.Key("You approved it. It trains as soon as a trainer is free."), "reject": lang.Key("You rejected it."),
	"cancel": lang.Key("You cancelled it."), "keep": lang.Key("You kept the new version."),
	"request": lang.Key("You asked for a retrain. Another manager decides."),
}

// retrainPage answers the page of one retrain, with what became of the reader's own move.
func (p *Pages) retrainPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	return p.showRetrain(w, r, id, http.StatusOK, saidVM{note: p.noteFor(w, r)})
}

// showRetrain answers a retrain's page as it stands now.
func (p *Pages) showRetrain(w http.ResponseWriter, r *http.Request, id int64, status int, said saidVM) error {
	by := auth.ActorFrom(r.Context())
	d, err := p.retrainData(r, id)
	if err != nil {
		return err
	}
	l := lang.From(r.Context())
	v := p.retrainVM(l, d, by)
	if v.Result.Watch, err = p.watchVM(r, by, d.Retrain); err != nil {
		return err
	}
	if v.Guards, err = p.guardsNow(r.Context(), by, d.Retrain); err != nil { // read after the page: what changed since comes by the socket
		return err
	}
	if v.Features, err = p.featuresVM(r.Context(), by, d.Report); err != nil {
		return err
	}
	v.Note, v.Conflict, v.Actions.Typed = said.note, said.lost, said.typed
	return p.show(w, r, status, p.shell(by, d.Watch, retrainTitle(l, d.Retrain), "retrains"), page.Retrain(v))
}

// retrainData reads what a retrain's page and its charts rest on.
func (p *Pages) retrainData(r *http.Request, id int64) (drift.RetrainData, error) {
	return p.store.RetrainDetail(r.Context(), auth.ActorFrom(r.Context()),
		drift.RetrainQuery{ID: id, Now: p.now(), Days: recordDays + poolDays, Windows: windowsOf})
}

// retrainChart answers one chart of a retrain's page as a file.
func (p *Pages) retrainChart(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	d, err := p.retrainData(r, id)
	if err != nil {
		return err
	}
	by := auth.ActorFrom(r.Context())
	v := p.retrainVM(lang.From(r.Context()), d, by)
	if v.Result.Watch, err = p.watchVM(r, by, d.Retrain); err != nil {
		return err
	}
	return ChartFile(w, r, fmt.Sprintf("retrain-%d", id), chi.URLParam(r, "file"), v.Charts()...)
}

func (p *Pages) watchVM(r *http.Request, by drift.Actor, rt *drift.Retrain) (*page.WatchVM, error) {
	if rt.State != drift.RetrainWatching {
		return nil, nil
	}
	w, err := p.o.Engine.WatchNow(r.Context(), by, rt)
	if err != nil {
		return nil, err
	}
	return watchPanel(lang.From(r.Context()), w), nil
}

// beforeTraining tells whether the safeguards will be asked once more before anything is trained.
func beforeTraining(s drift.RetrainState) bool {
	switch s {
	case drift.RetrainProposed, drift.RetrainWaitingApproval, drift.RetrainCountdown, drift.RetrainQueued:
		return true
	}
	return false
}

// guardsNow are a retrain's safeguards, before its training beside those of now.
func (p *Pages) guardsNow(ctx context.Context, by drift.Actor, r *drift.Retrain) (page.GuardsVM, error) {
	var today []drift.Safeguard
	if beforeTraining(r.State) {
		var err error
		if today, err = p.o.Engine.SafeguardsNow(ctx, by, r); err != nil {
			return page.GuardsVM{}, err
		}
	}
	return guardsVM(lang.From(ctx), r, today), nil
}

// retrainVM is one retrain's page for one reader.
func (p *Pages) retrainVM(l lang.Lang, d drift.RetrainData, by drift.Actor) page.RetrainVM {
	now, rt := stamp(p.now()), d.Retrain
	v := page.RetrainVM{
		Now: p.now(), State: retrainStateVM(l, d, now), Actions: retrainActionsVM(l, d, class(by.Role), ownRetrain(rt, by.Name)),
		ModelHref: modelHref(rt.Model()), Change: changeVM(l, d), Result: resultVM(l, rt),
		Timeline: retrainTimelineVM(l, d, now), Log: d.Log,
		Steps: stepsVM(l, d), Later: laterVM(l, d, p.now()),
	}
	if d.Alert != nil {
		v.AlertID, v.AlertHref = d.Alert.ID, alertHref(d.Alert.ID)
	}
	var performance *drift.Report
	if d.Report != nil {
		report := p.reportVM(*d.Report, l)
		v.Report = &report
		if d.Report.DriftType == drift.Performance {
			performance = d.Report
		}
	}
	for i := range d.Earlier {
		v.Earlier = append(v.Earlier, earlierVM(l, &d.Earlier[i]))
	}
	v.ECDF = ecdfs(d.Scores, d.Report)
	if len(d.Days) > 0 {
		today := drift.DateOf(p.now())
		span := spanOf(today.Add(1-recordDays), today.Add(1))
		v.Accuracy = accuracy(l, d.Days, performance, span, serviceEvents(l, d, span))
	}
	return v
}

func laterVM(l lang.Lang, d drift.RetrainData, now time.Time) page.LaterVM {
	v := page.LaterVM{ID: d.Retrain.ID, Now: now, Of: d.Laters}
	for _, r := range d.Later {
		v.Items = append(v.Items, page.LaterReportVM{
			DriftType: string(r.DriftType), Date: r.Date.Time(), Severity: severityVM(r.Status, r.Severity), Message: l.Said(r.Message),
		})
	}
	return v
}

// serviceEvents marks when the serving version came into service, where the chart reaches that far.
func serviceEvents(l lang.Lang, d drift.RetrainData, span chart.Window) []chart.Event {
	if d.Serves == nil {
		return nil
	}
	since := d.Serves.From
	if since.Before(span.From) || !since.Before(span.To) {
		return nil
	}
	return []chart.Event{{At: since, Label: l.T("in service")}}
}

// ownRetrain tells whether somebody asked for the retrain themselves: the panel of what they may do is
// a piece of its own, because they may not approve it.
func ownRetrain(r *drift.Retrain, name string) bool { return r.Manual && r.RequestedBy == name }

// retrainActionsVM is what a class of reader may do now, the same in the page and in a live message.
func retrainActionsVM(l lang.Lang, d drift.RetrainData, class uint8, own bool) page.RetrainActionsVM {
	r, by := d.Retrain, drift.Actor{Role: classRole[class]}
	v := page.RetrainActionsVM{ID: r.ID, Version: r.Version, State: string(r.State), Own: own, Off: map[string]string{}}
	if r.State.Ended() {
		v.Ended = l.T("It has ended (%s). A later check, or a person, may ask for another.", page.StateWord(l, string(r.State)))
	}
	may := false
	for _, m := range retrain.PersonMoves {
		name := string(m)
		if m == retrain.MoveRollBack {
			name = "rollback"
		}
		if _, err := retrain.Next(m, r.State, by); err != nil {
			v.Off[name] = l.Said(err.Error())
		} else {
			may = true
		}
	}
	v.RollBackHref = modelHref(r.Model()) + "/rollback"
	if r.State == drift.RetrainKept && class >= classManager {
		delete(v.Off, "rollback")
		if gone := goneWords(l, d); gone != "" {
			v.Off["rollback"] = l.T("%s What serves is rolled back on the model's page.", gone)
		}
	}
	if !may && !r.State.Ended() {
		v.ReadOnly = readOnlyWords(l, r, class)
	}
	if r.State.Ended() && class < classManager {
		v.ReadOnly = l.T("Your role may look but not act.")
	}
	switch {
	case v.Off["approve"] != "":
	case d.Halt != nil:
		v.Off["approve"] = l.T("Retraining is stopped: approvals are frozen until somebody resumes it.")
	case own && !d.Settings.Bool("ALLOW_SELF_APPROVAL"):
		v.Off["approve"] = l.T("You asked for this retrain, so another manager decides.")
	}
	if why := retrain.NotYetKept(r); v.Off["keep"] == "" && why != "" {
		v.Off["keep"] = l.Said(why)
	}
	return v
}

// readOnlyWords says who acts where this class of reader cannot.
func readOnlyWords(l lang.Lang, r *drift.Retrain, class uint8) string {
	switch {
	case class >= classManager:
		return l.T("It is at a point where nothing can be stopped any more; look again in a moment.")
	case class == 0 && r.State == drift.RetrainCountdown:
		return l.T("Your role may look but not act. An operator can cancel it.")
	}
	return l.T("Your role may look but not decide. A manager can.")
}

func earlierVM(l lang.Lang, r *drift.Retrain) page.EarlierVM {
	v := page.EarlierVM{ID: r.ID, At: r.CreatedAt, Decided: r.ApprovedBy, State: string(r.State), Version: r.CandidateVersion, Note: l.Said(r.Note)}
	d := r.Decision
	switch {
	case d != nil:
		v.Decided = d.By
		if d.Last {
			v.Decision = page.DecisionVM{By: d.By, Move: d.Move, Why: d.Note}
		}
	case v.Decided == "" && r.ActivatedAt != nil:
		v.Decided = l.T("by itself")
	case v.Decided == "":
		v.Decided = l.T("nobody")
	}
	return v
}
