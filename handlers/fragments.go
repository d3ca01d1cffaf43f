package handlers

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/layout"
	"github.com/driftwatch/driftwatch/views/page"
)

// Fragments are the pieces of pages that an event changes, by their id in the document, for a class
// of reader: the bytes that the pages themselves hold. An event that changes none has none.
func (p *Pages) Fragments(ctx context.Context, e drift.Event, class uint8) (map[string]string, error) {
	var payload struct {
		Alert   *drift.Alert    `json:"alert"`
		Halt    json.RawMessage `json:"halt"` // null when it was lifted
		Move    json.RawMessage `json:"move"` // left out where a trainer only says how far it is
		Retrain *struct {
			ID int64 `json:"id"`
		} `json:"retrain"`
		Check *struct {
			Kind string `json:"kind"`
		} `json:"check"`
	}
	if err := json.Unmarshal(e.Payload, &payload); err != nil {
		return nil, fmt.Errorf("payload of event %d: %w", e.Seq, err)
	}
	ctx = component.AsOf(ctx, p.now())
	switch {
	case payload.Alert != nil:
		payload.Alert.TenantID = e.TenantID
		return p.alertFragments(ctx, e.Seq, payload.Alert, class)
	case payload.Retrain != nil:
		return p.retrainFragments(ctx, payload.Retrain.ID, class, payload.Move != nil || payload.Halt != nil)
	case payload.Halt != nil:
		return haltFragments(ctx, payload.Halt, class)
	case payload.Check != nil && payload.Check.Kind == "backfill":
		return p.progressFragment(ctx)
	case payload.Check != nil && p.o.Lapse != nil:
		html := map[string]string{}
		return html, add(ctx, html, layout.DemoID, component.Banner(layout.LapseBanner(lang.From(ctx), *p.lapseVM())))
	}
	return nil, nil
}

// alertFragments are the row on the board, and verdict, timeline and buttons of the alert's page.
func (p *Pages) alertFragments(ctx context.Context, seq int64, a *drift.Alert, class uint8) (map[string]string, error) {
	acts := mayMove(class)
	if html, ok := p.lives.get(fragmentKey{seq, acts, lang.From(ctx)}, p.now()); ok {
		return html, nil
	}
	d := drift.AlertData{Alert: a}
	if a.Version > 1 { // of a new one nobody has the page open yet, and nothing has happened to it
		var err error
		if d, err = p.store.AlertLife(ctx, drift.SystemActor(), a); err != nil {
			return nil, fmt.Errorf("life of alert %d: %w", a.ID, err)
		}
	}
	now := stamp(p.now())
	html, err := p.rowHTML(ctx, d, now, class)
	if err != nil {
		return nil, err
	}
	if a.Version > 1 {
		if err := add(ctx, html, fmt.Sprintf("alert-state-%d", a.ID), page.AlertState(alertStateVM(d, lang.From(ctx), now))); err != nil {
			return nil, err
		}
		if err := add(ctx, html, fmt.Sprintf("alert-actions-%d", a.ID), page.AlertActions(alertActionsVM(d, lang.From(ctx), class))); err != nil {
			return nil, err
		}
		if err := add(ctx, html, fmt.Sprintf("alert-timeline-%d", a.ID), page.AlertTimeline(alertTimelineVM(d, lang.From(ctx), now))); err != nil {
			return nil, err
		}
	}
	p.lives.put(fragmentKey{seq, acts, lang.From(ctx)}, now, html)
	return html, nil
}

// rowHTML is an alert's row by its id.
func (p *Pages) rowHTML(ctx context.Context, d drift.AlertData, now time.Time, class uint8) (map[string]string, error) {
	html := map[string]string{}
	row := rowVM(lang.From(ctx), d.Alert, cameToStatus(d), now, class)
	return html, add(ctx, html, row.DOMID(), component.AlertRow(row))
}

// takingMoves are those that people see as taking an alert up or putting it away.
var takingMoves = map[drift.Move]bool{
	drift.MoveAcknowledge: true, drift.MoveAssign: true, drift.MoveEscalate: true, drift.MoveOverdue: true,
	drift.MoveSuppress: true, drift.MoveResolve: true, drift.MoveRecover: true,
}

// cameToStatus is when the alert came to its status by such a move; zero where by none.
func cameToStatus(d drift.AlertData) (at time.Time) {
	for _, e := range d.Timeline {
		if e.To == d.Alert.Status && takingMoves[e.Move] && e.At.After(at) {
			at = e.At
		}
	}
	return at
}

func (p *Pages) progressFragment(ctx context.Context) (map[string]string, error) {
	now := p.now()
	list, err := p.store.ProgressSince(ctx, drift.SystemActor(), now)
	if err != nil {
		return nil, fmt.Errorf("progress: %w", err)
	}
	html := map[string]string{}
	return html, add(ctx, html, "backfill-progress", component.Progress(progressVM(list, now)))
}

// add renders a component under its id.
func add(ctx context.Context, html map[string]string, id string, c templ.Component) error {
	var b strings.Builder
	if err := c.Render(ctx, &b); err != nil {
		return fmt.Errorf("render %s: %w", id, err)
	}
	html[id] = b.String()
	return nil
}

// fragmentsKept bounds how many events' fragments are remembered: one event is asked for once per
// class, and again by everybody who reconnects.
const fragmentsKept = 512

type fragmentKey struct {
	seq  int64
	acts bool
	lang lang.Lang
}

type fragment struct {
	now  time.Time
	html map[string]string
}

// fragmentCache remembers what was rendered of the newest events. The maps are not written to again.
type fragmentCache struct {
	mu   sync.Mutex
	kept map[fragmentKey]fragment
}

func newFragmentCache() *fragmentCache { return &fragmentCache{kept: map[fragmentKey]fragment{}} }

func (c *fragmentCache) get(k fragmentKey, now time.Time) (map[string]string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f, ok := c.kept[k]
	return f.html, ok && f.now.Equal(stamp(now))
}

func (c *fragmentCache) put(k fragmentKey, now time.Time, html map[string]string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.kept) >= fragmentsKept {
		clear(c.kept)
	}
	c.kept[k] = fragment{now, html}
}
