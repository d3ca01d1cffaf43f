package demo

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// The length of a time-lapse: so many days are played, after so many that were before.
const (
	LapseDays    = 90
	LapseHistory = 60
)

// LapseSeed is the time-lapse's. It was chosen so that what has no part in an act stays quiet
// meanwhile, as most but not all seeds would have it.
const LapseSeed = 2

// outcomeDelay is how long after a prediction its outcome becomes known.
const outcomeDelay = 4 * time.Hour

// Lapse invents the log of a time-lapse that begins at midnight of a day. Every row follows from the
// seed, its model and its day alone, so that any stretch of time can be written by itself.
type Lapse struct {
	seed uint64
	from drift.Date
}

// NewLapse returns a generator of the rows around the time-lapse's first day.
func NewLapse(seed uint64, from drift.Date) *Lapse { return &Lapse{seed, from} }

// Predictions invents what a model predicts in [from, to), in order of time.
func (l *Lapse) Predictions(m LapseModel, from, to time.Time) []Live {
	var out []Live
	for d := drift.DateOf(from); d.Time().Before(to); d++ {
		r := rand.New(rand.NewPCG(l.seed<<32^uint64(d-l.from), hash(m.Model)))
		n := m.on(l.days(d.Time()))
		step := 24 * time.Hour / time.Duration(n)
		for i := range n {
			at := d.Time().Add(time.Duration(i)*step + time.Duration(r.Int64N(int64(step))))
			row := m.world(l.days(at)).draw(r)
			if at.Before(from) || !at.Before(to) {
				continue
			}
			out = append(out, live(m.Model, row, at, fmt.Sprintf("%s-%s-%d", m.ModelType, d, i)))
		}
	}
	return out
}

// Outcomes are the lines that become known in [from, to).
func (l *Lapse) Outcomes(m LapseModel, from, to time.Time) []byte {
	var out []byte
	keep := func(rows []Live, held bool) {
		for _, p := range rows {
			if l.held(m, p.at) == held {
				out = append(out, p.Outcome...)
			}
		}
	}
	if end := l.at(m.silent.end); m.silent.end > 0 && !end.Before(from) && end.Before(to) {
		keep(l.Predictions(m, l.at(m.silent.from).Add(-outcomeDelay), end), true)
	}
	keep(l.Predictions(m, from.Add(-outcomeDelay), to.Add(-outcomeDelay)), false)
	return out
}

// WriteHistory writes the predictions of the days before the time-lapse, with the outcomes that are
// known by its beginning, one JSON object a line.
func (l *Lapse) WriteHistory(w io.Writer) error {
	buf := bufio.NewWriter(w)
	begin := l.from.Time()
	for d := l.from.Add(-LapseHistory); d < l.from; d++ {
		for _, m := range LapseModels {
			for _, p := range l.Predictions(m, d.Time(), d.Add(1).Time()) {
				if p.at.Add(outcomeDelay).Before(begin) {
					p.row.actual = &p.actual
				}
				if err := p.row.write(buf, p.model, p.at, p.id); err != nil {
					return err
				}
			}
		}
	}
	return buf.Flush()
}

// held tells whether the outcome of a prediction waits for the end of the feed's silence.
func (l *Lapse) held(m LapseModel, at time.Time) bool {
	known := l.days(at.Add(outcomeDelay))
	return known >= m.silent.from && known < m.silent.end
}

// days is how many days after the beginning of the time-lapse; negative before.
func (l *Lapse) days(t time.Time) float64 { return t.Sub(l.from.Time()).Hours() / 24 }

func (l *Lapse) at(days float64) time.Time {
	return l.from.Time().Add(time.Duration(days * 24 * float64(time.Hour)))
}
