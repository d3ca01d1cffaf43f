package handlers

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// bulkBody is one move of many alerts. Beside the move it has the members that the move takes.
type bulkBody struct {
	Move     drift.Move  `json:"move"`
	Alerts   []bulkAlert `json:"alerts"`
	Note     *string     `json:"note"`
	Until    *string     `json:"until"`
	Assignee *string     `json:"assignee"`
	To       *string     `json:"to"`
}

// bulkAlert names an alert as the program saw it.
type bulkAlert struct {
	ID      int64 `json:"id"`
	Version int   `json:"version"`
}

// bulkRefusal is an alert that did not move, and why.
type bulkRefusal struct {
	ID      int64          `json:"id"`
	Code    drift.Code     `json:"code"`
	Message string         `json:"message"`
	Extra   map[string]any `json:"extra,omitempty"` // of a lost race: version, winner, won_at, move
}

// bulk makes one move on many alerts, each for itself. What was refused is told beside what was done, so
// that the answer is 200 also where nothing moved.
func (a *API) bulk(w http.ResponseWriter, r *http.Request) error {
	var body bulkBody
	if err := decodeObject(w, r, &body); err != nil {
		return err
	}
	done, err := a.moveMany(r, body)
	if err != nil {
		return err
	}
	changed, refused := []*drift.Alert{}, []bulkRefusal{}
	for _, d := range done {
		if d.Refused != nil {
			refused = append(refused, bulkRefusal{ID: d.AlertID, Code: d.Refused.Code, Message: d.Refused.Message, Extra: d.Refused.Extra})
			continue
		}
		changed = append(changed, d.Alert)
	}
	web.WriteJSON(w, http.StatusOK, map[string]any{"changed": changed, "refused": refused})
	return nil
}

func (a *API) moveMany(r *http.Request, body bulkBody) ([]engine.BulkMove, error) {
	by := auth.ActorFrom(r.Context())
	members, ok := moveMembers[body.Move]
	if !ok && body.Move != drift.MoveUndo {
		return nil, drift.Invalid("move", "There is no such move. "+enumerate(append(drift.PersonMoves[:len(drift.PersonMoves):len(drift.PersonMoves)], drift.MoveUndo))+" are.")
	}
	var like engine.MoveRequest
	var undo []engine.UndoRequest
	var moves []engine.MoveRequest
	for i, x := range body.Alerts {
		if x.ID <= 0 || x.Version <= 0 {
			return nil, drift.Invalid("alerts", "Each of alerts has an id and the version that you looked at, such as {\"id\":17,\"version\":3}.")
		}
		if i == 0 {
			one := moveBody{Version: &x.Version, Note: body.Note, Until: body.Until, Assignee: body.Assignee, To: body.To}
			var err error
			if like, err = one.request(body.Move, members); err != nil {
				return nil, err
			}
		}
		like.AlertID, like.Version = x.ID, x.Version
		moves, undo = append(moves, like), append(undo, engine.UndoRequest{AlertID: x.ID, Version: x.Version})
	}
	if body.Move == drift.MoveUndo {
		return a.engine.UndoMany(r.Context(), by, undo)
	}
	return a.engine.MoveMany(r.Context(), by, moves)
}

// undo takes an acknowledgement back and answers with the alert as it is then.
func (a *API) undo(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	var body moveBody
	if err := decodeObject(w, r, &body); err != nil {
		return err
	}
	req, err := body.request(drift.MoveUndo, nil)
	if err != nil {
		return err
	}
	undone, err := a.engine.Undo(r.Context(), auth.ActorFrom(r.Context()), engine.UndoRequest{AlertID: id, Version: req.Version})
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, undone)
	return nil
}
