package main_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
)

// hurry is by how much the clock of a page that is cut off runs faster: what live.js waits for in 20
// seconds it waits for in five.
const hurry = 4

// promise is after how long a page that looks live shows what happened, in live.js: QUIET, ANSWER, a
// tick; here in seconds of a page in a hurry, and some for a machine on which eight pages and a server share two
// processors with other tests.
const promise = (20+5+1)*time.Second/hurry + 3500*time.Millisecond

// fasterClock is put into a page before its own scripts.
var fasterClock = fmt.Sprintf(`(() => {
	const k = %d, now = Date.now.bind(Date), begun = now(), later = setTimeout, every = setInterval, signal = AbortSignal.timeout.bind(AbortSignal);
	Date.now = () => begun + (now() - begun) * k;
	window.setTimeout = (f, ms = 0, ...a) => later(f, ms / k, ...a);
	window.setInterval = (f, ms = 0, ...a) => every(f, ms / k, ...a);
	AbortSignal.timeout = (ms) => signal(ms / k);
})()`, hurry)

// noteEvents notes the number of every event that the page was handed.
const noteEvents = `((async () => {
	const {link} = await import(document.querySelector('link[rel=modulepreload][href*="live.js"]').href);
	window.told = [];
	link.addEventListener("message", (e) => told.push(e.detail.seq));
	window.noting = true;
})(), 1)`

// lookAtBoard is what somebody before the board sees.
const lookAtBoard = `(() => {
	const rows = {}; let doubled = 0;
	for (const e of document.querySelectorAll('#alerts .al')) {
		const id = e.id.slice(6);
		if (id in rows) doubled++;
		rows[id] = Number(e.dataset.v);
	}
	return JSON.stringify({
		live: document.querySelector("#link b")?.textContent === "Live" && !document.documentElement.hasAttribute("data-stale") && !!document.getElementById("link-banner")?.hidden,
		rows, doubled,
	});
})()`

// sight is what lookAtBoard says.
type sight struct {
	Live    bool
	Rows    map[int64]int // the version of each alert that is shown
	Doubled int
}

// standing is how an alert stands in the database since it was changed.
type standing struct {
	version int
	gone    bool // resolved
	since   time.Time
}

// ledger raises, acknowledges and resolves alerts, past every proxy, and knows how they stand.
type ledger struct {
	s      *server
	token  string
	db     *store.DB
	tenant drift.Tenant

	mu     sync.Mutex
	alerts map[int64]standing
	raised int
	moves  int
}

// keepOpen is about how many alerts are open at a time.
const keepOpen = 12

// newLedger starts an installation whose alerts this test makes.
func newLedger(t *testing.T) *ledger {
	t.Helper()
	s := serve(t, freshDir(t), anyPort)
	must(t, s.dir, "watching-drift-operator", "user", "add", "operator", "--role", "operator", "--password-stdin")
	must(t, s.dir, "", "tenant", "add", "cut-off")
	l := &ledger{s: s, token: strings.TrimSpace(must(t, s.dir, "", "token", "add", "e2e", "--role", "operator")), alerts: map[int64]standing{}}
	db, err := store.Open(t.Context(), strings.TrimSpace(must(t, s.dir, "", "config", "database-url")), store.Options{MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	l.db = db
	err = db.View(t.Context(), drift.SystemActor(), func(tx *store.Tx) error {
		all, err := tx.Tenants(t.Context())
		for _, tenant := range all {
			if tenant.Name == "cut-off" {
				l.tenant = tenant
			}
		}
		return err
	})
	if err != nil || l.tenant.ID == 0 {
		t.Fatalf("no tenant: %v", err)
	}
	for range keepOpen {
		l.raise(t)
	}
	return l
}

// raise opens an alert, with its event, in one transaction, as the engine does.
func (l *ledger) raise(t *testing.T) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.raised++
	now := time.Now()
	a := &drift.Alert{
		TenantID: l.tenant.ID, Tenant: l.tenant.Name, AlertType: drift.AlertBlind, Status: drift.AlertNew, Reason: drift.BlindFeedSilent,
		Severity: drift.SeverityHigh, CurrentSeverity: drift.SeverityHigh, ModelType: "fraud_detector", Message: fmt.Sprintf("Alert %d of the cut link.", l.raised),
		Recommendation: "Look at the wire.", DedupKey: fmt.Sprintf("cut:%d", l.raised), CheckDate: drift.DateOf(now), CreatedAt: now, LastSeen: now,
		Incident: fmt.Sprintf("cut-%d:%s", l.raised%5, now.UTC().Format(time.DateOnly)),
	}
	err := l.db.InTx(t.Context(), drift.SystemActor(), func(tx *store.Tx) error {
		entry := drift.TimelineEntry{Version: 1, At: now, Actor: "system", Move: drift.MoveRaise, From: drift.AlertNew, To: drift.AlertNew, Severity: a.Severity}
		if err := tx.InsertAlert(t.Context(), a, entry); err != nil {
			return err
		}
		payload, err := json.Marshal(map[string]any{"alert": a, "move": entry})
		tx.Emit(drift.Event{Type: drift.EventAlertRaised, TenantID: a.TenantID, Tenant: a.Tenant, At: now, Payload: payload})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	l.alerts[a.ID] = standing{1, false, time.Now()}
}

// act changes something: raises an alert where few are open, else acknowledges, comments or resolves one.
func (l *ledger) act(t *testing.T, random *rand.Rand) {
	t.Helper()
	if len(l.open()) < keepOpen+random.IntN(5)-2 {
		l.raise(t)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	var ids []int64
	for id, s := range l.alerts {
		if !s.gone {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	id := ids[random.IntN(len(ids))]
	s := l.alerts[id]
	move := "comment"
	switch random.IntN(3) {
	case 0:
		move, s.gone = "resolve", true
	case 1:
		if s.version == 1 {
			move = "acknowledge"
		}
	}
	var answer struct {
		Version int
		Detail  string
	}
	code := send(t, fmt.Sprintf("%s/api/v1/alerts/%d/%s", l.s.url, id, move), l.token, fmt.Sprintf(`{"version":%d,"note":"cut"}`, s.version), &answer)
	if code != 200 || answer.Version != s.version+1 {
		t.Errorf("%s of alert %d: %d, version %d after %d: %s", move, id, code, answer.Version, s.version, answer.Detail)
	}
	l.moves++
	l.alerts[id] = standing{answer.Version, s.gone, time.Now()}
}

// open is how the open alerts stand.
func (l *ledger) open() map[int64]int {
	rows := map[int64]int{}
	for id, s := range l.all() {
		if !s.gone {
			rows[id] = s.version
		}
	}
	return rows
}

func (l *ledger) all() map[int64]standing {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.alerts)
}

// stored is what the database says.
func (l *ledger) stored(t *testing.T) map[int64]int {
	t.Helper()
	rows := map[int64]int{}
	err := l.db.View(t.Context(), drift.SystemActor(), func(tx *store.Tx) error {
		found, err := tx.Alerts(t.Context(), drift.AlertFilter{Open: true, Limit: 200})
		for _, a := range found.Items {
			rows[a.ID] = a.Version
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// watcher is a board behind a bad link.
type watcher struct {
	*tab
	link   *badLink
	ledger *ledger
	random *rand.Rand
	lag    time.Duration // the oldest thing that a board which looked live lacked
	lost   int           // cuts that the page has noticed
}

func newWatcher(t *testing.T, l *ledger, browser context.Context, seed uint64) *watcher {
	t.Helper()
	w := &watcher{link: newBadLink(t, l.s.addr()), ledger: l, random: rand.New(rand.NewPCG(seed, 1))}
	w.tab = newTab(t, browser, w.link.url(), chromedp.WithNewBrowserContext())
	w.patiently(true)
	if _, err := chromedp.Call(w.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: fasterClock}); err != nil {
		t.Fatal(err)
	}
	w.do(chromedp.Navigate(w.base+"/login"),
		chromedp.SendKeys(chromedp.CSS("#name"), "operator"),
		chromedp.SendKeys(chromedp.CSS("#password"), "watching-drift-operator"),
		chromedp.Click(chromedp.CSS("main form button[type=submit]")))
	w.wait("the board", `location.pathname === "/" && !!document.getElementById("board-verdict")`)
	w.live()
	eval[int](w.tab, noteEvents)
	w.wait("the notes", `window.noting`)
	w.mark()
	return w
}

// look looks at the board once, and fails where it looks live and lacks what is older than the promise.
func (w *watcher) look(c cut) (s sight, ok bool) {
	begun, known := time.Now(), w.ledger.all()
	raw, err := try[string](w.tab, lookAtBoard)
	if err != nil || json.Unmarshal([]byte(raw), &s) != nil {
		return s, false
	}
	if s.Doubled > 0 {
		w.t.Errorf("after %s: %d alerts stand on the board twice", c, s.Doubled)
	}
	if !s.Live {
		return s, true
	}
	for id, want := range known {
		version, shown := s.Rows[id]
		if shown && version >= want.version || !shown && want.gone {
			continue
		}
		if later := w.ledger.all()[id]; !shown && later.gone {
			continue // and resolved since
		}
		lag := begun.Sub(want.since)
		w.lag = max(w.lag, lag)
		if lag > promise {
			w.t.Fatalf("after %s: the board looks live, and shows version %d of alert %d, which is at %d since %v (gone: %v)", c, version, id, want.version, lag, want.gone)
		}
	}
	return s, true
}

// suffer is one cut: the link goes bad, things happen behind it, it heals, and the board comes to show
// what is so.
func (w *watcher) suffer(c cut) {
	w.t.Helper()
	fresh := c
	if w.random.IntN(2) == 0 { // only what is open suffers, and whoever asks anew gets through
		fresh = cutNone
	}
	w.link.strike(c, fresh, time.Duration(50+w.random.IntN(900))*time.Millisecond)
	for range 1 + w.random.IntN(3) {
		w.ledger.act(w.t, w.random)
		w.look(c)
	}
	lasts := time.Now().Add(time.Duration(w.random.IntN(1500)) * time.Millisecond)
	noticed := false
	until(w.t, time.Minute, "the end of the cut", func() bool {
		s, ok := w.look(c)
		noticed = noticed || ok && !s.Live
		return time.Now().After(lasts)
	})
	w.link.heal()
	until(w.t, time.Minute, fmt.Sprintf("after %s: the board to show what is so", c), func() bool {
		before := w.ledger.open()
		s, ok := w.look(c)
		noticed = noticed || ok && !s.Live
		return ok && s.Live && maps.Equal(s.Rows, before)
	})
	if noticed {
		w.lost++
	}
}

// rest compares what the board shows with the database, and that every event was told once, in order.
func (w *watcher) rest() {
	w.t.Helper()
	w.unreloaded()
	until(w.t, time.Minute, "the board to show what is in the database", func() bool {
		s, ok := w.look(cutNone)
		return ok && s.Live && maps.Equal(s.Rows, w.ledger.stored(w.t))
	})
	told := eval[[]int64](w.tab, `window.told`)
	for i, seq := range told {
		if seq != told[0]+int64(i) {
			w.t.Errorf("event %d came after %d", seq, told[i-1])
		}
	}
	w.t.Logf("%d events, each once; %d cuts noticed; a board that looked live lacked nothing older than %v", len(told), w.lost, w.lag.Round(time.Millisecond))
}

// cutLinks has some boards suffer cuts, in every way in turn, from a seed.
func cutLinks(t *testing.T, boards, each int, seed uint64) {
	t.Logf("seed %d", seed)
	l, browser := newLedger(t), newBrowser(t)
	var watchers []*watcher
	for i := range boards {
		watchers = append(watchers, newWatcher(t, l, browser, seed+uint64(i)))
	}
	t.Run("boards", func(t *testing.T) {
		for i, w := range watchers {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				w.t, w.link.t = t, t
				for n := range each {
					w.suffer(cut(1 + (n*boards+i)%(cuts-1)))
				}
			})
		}
	})
	for _, w := range watchers {
		w.t = t
		w.rest()
	}
	t.Logf("%d cuts, %d alerts raised, %d moves", boards*each, l.raised, l.moves)
}

// TestLinkCuts is the short form of TestThousandCuts.
func TestLinkCuts(t *testing.T) {
	t.Parallel()
	cutLinks(t, 3, 2, 1)
}
