package handlers

import (
	"encoding/json"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// wallVM is a page of the wall; a number that there is no page of is the first one.
func wallVM(l lang.Lang, d drift.BoardData, number int, now time.Time) page.WallVM {
	s, histories := readBoard(l, d, now)
	var board page.BoardVM
	s.verdict(&board, 0)
	v := page.WallVM{
		Now: now, Verdict: board.Verdict, Tally: s.tally(), Build: page.WallBuild(), Page: number,
		Pages: max(1, (len(d.Incidents)+page.WallRows-1)/page.WallRows), ModelsLine: s.wallModels(),
	}
	if v.Page < 1 || v.Page > v.Pages {
		v.Page = 1
	}
	first := (v.Page - 1) * page.WallRows
	for i := range d.Incidents[first:min(first+page.WallRows, len(d.Incidents))] {
		v.Rows = append(v.Rows, wallRow(l, &d.Incidents[first+i], now))
	}
	if len(v.Rows) == 0 {
		v.None = l.T("No alert is open.")
		if board.State != page.BoardQuiet {
			v.None = l.T("No alert is open, and not everything is known to be quiet.")
		}
	}
	s.wallTiles(&v, histories)
	s.wallFoot(&v)
	return v
}

func (s boardSays) wallModels() string {
	models := len(s.d.Models)
	if missing := models - s.judged; missing > 0 {
		return s.l.T("%d of %d judged, %d not judged", s.judged, models, missing)
	}
	return s.l.T("%d of %d judged", s.judged, models)
}

// wallTiles are the models that are critical, blind or high, as many as fit; the others are counted.
func (s boardSays) wallTiles(v *page.WallVM, histories map[drift.Model]*history) {
	for _, r := range s.standings(histories) {
		switch {
		case r.now == component.Medium:
			v.Medium++
		case r.now == component.None:
			v.Quiet++
		case len(v.Tiles) < page.WallTiles:
			v.Tiles = append(v.Tiles, page.WallTileVM{Severity: r.now, Tenant: r.model.Tenant, Model: r.model.ModelType})
		default:
			v.MoreTiles++
		}
	}
}

// wallFoot is the last line: how the watching stands, and what no page shows.
func (s boardSays) wallFoot(v *page.WallVM) {
	watching := watchingLine(s.l, s.w, s.judged, len(s.d.Models), s.now)
	for i := range watching { // nothing on a wall can be pressed
		watching[i].Href = ""
	}
	v.Foot = append(v.Foot, watching)
	if more := s.d.MatchingIncidents - len(s.d.Incidents); more > 0 {
		v.Foot = append(v.Foot, words(s.l.N(int64(more), "%d more incident stands on the board", "%d more incidents stand on the board")))
	}
	if s.d.Resting > 0 {
		v.Foot = append(v.Foot, words(s.l.T("%d suppressed", s.d.Resting)))
	}
}

// wallRow is an incident at five metres: whose, what, the one number that says how bad, since when and
// who has it.
func wallRow(l lang.Lang, i *drift.Incident, now time.Time) page.WallRowVM {
	a := &i.Alerts[0].Alert
	row := rowVM(l, a, time.Time{}, now, 0)
	v := page.WallRowVM{
		Severity: rankSeverity[i.Rank], Who: a.Tenant, Model: a.ModelType, What: wallWhat(l, i, row), Since: i.Oldest,
	}
	v.Owner, v.Team = incidentOwner(l, i)
	switch {
	case i.Tenants > 1:
		v.Who = l.N(int64(i.Tenants), "%d tenant", "%d tenants")
	case i.Models > 1:
		v.Model = l.N(int64(i.Models), "%d model", "%d models")
	}
	v.Number, v.Note = wallNumber(l, a)
	if i.N > 1 && i.NeedAck > 0 {
		v.Note = l.N(int64(i.NeedAck), "%d to acknowledge", "%d to acknowledge")
	}
	v.Hot, v.Cleared = i.Hot > 0, i.Untaken == 0
	return v
}

func wallWhat(l lang.Lang, i *drift.Incident, row component.AlertRowVM) string {
	switch {
	case i.Models > 1 && i.Blind < i.N:
		return l.T("Drifted on the same day")
	case i.Rollback > 0 && i.N > 1:
		return l.T("Drifted and was rolled back")
	case i.Stat > 0 && i.Perf > 0:
		return l.T("Scores and accuracy both drifted")
	case i.Stat > 0 && i.N == i.Stat:
		return l.T("The scores moved")
	case i.Perf > 0 && i.N == i.Perf:
		return l.T("Accuracy fell")
	}
	return row.What
}

// wallNumber is the number that says how bad an alert is, and what it was.
func wallNumber(l lang.Lang, a *drift.Alert) (number, note string) {
	switch {
	case a.AlertType == drift.AlertRollback:
		return "", l.T("version %s", a.ModelVersion)
	case a.DriftType == nil:
		return "", ""
	case *a.DriftType == drift.Performance:
		var m drift.PerformanceMetrics
		if json.Unmarshal(a.Metrics, &m) == nil && m.AccuracyDrop.Defined() {
			return l.Percent(float64(m.AccuracyRecent), 1), l.T("was %s", l.Percent(float64(m.AccuracyBaseline), 1))
		}
	default:
		var m drift.StatisticalMetrics
		if json.Unmarshal(a.Metrics, &m) == nil && m.KSStatistic.Defined() {
			return "D " + l.Fixed(float64(m.KSStatistic), 3), l.T("p %s", l.P(float64(m.PValue)))
		}
	}
	return "", ""
}
