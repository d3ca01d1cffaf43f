package handlers

import (
	"fmt"
	"slices"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/format"
	"github.com/driftwatch/driftwatch/views/page"
)

// boardVM says what is true of the board. now is the instant of its ages.
func boardVM(d drift.BoardData, f boardFilter, class uint8, now time.Time) page.BoardVM {
	w := watchOf(d.Watch, now)
	histories := historiesOf(d.Marks, drift.DateOf(now))
	judged := 0
	for _, m := range d.Models {
		if histories[m.Model].judged() {
			judged++
		}
	}
	s := boardSays{d: d, w: w, judged: judged, now: now}
	v := page.BoardVM{
		Title: "Board", Filter: f.filterVM(d), Health: healthVM(d.Models, histories, now),
		SummaryURL: summaryURL(f), Tally: s.tally(), NextHref: nextHref(f, d.Next),
	}
	s.verdict(&v, class)
	if v.Tally.Nobody > 0 {
		v.Title = fmt.Sprintf("(%d) Board", v.Tally.Nobody)
	}
	for i := range d.Alerts {
		a := &d.Alerts[i]
		v.Rows = append(v.Rows, rowVM(&a.Alert, a.Since, now, class))
	}
	s.list(&v, f)
	return v
}

func summaryURL(f boardFilter) string {
	q := f.query()
	q.Set("part", partSummary)
	if f.cursor != "" {
		q.Set("cursor", f.cursor)
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
	d      drift.BoardData
	w      watching
	judged int
	now    time.Time
}

func (s boardSays) tally() page.TallyVM {
	t := page.TallyVM{Watching: append(watchingLine(s.w, s.judged, len(s.d.Models), s.now), loggedLine(s.d.Logged, s.d.LastRow, s.now)...)}
	var oldest time.Time
	for _, c := range s.d.Tally {
		n, note := c.N, format.Plural(int64(c.Models), "model", "models")
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
		t.NobodyNote = "oldest " + format.Age(s.now.Sub(oldest))
	}
	return t
}

// loggedLine says that rows come in: the part of the board that moves on a quiet day.
func loggedLine(n int64, last, now time.Time) []component.Piece {
	if last.IsZero() {
		return nil
	}
	return []component.Piece{
		{Text: format.Plural(n, "prediction", "predictions") + " received, the last "},
		component.At(last, momentOf(last, now)),
		{Text: "."},
	}
}

// list says what the list holds, and what is where it holds nothing.
func (s boardSays) list(v *page.BoardVM, f boardFilter) {
	n := int64(s.d.Matching)
	open := 0
	for _, c := range s.d.Tally {
		open += c.N
	}
	if f.active() {
		v.Count = format.Plural(n, "alert matches", "alerts match") + ", worst first"
		v.None = component.EmptyVM{Icon: "search", Title: "No alert matches this filter", Line: []component.Piece{
			{Text: fmt.Sprintf("%s open. ", format.Plural(int64(open), "alert is", "alerts are"))}, {Text: "Show all that are open", Href: "/"},
		}}
	} else {
		v.Count = format.Plural(n, "open alert", "open alerts")
		if n > 1 {
			v.Count += ", worst first"
		}
		if n == 0 {
			v.Count = "No open alert"
		}
		v.None = component.EmptyVM{Icon: "check", Title: "No alert is open", Line: words("Resolved ones are under the status filter.")}
	}
	if s.d.Resting > 0 && f.status == "" {
		v.Count += "; " + format.Count(int64(s.d.Resting)) + " suppressed"
	}
	if s.d.Next != "" {
		v.NextText = "The next alerts"
		if f.cursor == "" {
			v.NextText = format.Count(n-int64(len(v.Rows))) + " more"
		}
	}
}

// healthRows is how many models the board's panel shows.
const healthRows = 14

// healthVM is the panel of strips, worst first.
func healthVM(models []drift.VersionKey, histories map[drift.Model]*history, now time.Time) page.HealthVM {
	h := page.HealthVM{
		From: drift.DateOf(now).Add(1 - drift.StripDays).Time(), To: drift.DateOf(now).Time(),
		AllText: format.Plural(int64(len(models)), "model", "models"),
	}
	type row struct {
		model drift.Model
		now   component.Severity
	}
	rows := make([]row, len(models))
	for i, m := range models {
		past := histories[m.Model]
		rows[i] = row{m.Model, worse(mark(past.now(drift.Statistical)), mark(past.now(drift.Performance)))}
	}
	slices.SortFunc(rows, func(a, b row) int {
		if c := a.now.Rank() - b.now.Rank(); c != 0 {
			return c
		}
		return byName(a.model, b.model)
	})
	var rest [5]int
	for i, r := range rows {
		if i >= healthRows {
			rest[r.now.Rank()]++
			continue
		}
		h.Models = append(h.Models, page.HealthRowVM{
			Tenant: r.model.Tenant, Model: r.model.ModelType, Href: modelHref(r.model), Now: r.now,
			Strip: component.StripVM{Days: histories[r.model].both()},
		})
	}
	if more := len(rows) - healthRows; more > 0 {
		h.MoreText = fmt.Sprintf("%s more%s", format.Count(int64(more)), restWords(rest))
	}
	return h
}

func restWords(rest [5]int) string {
	text := ""
	for rank, word := range []string{"critical", "blind", "high", "medium", "quiet"} {
		if rest[rank] == 0 {
			continue
		}
		sep := ", "
		if text == "" {
			sep = ": "
		}
		text += fmt.Sprintf("%s%d %s", sep, rest[rank], word)
	}
	return text
}
