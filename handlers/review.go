package handlers

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/layout"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// ReviewStore reads what the guide's reviews say.
type ReviewStore interface {
	MorningReview(ctx context.Context, by drift.Actor, q drift.MorningQuery) (drift.MorningReview, error)
	WeeklyReview(ctx context.Context, by drift.Actor, q drift.PeriodQuery) (drift.WeeklyReview, error)
	MonthlyReview(ctx context.Context, by drift.Actor, q drift.PeriodQuery) (drift.MonthlyReview, error)
}

// Rehearser proves that rolling back works: the engine.
type Rehearser interface {
	RehearseRollback(ctx context.Context, by drift.Actor) (*drift.Rehearsal, error)
}

// reviewRoutes mounts the reviews.
func (p *Pages) reviewRoutes(r chi.Router) {
	p.get(r, "/reviews", p.morningPage)
	p.get(r, "/reviews/weekly", p.weeklyPage)
	p.get(r, "/reviews/monthly", p.monthlyPage)
	r.With(p.o.Auth.Require(drift.RoleManager)).Post("/reviews/rehearse", p.do(p.rehearse))
}

// firstReviewed is the earliest day that a review can be asked for; before it there are no logs.
var firstReviewed = drift.DateOf(time.Date(1970, 1, 5, 0, 0, 0, 0, time.UTC))

// inRange refuses days that are not yet, and days before there was anything.
func inRange(field string, first, today drift.Date) error {
	switch {
	case first > today:
		return drift.Invalid(field, fmt.Sprintf("It has not begun yet: today is %s, UTC.", today))
	case first < firstReviewed-6:
		return drift.Invalid(field, "Reviews go back to 1970.")
	}
	return nil
}

// morningOf reads the day of a morning review, today where none is given.
func morningOf(day string, now time.Time) (drift.MorningQuery, error) {
	q := drift.MorningQuery{Now: now, Day: drift.DateOf(now)}
	if day == "" {
		return q, nil
	}
	var err error
	if q.Day, err = drift.ParseDate(day); err != nil {
		return q, drift.Invalid("day", fmt.Sprintf("%q is not a day; write it as 2026-01-31.", clipped(day)))
	}
	return q, inRange("day", q.Day, drift.DateOf(now))
}

// weekOf reads the week of a weekly review, the last whole one where none is given.
func weekOf(week string, now time.Time) (drift.PeriodQuery, error) {
	p := drift.WeekOf(drift.DateOf(now).Add(-7))
	if week != "" {
		var err error
		if p, err = drift.ParseWeek(week); err != nil {
			return drift.PeriodQuery{}, err
		}
	}
	return drift.PeriodQuery{Now: now, Period: p, Before: drift.WeekOf(p.From.Add(-7))}, inRange("week", p.From, drift.DateOf(now))
}

// monthOf reads the month of a monthly review, the last whole one where none is given.
func monthOf(month string, now time.Time) (drift.PeriodQuery, error) {
	p := drift.MonthOf(drift.MonthOf(drift.DateOf(now)).From.Add(-1))
	if month != "" {
		var err error
		if p, err = drift.ParseMonth(month); err != nil {
			return drift.PeriodQuery{}, err
		}
	}
	return drift.PeriodQuery{Now: now, Period: p, Before: drift.MonthOf(p.From.Add(-1))}, inRange("month", p.From, drift.DateOf(now))
}

// asked is one field of the address, checked.
func asked(r *http.Request, field string) (string, error) {
	v := r.URL.Query().Get(field)
	if len(v) > maxFilterText {
		return "", drift.Invalid(field, "This is too long.")
	}
	return v, web.CheckText(field, v)
}

func (p *Pages) morningPage(w http.ResponseWriter, r *http.Request) error {
	day, err := asked(r, "day")
	if err != nil {
		return err
	}
	q, err := morningOf(day, p.now())
	if err != nil {
		return err
	}
	by := auth.ActorFrom(r.Context())
	d, err := p.store.MorningReview(r.Context(), by, q)
	if err != nil {
		return err
	}
	l := lang.From(r.Context())
	return p.show(w, r, http.StatusOK, p.reviewShell(by, d.Watch, l.T("Morning review")), page.Morning(morningVM(l, d, by, p.now())))
}

func (p *Pages) weeklyPage(w http.ResponseWriter, r *http.Request) error {
	week, err := asked(r, "week")
	if err != nil {
		return err
	}
	q, err := weekOf(week, p.now())
	if err != nil {
		return err
	}
	by := auth.ActorFrom(r.Context())
	d, err := p.store.WeeklyReview(r.Context(), by, q)
	if err != nil {
		return err
	}
	l := lang.From(r.Context())
	v := weeklyVM(l, d, by, p.now())
	v.Note = p.noteFor(w, r)
	return p.show(w, r, http.StatusOK, p.reviewShell(by, d.Watch, l.T("Weekly review")), page.Weekly(v))
}

func (p *Pages) monthlyPage(w http.ResponseWriter, r *http.Request) error {
	month, err := asked(r, "month")
	if err != nil {
		return err
	}
	q, err := monthOf(month, p.now())
	if err != nil {
		return err
	}
	by := auth.ActorFrom(r.Context())
	d, err := p.store.MonthlyReview(r.Context(), by, q)
	if err != nil {
		return err
	}
	l := lang.From(r.Context())
	return p.show(w, r, http.StatusOK, p.reviewShell(by, d.Watch, l.T("Monthly review")), page.Monthly(monthlyVM(l, d, p.now())))
}

func (p *Pages) reviewShell(by drift.Actor, w drift.Watch, title string) layout.Shell {
	return p.shell(by, w, title, "reviews")
}

// rehearse proves on a shadow model that rolling back works, and shows what came of it.
func (p *Pages) rehearse(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(w, r); err != nil {
		return err
	}
	done, err := p.o.Engine.RehearseRollback(r.Context(), auth.ActorFrom(r.Context()))
	if err != nil {
		return err
	}
	if !web.WantsPage(r) {
		web.WriteJSON(w, http.StatusOK, done)
		return nil
	}
	p.leadTo(w, r, "/reviews/weekly#proof", rehearsedNote(lang.From(r.Context()), done))
	return nil
}
