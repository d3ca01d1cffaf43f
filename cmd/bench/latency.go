package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/coder/websocket"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

const (
	socketsName  = "alert committed → frame parsed by 100 sockets, p99"
	browserName  = "alert committed → frame parsed by a Chromium, p99"
	slowestName  = "alert committed → frame parsed, the slowest of all"
	latencyOver  = 50 * time.Millisecond
	latencyNever = time.Second
	latencyWait  = 10 * time.Second // for one alert to be everywhere
	latencyPause = 100 * time.Millisecond
	warmAlerts   = 5
)

func latencyBenches() []bench {
	return []bench{{"alert committed → frame parsed by 100 sockets and a Chromium", measureLatency}}
}

// seen is the arrival of an event somewhere.
type seen struct {
	where int // a socket's number, or one of those below
	seq   int64
	alert int64
	at    time.Time
}

const (
	atNotify  = -1 // a connection that listens to the database
	atBrowser = -2
)

// measureLatency raises one alert after another beside the running server, while a browser, 100
// sockets and a listener on the database wait for it.
func measureLatency(ctx context.Context, g *ground) (rows []Row, err error) {
	n, err := g.noc(ctx, "bench_latency")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.end()) }()
	// Closed first: a browser takes a moment to go, and must not find its server gone.
	w, err := n.watch(ctx, g.size(100, 20))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	var took latencies
	for i := range warmAlerts + g.size(150, 10) {
		one, err := w.alert(ctx)
		if err != nil {
			return nil, err
		}
		if i >= warmAlerts {
			took.add(one)
		}
		if err := pause(ctx, latencyPause); err != nil {
			return nil, err
		}
	}
	return took.rows(), nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// latencies are how long after the commit began each arrival was.
type latencies struct{ notify, sockets, browser []time.Duration }

func (l *latencies) add(one latencies) {
	l.notify = append(l.notify, one.notify...)
	l.sockets = append(l.sockets, one.sockets...)
	l.browser = append(l.browser, one.browser...)
}

func (l *latencies) rows() []Row {
	bell := p99(l.notify)
	row := func(name string, took []time.Duration) Row {
		r := Row{
			Name: name, Ours: millis(p99(took)), Beside: millis(bell), BesideIs: "NOTIFY to a listener, p99",
			Note: fmt.Sprintf("medians %s and %s, %d alerts", millis(median(took)), millis(median(l.notify)), len(l.notify)),
		}
		return r.over(millis(latencyOver))
	}
	slowest := Row{Name: slowestName, Ours: millis(max(slices.Max(l.sockets), slices.Max(l.browser)))}
	return []Row{row(socketsName, l.sockets), row(browserName, l.browser), slowest.within(millis(latencyNever))}
}

// p99 is the smallest value that at least 99 in 100 do not pass; the list is left in order.
func p99(took []time.Duration) time.Duration {
	slices.Sort(took)
	return took[(len(took)*99+99)/100-1]
}

// watchers are all that wait for alerts.
type watchers struct {
	n       *noc
	sockets int
	seen    chan seen
	failed  context.Context
	stop    context.CancelFunc
	group   *errgroup.Group
	opened  []*websocket.Conn
	browser *browser
}

// watch opens the sockets, the listener and the browser.
func (n *noc) watch(ctx context.Context, sockets int) (w *watchers, err error) {
	ctx, stop := context.WithCancel(ctx)
	group, ctx := errgroup.WithContext(ctx)
	w = &watchers{n: n, sockets: sockets, seen: make(chan seen, 10*(sockets+2)), failed: ctx, stop: stop, group: group}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	conn, err := pgx.Connect(ctx, n.server.dsn)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	w.goOn(func() error {
		defer conn.Close(context.WithoutCancel(ctx))
		return listen(ctx, conn, w.tell)
	})
	for i := range sockets {
		ws, err := n.socket(ctx)
		if err != nil {
			return nil, err
		}
		w.opened = append(w.opened, ws)
		w.goOn(func() error {
			for {
				f, err := readFrame(ctx, ws)
				if err != nil {
					return err
				}
				if f.Alert != nil {
					w.tell(seen{i, f.Seq, f.Alert.ID, time.Now()})
				}
			}
		})
	}
	w.browser, err = n.browse(ctx, func(seq int64, at time.Time) { w.tell(seen{atBrowser, seq, 0, at}) })
	return w, err
}

// goOn runs something until the watching ends; what ends it then is no failure.
func (w *watchers) goOn(do func() error) {
	w.group.Go(func() error {
		if err := do(); w.failed.Err() == nil {
			return err
		}
		return nil
	})
}

// tell hands an arrival over, unless nobody waits for it any more.
func (w *watchers) tell(s seen) {
	select {
	case w.seen <- s:
	case <-w.failed.Done():
	}
}

// listen hears of every event as soon as the database says so.
func listen(ctx context.Context, conn *pgx.Conn, tell func(seen)) error {
	if _, err := conn.Exec(ctx, "LISTEN driftwatch_event"); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	for {
		heard, err := conn.WaitForNotification(ctx)
		if err != nil {
			return fmt.Errorf("wait for a notification: %w", err)
		}
		at := time.Now()
		seq, err := strconv.ParseInt(heard.Payload, 10, 64)
		if err != nil {
			return fmt.Errorf("read a notification: %w", err)
		}
		tell(seen{atNotify, seq, 0, at})
	}
}

func (w *watchers) close() error {
	var err error
	if w.browser != nil {
		err = w.browser.close()
	}
	w.stop()
	for _, ws := range w.opened {
		_ = ws.CloseNow()
	}
	return errors.Join(err, w.group.Wait())
}

// alert raises one and waits until it has come everywhere.
func (w *watchers) alert(ctx context.Context) (l latencies, err error) {
	id, began, err := w.n.raise(ctx, 0)
	if err != nil {
		return l, err
	}
	ctx, cancel := context.WithTimeout(ctx, latencyWait)
	defer cancel()
	all := gathering{alert: id, began: began, expect: w.sockets}
	for !all.complete() {
		select {
		case s := <-w.seen:
			all.take(s)
		case <-w.failed.Done():
			return l, errors.Join(errors.New("a watcher ended"), w.group.Wait())
		case <-ctx.Done():
			return l, fmt.Errorf("alert %d came to %d of %d sockets, the listener %d times, the browser %d times: %w",
				id, len(all.sockets), w.sockets, len(all.notify), len(all.browser), ctx.Err())
		}
	}
	return all.latencies, nil
}
