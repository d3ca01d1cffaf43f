package handlers

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// moveAssignMe is a form's move: to assign to whoever sends it.
const moveAssignMe = "assign-me"

// bulkMoves are the moves that can be made on many alerts at once, by what forms call them.
var bulkMoves = map[string]drift.Move{
	"acknowledge": drift.MoveAcknowledge, moveAssignMe: drift.MoveAssign, "assign": drift.MoveAssign, "escalate": drift.MoveEscalate,
	"suppress": drift.MoveSuppress, "resolve": drift.MoveResolve, "undo": drift.MoveUndo,
}

// bulk makes one move on many alerts. A script gets what changed as pieces of the page and what did not with
// the reason; a plain post is led back where all changed, and shown the rest where not.
func (p *Pages) bulk(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(w, r); err != nil {
		return err
	}
	by, f := auth.ActorFrom(r.Context()), r.PostForm
	move, ok := bulkMoves[f.Get("move")]
	if !ok {
		return drift.NotFound("There is no such move.")
	}
	picks, err := readPicks(f["pick"])
	if err != nil {
		return err
	}
	var done []engine.BulkMove
	if move == drift.MoveUndo {
		reqs := make([]engine.UndoRequest, len(picks))
		for i, x := range picks {
			reqs[i] = engine.UndoRequest{AlertID: x.ID, Version: x.Version}
		}
		done, err = p.o.Engine.UndoMany(r.Context(), by, reqs)
	} else {
		var like engine.MoveRequest
		if like, err = p.bulkRequest(r, f, move); err != nil {
			return err
		}
		reqs := make([]engine.MoveRequest, len(picks))
		for i, x := range picks {
			reqs[i] = like
			reqs[i].AlertID, reqs[i].Version = x.ID, x.Version
		}
		done, err = p.o.Engine.MoveMany(r.Context(), by, reqs)
	}
	if err != nil {
		return err
	}
	out := p.bulkDone(r.Context(), done, move)
	if !web.WantsPage(r) {
		return p.bulkJSON(w, r, out, f.Get("q"))
	}
	p.wroteOrLog(r)
	back := p.backToList(r)
	if len(out.refused) == 0 {
		p.leadToUndo(w, r, back, said(out.verdict), out.picks)
		return nil
	}
	return p.showBulk(w, r, out, back)
}

// bulkRequest reads what all alerts of a form have in common.
func (p *Pages) bulkRequest(r *http.Request, f url.Values, move drift.Move) (req engine.MoveRequest, err error) {
	for _, field := range []string{"note", "assignee", "to"} {
		if err := web.CheckText(field, f.Get(field)); err != nil {
			return req, err
		}
	}
	req = engine.MoveRequest{Move: move, Note: f.Get("note")}
	switch move {
	case drift.MoveAssign:
		if req.Assignee = f.Get("assignee"); f.Get("move") == moveAssignMe {
			req.Assignee = auth.ActorFrom(r.Context()).Name
		}
	case drift.MoveEscalate:
		req.Team = f.Get("to")
	case drift.MoveAcknowledge, drift.MoveSuppress:
		if req.Until, err = p.until(r, f); err != nil {
			return req, err
		}
	}
	return req, nil
}

// readPicks reads which alerts are meant, each as "id:version", several in one field with spaces between.
// An alert that is named twice is meant as it was seen last.
func readPicks(fields []string) ([]drift.AlertVersion, error) {
	var out []drift.AlertVersion
	at := map[int64]int{}
	for _, field := range fields {
		for _, v := range strings.Fields(field) {
			x, err := readPick(v)
			if err != nil {
				return nil, err
			}
			if i, ok := at[x.ID]; ok {
				out[i].Version = max(out[i].Version, x.Version)
				continue
			}
			at[x.ID] = len(out)
			out = append(out, x)
		}
	}
	return out, nil
}

func readPick(v string) (drift.AlertVersion, error) {
	id, version, _ := strings.Cut(v, ":")
	i, err1 := strconv.ParseInt(id, 10, 64)
	n, err2 := strconv.Atoi(version)
	if err1 != nil || err2 != nil || i <= 0 || n <= 0 {
		return drift.AlertVersion{}, drift.Invalid("pick", "An alert is named by its number and version, such as 17:3.")
	}
	return drift.AlertVersion{ID: i, Version: n}, nil
}

// bulkResult is what became of many alerts, in the reader's words.
type bulkResult struct {
	move    drift.Move
	changed []engine.BulkMove
	refused []refusal
	verdict string
	picks   string // what can be taken back; "" for nothing
	until   time.Time
}

// refusal is an alert that did not change, and why.
type refusal struct {
	ID    int64  `json:"id"`
	About string `json:"about"`
	Href  string `json:"href"`
	Why   string `json:"why"`
}

func (p *Pages) bulkDone(ctx context.Context, done []engine.BulkMove, move drift.Move) bulkResult {
	l, now := lang.From(ctx), p.now()
	out := bulkResult{move: move, until: now.Add(drift.UndoOffered), refused: []refusal{}}
	var picks []string
	for _, d := range done {
		if d.Refused != nil {
			out.refused = append(out.refused, refusal{
				ID: d.AlertID, About: l.T("Alert %s", strconv.FormatInt(d.AlertID, 10)), Href: alertHref(d.AlertID), Why: refusalWords(l, d.Refused, now),
			})
			continue
		}
		out.changed = append(out.changed, d)
		picks = append(picks, strconv.FormatInt(d.AlertID, 10)+":"+strconv.Itoa(d.Alert.Version))
	}
	if move == drift.MoveAcknowledge {
		out.picks = strings.Join(picks, " ")
	}
	out.verdict = bulkWords(l, move, int64(len(out.changed)))
	if n := int64(len(out.refused)); n > 0 {
		out.verdict += " " + l.N(n, "%d did not change.", "%d did not change.")
	}
	return out
}

// bulkWords say what was done to how many.
func bulkWords(l lang.Lang, m drift.Move, n int64) string {
	switch m {
	case drift.MoveAcknowledge:
		return l.N(n, "You acknowledged %d alert.", "You acknowledged %d alerts.")
	case drift.MoveAssign:
		return l.N(n, "You assigned %d alert.", "You assigned %d alerts.")
	case drift.MoveEscalate:
		return l.N(n, "You escalated %d alert.", "You escalated %d alerts.")
	case drift.MoveSuppress:
		return l.N(n, "You suppressed %d alert until then.", "You suppressed %d alerts until then.")
	case drift.MoveResolve:
		return l.N(n, "You resolved %d alert.", "You resolved %d alerts.")
	}
	return l.N(n, "You took back the acknowledgement of %d alert.", "You took back the acknowledgement of %d alerts.")
}

// bulkJSON answers a script: the rows as they are now, and the heads of their incidents, counted under the
// query that the page shows.
func (p *Pages) bulkJSON(w http.ResponseWriter, r *http.Request, out bulkResult, q string) error {
	ctx, by, now := r.Context(), auth.ActorFrom(r.Context()), stamp(p.now())
	html, keys := map[string]string{}, []string{}
	for _, d := range out.changed {
		since := d.At
		if out.move == drift.MoveUndo { // the row of what was escalated says since when: the socket brings it
			if d.Alert.Status != drift.AlertNew {
				continue
			}
			since = time.Time{}
		}
		row := rowVM(lang.From(ctx), d.Alert, since, now, class(by.Role))
		if err := add(ctx, html, row.DOMID(), component.AlertRow(row)); err != nil {
			return err
		}
		if !slices.Contains(keys, d.Alert.Incident) {
			keys = append(keys, d.Alert.Incident)
		}
	}
	if err := p.addHeads(ctx, html, by, keys, q); err != nil {
		return err
	}
	answer := map[string]any{"html": html, "changed": len(out.changed), "refused": out.refused, "said": out.verdict}
	if out.picks != "" {
		answer["undo"] = map[string]any{"action": "/alerts/bulk", "move": "undo", "pick": out.picks, "until": out.until}
	}
	web.WriteJSON(w, http.StatusOK, answer)
	return nil
}

// addHeads renders the heads of incidents of more than one alert, for the page to put in place.
func (p *Pages) addHeads(ctx context.Context, html map[string]string, by drift.Actor, keys []string, q string) error {
	f, err := readBoardFilter(url.Values{"q": {q}})
	if err != nil || f.wrong != nil || len(keys) == 0 {
		return err
	}
	list, err := p.store.Incidents(ctx, by, keys, f.alerts(by, p.now()))
	if err != nil {
		return err
	}
	for i := range list {
		if list[i].N == 1 {
			continue
		}
		v := incidentVM(lang.From(ctx), &list[i], f.text, stamp(p.now()), class(by.Role))
		if err := add(ctx, html, v.HeadID(), component.IncidentHead(v)); err != nil {
			return err
		}
	}
	return nil
}

// showBulk says on a page of its own what did not change.
func (p *Pages) showBulk(w http.ResponseWriter, r *http.Request, out bulkResult, back string) error {
	by, l := auth.ActorFrom(r.Context()), lang.From(r.Context())
	watch, err := p.store.Watching(r.Context(), by, p.now())
	if err != nil {
		return err
	}
	v := page.BulkVM{Title: l.T("What became of them"), Verdict: out.verdict, Back: back, Undo: undoVM(out.picks)}
	for _, x := range out.refused {
		v.Refused = append(v.Refused, page.RefusedVM{About: x.About, Href: x.Href, Why: x.Why})
	}
	return p.show(w, r, http.StatusOK, p.shell(by, watch, v.Title, "board"), page.Bulk(v))
}

// undoVM takes back what was done to these alerts; nil for none.
func undoVM(picks string) *page.UndoVM {
	if picks == "" {
		return nil
	}
	return &page.UndoVM{Action: "/alerts/bulk", Picks: picks}
}

// backToList is where a browser came from, a board or an incident; else the board.
func (p *Pages) backToList(r *http.Request) string {
	to, _ := p.fromList(r)
	return to
}

// fromList is the board or incident of this server, also by its public address, that a browser came from; the
// board and false where it came from elsewhere.
func (p *Pages) fromList(r *http.Request) (string, bool) {
	from, err := url.Parse(r.Referer())
	switch {
	case err != nil || from.Path != "/" && !strings.HasPrefix(from.Path, "/incidents/"):
		return "/", false
	case from.Host != r.Host && (p.o.Public == nil || from.Host != p.o.Public.Host):
		return "/", false
	}
	return auth.LocalPath(from.RequestURI()), true
}
