package handlers

import (
	"slices"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
)

// severityVM is a check's severity as a mark: what was not judged is blind, never quiet.
func severityVM(status drift.ReportStatus, s drift.Severity) component.Severity {
	if status != drift.StatusOK {
		return component.Blind
	}
	return component.ParseSeverity(s.String())
}

// alertSeverityVM is the severity that an alert's mark shows.
func alertSeverityVM(a *drift.Alert) component.Severity {
	return markOf(a.AlertType, a.Severity)
}

// worse is the more urgent of two days. Absent gives way to anything.
func worse(a, b component.Severity) component.Severity {
	if a == component.Absent || (b != component.Absent && b.Rank() < a.Rank()) {
		return b
	}
	return a
}

// history is what the checks of one model found, by day: oldest first, the newest today's.
type history struct {
	days map[drift.DriftType][]component.Severity
	last drift.Date // of the newest check
}

// historiesOf sorts marks into a history per model.
func historiesOf(marks []drift.ReportMark, today drift.Date) map[drift.Model]*history {
	out := map[drift.Model]*history{}
	for _, m := range marks {
		i := int(m.Date-today) + drift.StripDays - 1
		if i < 0 || i >= drift.StripDays {
			continue
		}
		h := out[m.Version.Model]
		if h == nil {
			h = &history{days: map[drift.DriftType][]component.Severity{}}
			out[m.Version.Model] = h
		}
		if h.days[m.DriftType] == nil {
			h.days[m.DriftType] = slices.Repeat([]component.Severity{component.Absent}, drift.StripDays)
		}
		h.last = max(h.last, m.Date)
		h.days[m.DriftType][i] = severityVM(m.Status, m.Severity)
	}
	for _, h := range out {
		for _, days := range h.days {
			fillGaps(days)
		}
	}
	return out
}

// fillGaps makes a day without a check blind where there were checks before it. The last day is
// left open: its checks may still run.
func fillGaps(days []component.Severity) {
	seen := false
	for i, d := range days {
		if d != component.Absent {
			seen = true
		} else if seen && i < len(days)-1 {
			days[i] = component.Blind
		}
	}
}

// of is the strip of one check; nothing but Absent where there was none.
func (h *history) of(t drift.DriftType) []component.Severity {
	if h == nil || h.days[t] == nil {
		return slices.Repeat([]component.Severity{component.Absent}, drift.StripDays)
	}
	return h.days[t]
}

// both is the strip of the worse of both checks, day by day.
func (h *history) both() []component.Severity {
	out := slices.Clone(h.of(drift.Statistical))
	for i, d := range h.of(drift.Performance) {
		out[i] = worse(out[i], d)
	}
	return out
}

// now is what the newest check found; Absent where none has run. Until today's has run it is
// yesterday's.
func (h *history) now(t drift.DriftType) component.Severity {
	days := h.of(t)
	if last := days[len(days)-1]; last != component.Absent {
		return last
	}
	return days[len(days)-2]
}

// judged tells whether both newest checks could judge.
func (h *history) judged() bool {
	for _, t := range []drift.DriftType{drift.Statistical, drift.Performance} {
		if s := h.now(t); s == component.Blind || s == component.Absent {
			return false
		}
	}
	return true
}

// drifted tells whether one of the newest checks found something.
func (h *history) drifted() bool {
	for _, t := range []drift.DriftType{drift.Statistical, drift.Performance} {
		if s := h.now(t); s == component.Medium || s == component.High || s == component.Critical {
			return true
		}
	}
	return false
}

// mark is the severity as a mark stands for it: before its first check a model is as unseen as one
// that could not be judged.
func mark(s component.Severity) component.Severity {
	if s == component.Absent {
		return component.Blind
	}
	return s
}

// byName orders models that are equally urgent.
func byName(a, b drift.Model) int {
	if c := strings.Compare(a.Tenant, b.Tenant); c != 0 {
		return c
	}
	return strings.Compare(a.ModelType, b.ModelType)
}
