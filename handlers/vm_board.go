package handlers

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// boardVM says what is true of the board. now is the instant of its ages.
func boardVM(l lang.Lang, d drift.BoardData, f boardFilter, class uint8, now time.Time) page.BoardVM {
	s, histories := readBoard(l, d, now)
	v := page.BoardVM{
		Title: l.T("Board"), Filter: filterVM(l, f, d), Health: s.health(histories), Silenced: silenceBanner(l, d.Silences),
		SummaryURL: summaryURL(f), Tally: s.tally(), NextHref: nextHref(f, d.Next), Select: selectionVM(l, d.Actors, d.Teams, f.text, class),
	}
	s.verdict(&v, class)
	if v.Tally.Nobody > 0 {
		v.Title = l.T("(%d) Board", v.Tally.Nobody)
	}
	for i := range d.Incidents {
		v.Items = append(v.Items, itemVM(l, &d.Incidents[i], f.text, now, class))
	}
	s.list(&v, f)
	return v
}

// readBoard works out what the words of a board go by.
func readBoard(l lang.Lang, d drift.BoardData, now time.Time) (boardSays, map[drift.Model]*history) {
	histories := historiesOf(d.Marks, drift.DateOf(now))
	s := boardSays{l: l, d: d, w: watchOf(d.Watch, now), now: now}
	for _, m := range d.Models {
		if histories[m.Model].judged() {
			s.judged++
		}
		if histories[m.Model].drifted() {
			s.drifted++
		}
	}
	return s, histories
}

// itemVM is an incident of one alert as its row, and one of more as a group.
func itemVM(l lang.Lang, i *drift.Incident, q string, now time.Time, class uint8) page.ItemVM {
	if i.N == 1 {
		return page.ItemVM{Row: rowVM(l, &i.Alerts[0].Alert, i.Alerts[0].Since, now, class)}
	}
	v := incidentVM(l, i, q, now, class)
	return page.ItemVM{Incident: &v}
}

func summaryURL(f boardFilter) string {
	q := f.query()
	q.Set("part", partSummary)
	if f.cursor != "" {
		q.Set("cursor", f.cursor)
	}
	if f.text == "" {
		q.Set("all", "1") // and not the reader's default
	}
	return "/?" + q.Encode()
}

func nextHref(f boardFilter, cursor string) string {
	if cursor == "" {
		return ""
	}
	q := f.query()
	q.Set("cursor", cursor)
	return "/?" + q.Encode()
}

// boardSays puts a board's data into words.
type boardSays struct {
	l       lang.Lang
	d       drift.BoardData
	w       watching
	judged  int // models that both newest checks could judge
	drifted int // models in which one of them found something
	now     time.Time
}

func (s boardSays) tally() page.TallyVM {
	t := page.TallyVM{Watching: append(watchingLine(s.l, s.w, s.judged, len(s.d.Models), s.now), s.loggedLine()...)}
	var oldest time.Time
	for _, c := range s.d.Tally {
		n, note := c.N, s.l.N(int64(c.Models), "%d model", "%d models")
		switch c.Rank {
		case 0:
			t.Critical, t.CriticalNote = n, note
		case 1:
			t.Blind, t.BlindNote = n, note
		case 2:
			t.High, t.HighNote = n, note
		default:
			t.Medium, t.MediumNote = n, note
		}
		t.Nobody += c.Nobody
		if c.Nobody > 0 && (oldest.IsZero() || c.Oldest.Before(oldest)) {
			oldest = c.Oldest
		}
	}
	if t.Nobody > 0 {
		t.NobodyNote = s.l.T("oldest %s", s.l.Age(s.now.Sub(oldest)))
	}
	return t
}

// loggedLine says that rows come in: the part of the board that moves on a quiet day.
func (s boardSays) loggedLine() []component.Piece {
	if s.d.LastRow.IsZero() {
		return nil
	}
	return filled(s.l.N(s.d.Logged, "%d prediction received, the last %s.", "%d predictions received, the last %s.", slot(0)),
		component.At(s.d.LastRow, momentOf(s.d.LastRow, s.now)))
}

// list says what the list holds, and what is where it holds nothing.
func (s boardSays) list(v *page.BoardVM, f boardFilter) {
	n, groups := int64(s.d.Matching), int64(s.d.MatchingIncidents)
	open := 0
	for _, c := range s.d.Tally {
		open += c.N
	}
	v.None = component.EmptyVM{Icon: "check", Title: s.l.T("No alert is open"), Line: words(s.l.T("Resolved ones are under the status filter."))}
	if f.active() {
		v.None = component.EmptyVM{
			Icon: "search", Title: s.l.T("No alert matches this filter"),
			Line: filled(s.l.N(int64(open), "%d alert is open. %s.", "%d alerts are open. %s.", slot(0)),
				component.Piece{Text: s.l.T("Show all that are open"), Href: hrefOf("")}),
		}
	}
	var parts []string
	switch {
	case n == 0 && !f.active():
		parts = append(parts, s.l.T("No open alert"))
	case f.active():
		parts = append(parts, s.l.N(n, "%d alert matches", "%d alerts match"))
	default:
		parts = append(parts, s.l.N(n, "%d open alert", "%d open alerts"))
	}
	if n > 1 {
		if groups < n {
			parts = append(parts, s.l.N(groups, "%d incident", "%d incidents"))
		}
		parts = append(parts, s.l.T("worst first"))
	}
	if s.d.Resting > 0 && !f.terms.Has(drift.TermStatus) {
		parts = append(parts, s.l.T("%d suppressed", s.d.Resting))
	}
	v.Count = strings.Join(parts, ", ")
	if s.d.Next != "" {
		v.NextText = s.l.T("The next alerts")
		if f.cursor == "" {
			v.NextText = s.l.N(groups-int64(len(v.Items)), "%d more incident", "%d more incidents")
		}
	}
}

// healthRows is how many models the board's panel shows.
const healthRows = 14

// health is the panel of strips, worst first.
func (s boardSays) health(histories map[drift.Model]*history) page.HealthVM {
	today := drift.DateOf(s.now)
	h := page.HealthVM{
		From: today.Add(1 - drift.StripDays).Time(), To: today.Time(),
		AllText:  s.l.N(int64(len(s.d.Models)), "%d model", "%d models"),
		NextText: s.l.T("Next check in %s.", s.l.Age(s.w.next.At.Sub(s.now))),
	}
	rows := s.standings(histories)
	var rest [5]int
	for i, r := range rows {
		if i >= healthRows {
			rest[r.now.Rank()]++
			continue
		}
		h.Models = append(h.Models, page.HealthRowVM{
			Tenant: r.model.Tenant, Model: r.model.ModelType, Href: modelHref(r.model), Now: r.now,
			Note: s.healthNote(r.model, histories[r.model]), Strip: component.StripVM{Days: histories[r.model].both()},
		})
	}
	if more := int64(len(rows) - healthRows); more > 0 {
		h.MoreText = s.l.T("%d more: %s", more, s.restWords(rest))
	}
	return h
}

// standing is how a model stands by the worse of its two newest checks.
type standing struct {
	model drift.Model
	now   component.Severity
	place int // on the board, see boardPlaces
}

// standings are all models, the worst first.
func (s boardSays) standings(histories map[drift.Model]*history) []standing {
	place := boardPlaces(s.d.Listed)
	rows := make([]standing, len(s.d.Models))
	for i, m := range s.d.Models {
		past := histories[m.Model]
		rows[i] = standing{m.Model, worse(mark(past.now(drift.Statistical)), mark(past.now(drift.Performance))), place(m.Model)}
	}
	slices.SortFunc(rows, worstFirst)
	return rows
}

// worstFirst is the order of models on every page: by what their newest checks found, then as the board lists
// their alerts, then by name.
func worstFirst(a, b standing) int {
	return cmp.Or(a.now.Rank()-b.now.Rank(), a.place-b.place, byName(a.model, b.model))
}

// boardPlaces tells where a model stands on the board; what has no open alert stands after all others.
func boardPlaces(listed []drift.Model) func(drift.Model) int {
	at := make(map[drift.Model]int, len(listed))
	for i, m := range listed {
		at[m] = i - len(listed)
	}
	return func(m drift.Model) int { return at[m] }
}

// healthNote says when a model was last checked, and how many outcomes of its last week are known.
func (s boardSays) healthNote(m drift.Model, past *history) string {
	checked := s.l.T("never checked")
	if past != nil && past.last >= drift.DateOf(s.now) {
		checked = s.l.T("checked today")
	} else if past != nil {
		checked = s.l.T("checked %s", s.l.DayAs(past.last.Time(), s.now))
	}
	c := coverageOf(s.d.Coverage, m)
	if c.Predictions == 0 {
		return checked
	}
	known := float64(c.Predictions-c.WithoutOutcome) / float64(c.Predictions)
	return s.l.T("%s, %s of outcomes", checked, s.l.Percent(known, 0))
}

func (s boardSays) restWords(rest [5]int) string {
	var parts []string
	for rank, severity := range []component.Severity{component.Critical, component.Blind, component.High, component.Medium, component.None} {
		switch n := rest[rank]; {
		case n > 0 && severity == component.Blind:
			parts = append(parts, notJudged(s.l, n))
		case n > 0:
			parts = append(parts, component.SeverityCount(s.l, severity, n))
		}
	}
	return strings.Join(parts, ", ")
}

// notJudged counts models that cannot be judged; blind is what an alert is called that says so.
func notJudged(l lang.Lang, n int) string {
	return l.N(int64(n), "%d not judged", "%d not judged")
}

// forReaderVM says what waits for one reader alone.
func forReaderVM(l lang.Lang, f drift.ForReader) (lines [][]component.Piece) {
	if h := f.Handed; h != nil {
		lines = append(lines, component.Join(
			component.Sentence(l.T("{0} handed over to you {1}."), component.Bold(h.By), component.At(h.At, component.DayClock)),
			[]component.Piece{component.Link(l.T("Read the hand-over"), handOverHref(h.ID))}))
	}
	if f.Proposals > 0 {
		lines = append(lines, []component.Piece{
			component.Link(l.N(int64(f.Proposals), "%d proposal waits for you.", "%d proposals wait for you."), "/settings#proposals"),
		})
	}
	return lines
}
