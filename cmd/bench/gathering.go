package main

import "time"

// gathering collects the arrivals of one alert. Sockets tell which alert a message is about; the
// listener and the browser know an event's number alone, and may be first.
type gathering struct {
	latencies
	alert  int64
	began  time.Time
	expect int // sockets
	seq    int64
	early  []seen // by number alone, before that of this alert is known
}

func (g *gathering) complete() bool {
	return len(g.sockets) >= g.expect && len(g.notify) > 0 && len(g.browser) > 0
}

func (g *gathering) take(s seen) {
	switch {
	case s.where >= 0 && s.alert == g.alert:
		g.sockets = append(g.sockets, s.at.Sub(g.began))
		g.number(s.seq)
	case s.where >= 0: // about something else
	case g.seq == 0:
		g.early = append(g.early, s)
	case s.seq == g.seq && s.where == atNotify:
		g.notify = append(g.notify, s.at.Sub(g.began))
	case s.seq == g.seq:
		g.browser = append(g.browser, s.at.Sub(g.began))
	}
}

// number takes what came before it was known which event is this alert's.
func (g *gathering) number(seq int64) {
	if g.seq != 0 {
		return
	}
	g.seq = seq
	early := g.early
	g.early = nil
	for _, s := range early {
		g.take(s)
	}
}
