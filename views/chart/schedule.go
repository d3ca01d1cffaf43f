package chart

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/driftwatch/driftwatch/views/lang"
)

// JobState is how a daily job stands on the day that is shown.
type JobState string

// The states of a daily job.
const (
	JobDue     JobState = "due"     // not yet its time, or waiting for the one before
	JobRunning JobState = "running" // at work now
	JobDone    JobState = "done"
	JobBlind   JobState = "blind" // done, but part could not be judged
	JobFailed  JobState = "failed"
)

// ScheduledJob is one mark on the day.
type ScheduledJob struct {
	Name  string
	At    time.Duration // since midnight UTC
	State JobState
}

// Schedule is the input of [Day].
type Schedule struct {
	ID   string        // "day" where empty
	Now  time.Duration // since midnight UTC
	Jobs []ScheduledJob
}

const (
	dayHeight = 26
	dayHours  = 24
)

// Day draws the 24 hours of today in UTC with the daily jobs at their times
// and how each stands. It has no frame of its own: the table of jobs stands
// under it.
func Day(in Schedule) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, to io.Writer) error {
		c := in.drawn(words{lang.From(ctx)})
		return dayPlot(or(in.ID, "day"), c.svg()).Render(ctx, to)
	})
}

func (in Schedule) drawn(w words) *canvas {
	c := newCanvas(dayHeight, in.finding(w))
	now := dayShare(in.Now)
	c.band("win", 0, now)
	for h := range dayHours + 1 {
		x := float64(h) / dayHours
		c.vline("g", x, 0, dayHeight)
	}
	for _, j := range in.Jobs {
		c.add(item{kind: pillItem, class: jobClass(j.State), x: dayShare(j.At), r: 7, y: 5, y2: 21, text: clock(j.At) + " " + j.Name + ": " + w.jobWord(j.State)})
	}
	c.vline("dm2", now, -3, dayHeight+3)
	if now > .9 {
		c.text("k e", now, -6, 17, w.T("now"))
	} else {
		c.text("k", now, 6, 17, w.T("now"))
	}
	for h := 0; h <= dayHours; h += 3 {
		class := "x"
		switch {
		case h == 0:
			class = ""
		case h == dayHours:
			class = "e"
		case h%6 != 0:
			class = "x t2"
		}
		c.text(class, float64(h)/dayHours, 0, dayHeight+17, clock(time.Duration(h)*time.Hour))
	}
	return c
}

func dayShare(d time.Duration) float64 {
	return min(max(d.Hours()/dayHours, 0), 1)
}

func clock(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d", int(d.Hours()), int(d.Minutes())%60)
}

func jobClass(s JobState) string {
	switch s {
	case JobDone:
		return "jd"
	case JobBlind:
		return "jb"
	case JobFailed:
		return "jf"
	case JobRunning:
		return "jr"
	default:
		return "jn"
	}
}

func (w words) jobWord(s JobState) string {
	switch s {
	case JobDone:
		return w.T("done")
	case JobBlind:
		return w.T("done, partly blind")
	case JobFailed:
		return w.T("failed")
	case JobRunning:
		return w.T("running")
	default:
		return w.T("not yet")
	}
}

func (in Schedule) finding(w words) string {
	parts := make([]string, 0, len(in.Jobs))
	for _, j := range in.Jobs {
		parts = append(parts, w.T("%s at %s %s", j.Name, clock(j.At), w.jobWord(j.State)))
	}
	if len(parts) == 0 {
		return w.T("The day in UTC, now %s; no jobs.", clock(in.Now))
	}
	return w.T("The day in UTC, now %s: %s.", clock(in.Now), strings.Join(parts, "; "))
}
