package handlers

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/layout"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web/auth"
)

// boardPage answers the board; with part=summary what events change of it besides the rows.
func (p *Pages) boardPage(w http.ResponseWriter, r *http.Request) error {
	f, err := readBoardFilter(r.URL.Query())
	if err != nil {
		return err
	}
	if formSent(r) && f.wrong == nil {
		http.Redirect(w, r, f.href(), http.StatusSeeOther)
		return nil
	}
	by, part := auth.ActorFrom(r.Context()), r.URL.Query().Get("part")
	if part != wholeBoard && part != partSummary {
		return drift.NotFound("The board has no such part.")
	}
	byDefault := ""
	if r.URL.RawQuery == "" {
		if f, byDefault, err = p.defaultFilter(r.Context(), by); err != nil {
			return err
		}
	}
	board, err := p.boardBytes(r.Context(), by, f, part)
	if err != nil {
		return err
	}
	views, err := p.viewsBytes(r.Context(), by, f, byDefault, part == partSummary)
	if err != nil {
		return err
	}
	if part == partSummary {
		sendTagged(w, r, inPlace(board.html, views.html), weakTag(board.tag+views.tag))
		return nil
	}
	note, err := p.boardNote(w, r)
	if err != nil {
		return err
	}
	now := p.now()
	shell := p.shell(by, board.watch, board.title, "board")
	tag := pageTag(board.tag+views.tag+tagOf(note), shell, layout.ReaderOf(r.Context()), now)
	if f.wrong == nil && tagMatches(r, tag) {
		sendTagged(w, r, nil, tag)
		return nil
	}
	html, err := render(r.Context(), layout.Page(shell), bytesOf(inPlace(board.html, note, views.html)))
	if err != nil {
		return fmt.Errorf("render board: %w", err)
	}
	if f.wrong != nil {
		h := w.Header()
		h.Set("Content-Type", htmlType)
		h.Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusUnprocessableEntity)
		_, _ = w.Write(html) // a reader that left cannot be told
		return nil
	}
	sendTagged(w, r, html, tag)
	return nil
}

// The parts of a page that its script asks for anew.
const (
	wholeBoard  = ""
	partSummary = "summary"
)

// boardNote says what a form just did, and what waits for the reader alone.
func (p *Pages) boardNote(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	note, back := p.noteAndUndo(w, r)
	f, err := p.store.ForReader(r.Context(), auth.ActorFrom(r.Context()), p.now())
	if err != nil {
		return nil, err
	}
	html, err := render(r.Context(), page.BoardNote(note, back, forReaderVM(lang.From(r.Context()), f)), nil)
	if err != nil {
		return nil, fmt.Errorf("render note: %w", err)
	}
	return html, nil
}

// inPlace puts what is one reader's own into a board that was rendered without its reader.
func inPlace(board []byte, own ...[]byte) []byte {
	before, after, _ := bytes.Cut(board, []byte(page.ViewsPlace))
	return slices.Concat(append(append([][]byte{before}, own...), after)...)
}

// boardBytes is the board without the shell, rendered once per change and kind of reader.
func (p *Pages) boardBytes(ctx context.Context, by drift.Actor, f boardFilter, part string) (*rendered, error) {
	newest, err := p.newest(ctx, by)
	if err != nil {
		return nil, err
	}
	now := p.now()
	key := boardKey{class(by.Role), tenantsKey(by), fmt.Sprint(lang.From(ctx), " ", part, " ", f.cursor, " ", f.wrong != nil, " ", f.query().Encode())}
	if f.personal() {
		key.query += " of " + by.Name
	}
	return p.board.get(ctx, key, newest, now, func() (*rendered, error) {
		return p.renderBoard(ctx, by, f, part, now)
	})
}

func (p *Pages) renderBoard(ctx context.Context, by drift.Actor, f boardFilter, part string, now time.Time) (*rendered, error) {
	d, err := p.store.BoardPage(ctx, by, drift.BoardQuery{Now: now, Filter: f.alerts(by, now)})
	if err != nil {
		return nil, err
	}
	vm := boardVM(lang.From(ctx), d, f, class(by.Role), stamp(now))
	body := page.Board(vm)
	if part == partSummary {
		body = page.BoardSummary(vm)
	}
	html, err := render(ctx, body, nil)
	if err != nil {
		return nil, fmt.Errorf("render board: %w", err)
	}
	out := &rendered{
		watch: d.Watch, title: vm.Title, html: html, tag: tagOf(html),
		until: stamp(now).Add(ageStep),
	}
	if underWay(d.Progress, now) != nil { // what is counted up tells no event
		out.until = now.Add(progressStep)
	}
	if at := d.SilencesTurn; !at.IsZero() && at.Before(out.until) { // nor does a silence whose time has come
		out.until = at
	}
	return out, nil
}

// tagOf is short for the bytes.
func tagOf(html []byte) string {
	h := fnv.New64a()
	_, _ = h.Write(html) // a hash does not fail
	return strconv.FormatUint(h.Sum64(), 36)
}

const (
	ageStep      = time.Minute
	progressStep = 3 * time.Second
)

// stamp is the instant at which ages are written: by the minute, so that what is rendered within
// one is the same bytes. Browsers count on from there by themselves.
func stamp(now time.Time) time.Time { return now.Truncate(ageStep) }

// newest is the number of the newest event that a page has to contain.
func (p *Pages) newest(ctx context.Context, by drift.Actor) (int64, error) {
	if p.o.Newest != nil {
		return max(p.o.Newest(), p.wrote.Load()), nil
	}
	_, newest, err := p.store.EventBounds(ctx, by)
	return newest, err
}

// wroteNow notes that a move was made here. The bell that tells this server of it may ring a moment
// after its maker has been sent back to the board, which has to show it already.
func (p *Pages) wroteNow(ctx context.Context, by drift.Actor) error {
	_, newest, err := p.store.EventBounds(ctx, by)
	for had := p.wrote.Load(); err == nil && had < newest; had = p.wrote.Load() {
		if p.wrote.CompareAndSwap(had, newest) {
			break
		}
	}
	return err
}

func tenantsKey(by drift.Actor) string {
	if by.AllTenants {
		return "*"
	}
	ids := slices.Clone(by.Tenants)
	slices.Sort(ids)
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(parts, ",")
}

// bytesOf is a component that is rendered already.
func bytesOf(html []byte) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := w.Write(html)
		return err
	})
}

// pageTag is the entity tag of a board within its shell. Every few seconds it is another one: a
// browser sets its clock by the page, and one that it kept would set it back.
func pageTag(body string, s layout.Shell, to layout.Reader, now time.Time) string {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, body, to, s.Seq, s.Title, s.User, s.BlindSince, s.Demo, s.Progress != nil, now.Unix()/tagSeconds)
	if s.Progress != nil {
		_, _ = fmt.Fprint(h, *s.Progress)
	}
	return weakTag(strconv.FormatUint(h.Sum64(), 36))
}

// weakTag names the same page however it is compressed on its way.
func weakTag(s string) string { return `W/"` + s + `"` }

// tagSeconds is below the difference of clocks that browsers correct.
const tagSeconds = 4

func tagMatches(r *http.Request, tag string) bool {
	for part := range strings.SplitSeq(r.Header.Get("If-None-Match"), ",") {
		if strings.TrimSpace(part) == tag {
			return true
		}
	}
	return false
}

// sendTagged answers with bytes under an entity tag, or with 304 where the browser has them.
func sendTagged(w http.ResponseWriter, r *http.Request, html []byte, tag string) {
	h := w.Header()
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", tag)
	if tagMatches(r, tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", htmlType)
	h.Set("Content-Length", strconv.Itoa(len(html)))
	_, _ = w.Write(html) // a reader that left cannot be told
}
