package component

import (
	"strconv"
	"strings"

	"github.com/driftwatch/driftwatch/views/lang"
)

// StripDays is how many days a health strip shows.
const StripDays = 30

// StripVM is a model's last days, oldest first, one Severity each; the last
// entry is the newest check. At most StripDays are drawn, right-aligned.
type StripVM struct {
	Days []Severity
	// Label states the finding for who does not see it; "" writes one from
	// the days.
	Label string
}

func (v StripVM) days() []Severity {
	if len(v.Days) > StripDays {
		return v.Days[len(v.Days)-StripDays:]
	}
	return v.Days
}

// label counts the days that were not quiet, worst first.
func (v StripVM) label(l lang.Lang) string {
	if v.Label != "" {
		return v.Label
	}
	var n [Absent + 1]int
	for _, d := range v.days() {
		n[d]++
	}
	var parts []string
	for _, s := range []Severity{Critical, High, Medium, Blind} {
		if n[s] > 0 {
			parts = append(parts, SeverityCount(l, s, n[s]))
		}
	}
	switch {
	case len(parts) > 0:
		return l.T("30 days: %s", strings.Join(parts, ", "))
	case n[None] == 0:
		return l.T("30 days: no check")
	}
	return l.T("30 days: all quiet")
}

// SeverityCount writes "3 critical"; None is quiet.
func SeverityCount(l lang.Lang, s Severity, n int) string {
	switch s {
	case Critical:
		return l.N(int64(n), "%d critical", "%d critical")
	case High:
		return l.N(int64(n), "%d high", "%d high")
	case Medium:
		return l.N(int64(n), "%d medium", "%d medium")
	case Blind:
		return l.N(int64(n), "%d blind", "%d blind")
	}
	return l.N(int64(n), "%d quiet", "%d quiet")
}

// x is the left edge of day i of n; a day is 6 units wide, 5 of them drawn.
func (v StripVM) x(i int) int { return 6 * (StripDays - len(v.days()) + i) }

// runs draws every unbroken run of s as one line at height y; the style sheet
// dashes it into days, 5 drawn and 1 left out.
func (v StripVM) runs(s Severity, y string) string {
	var d strings.Builder
	days := v.days()
	for i := 0; i < len(days); {
		if days[i] != s {
			i++
			continue
		}
		from := i
		for i < len(days) && days[i] == s {
			i++
		}
		d.WriteString("M" + strconv.Itoa(v.x(from)) + " " + y + "h" + strconv.Itoa(6*(i-from)-1))
	}
	return d.String()
}

// boxes draws every day of s as a box of its own, which can have an outline.
func (v StripVM) boxes(s Severity, dx, top, shape string) string {
	var d strings.Builder
	for i, day := range v.days() {
		if day == s {
			d.WriteString("M" + strconv.Itoa(v.x(i)) + dx + " " + top + shape)
		}
	}
	return d.String()
}
