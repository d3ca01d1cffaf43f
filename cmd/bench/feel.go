package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// What the console must feel like, in Chromium before 200 alerts.
const (
	paintName       = "board of 200 alerts, cold: first paint, median"
	interactiveName = "board of 200 alerts, cold: interactive, median"
	clickName       = "click → visible change, 100 other sockets, p99"
	stormName       = "100 alerts in one second: longest frame"
	shiftName       = "layout shift, loading and in the storm"

	paintLimit       = 300 * time.Millisecond
	interactiveLimit = 500 * time.Millisecond
	clickLimit       = 100 * time.Millisecond
	frameLimit       = 50 * time.Millisecond
	stormAlerts      = 100
	othersOpen       = 100
	feelWithin       = time.Minute // for one step in the browser
)

func feelBenches() []bench {
	return []bench{{"console in a Chromium: first load, click, storm", measureFeel}}
}

// loading is how a cold load went, in milliseconds since it was asked for. The page is interactive once it was
// painted, its modules have run (they do so before DOMContentLoaded) and no long task runs any more.
const loading = `(async () => {
	const found = {shift: 0, moved: ""};
	let busy = 0;
	new PerformanceObserver((l) => l.getEntries().forEach((e) => { busy = Math.max(busy, e.startTime + e.duration); })).observe({type: "longtask", buffered: true});
	new PerformanceObserver((l) => l.getEntries().forEach((e) => {
		if (e.hadRecentInput) return;
		found.shift += e.value;
		found.moved ||= e.sources.map(` + moved + `).join(", ");
	})).observe({type: "layout-shift", buffered: true});
	await new Promise((r) => setTimeout(r, 700));
	found.paint = performance.getEntriesByName("first-contentful-paint")[0].startTime;
	found.interactive = Math.max(found.paint, performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd, busy);
	return found;
})()`

// moved names an element that shifted, and from where to where.
const moved = `((s) => (s.node?.id || s.node?.className || s.node?.nodeName + " in " + s.node?.parentElement?.className) + " " +
	[s.previousRect, s.currentRect].map((r) => [r.x, r.y, r.width, r.height].map(Math.round).join()).join(" → "))`

type loadSeen struct {
	Paint, Interactive, Shift float64
	Moved                     string
}

// unfolded opens every group and returns how many alerts can be acknowledged.
const unfolded = `(document.querySelectorAll("#alerts details").forEach((d) => { d.open = true; }), document.querySelectorAll("#alerts .al form button").length)`

// clickOne acknowledges the first alert that can be, and returns after how many milliseconds the frame was
// shown in which somebody has it.
const clickOne = `(async () => {
	const button = document.querySelector("#alerts .al form button"), id = button.closest(".al").id;
	const begun = performance.now();
	button.click();
	return await new Promise((done) => {
		const look = () => {
			if (document.querySelector("#" + id + " form")) return requestAnimationFrame(look);
			requestAnimationFrame(() => done(performance.now() - begun));
		};
		requestAnimationFrame(look);
	});
})()`

// watchStorm notes the time between any two frames, what shifts, and what is there.
const watchStorm = `(() => {
	window.frames50 = {longest: 0, over: 0, shift: 0, before: document.querySelectorAll("#alerts .al").length};
	new PerformanceObserver((l) => l.getEntries().forEach((e) => {
		if (e.hadRecentInput) return;
		frames50.shift += e.value;
		frames50.moved ||= e.sources.map(` + moved + `).join(", ");
	})).observe({type: "layout-shift"});
	let last = performance.now();
	const frame = (now) => {
		frames50.longest = Math.max(frames50.longest, now - last);
		if (now - last > 50) frames50.over++;
		last = now;
		requestAnimationFrame(frame);
	};
	requestAnimationFrame((now) => { last = now; requestAnimationFrame(frame); });
	return true;
})()`

const sawStorm = `(() => {
	const orders = [...document.querySelectorAll("#alerts > [data-o]")].map((e) => e.dataset.o);
	return {...frames50, rows: document.querySelectorAll("#alerts .al").length, seq: Number(document.documentElement.dataset.seq),
		ordered: orders.every((o, i) => !i || orders[i - 1] <= o), sounds: Number(document.documentElement.dataset.sounded ?? 0)};
})()`

type stormSeen struct {
	Longest, Shift     float64
	Moved              string // what shifted first
	Over, Before, Rows int
	Seq                int64
	Ordered            bool
	Sounds             int
}

// measureFeel looks at one console after the other way of using it.
func measureFeel(ctx context.Context, g *ground) (rows []Row, err error) {
	n, err := g.noc(ctx, "bench_feel")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.end()) }()
	w, err := n.watch(ctx, g.size(othersOpen, 10))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	stop := w.ignore()
	defer stop()
	loads, first, err := w.browser.loads(ctx, n, g.size(15, 3))
	if err != nil {
		return nil, err
	}
	click, err := w.browser.clicks(g.size(100, 5))
	if err != nil {
		return nil, err
	}
	storm, err := w.browser.storm(ctx, n, g.size(stormAlerts, 10))
	if err != nil {
		return nil, err
	}
	shifted := Row{Name: shiftName, Ours: Quantity{first.Shift + storm.Shift, "CLS"}, Note: fmt.Sprintf("loading %.4f %s, storm %.4f %s", first.Shift, first.Moved, storm.Shift, storm.Moved)}
	longest := Row{
		Name: stormName, Ours: Quantity{storm.Longest, "ms"},
		Note: fmt.Sprintf("%d frames over 50 ms; nothing lost, order right, sounds: %d", storm.Over, storm.Sounds),
	}
	return append(loads, click, longest.within(millis(frameLimit)), shifted.within(Quantity{0, "CLS"})), nil
}

// ignore takes what the watchers tell, until it is stopped.
func (w *watchers) ignore() (stop func()) {
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-w.seen:
			case <-end:
				return
			}
		}
	}()
	return func() { close(end); <-ended }
}

// inPage evaluates an expression, which may be a promise.
func inPage[T any](b *browser, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(b.ctx, feelWithin)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// loads opens the board as a browser does that was never here, and returns too the load that shifted most.
func (b *browser) loads(_ context.Context, n *noc, times int) (rows []Row, worst loadSeen, err error) {
	var paint, interactive []time.Duration
	for range times {
		ctx, cancel := context.WithTimeout(b.ctx, feelWithin)
		err = chromedp.Do(ctx,
			chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
				_, err := cdp.Call(ctx, t, network.ClearBrowserCache, cdp.Empty{})
				return err
			}),
			chromedp.Navigate("about:blank"), chromedp.Navigate(n.server.url+"/"))
		cancel()
		if err != nil {
			return nil, worst, fmt.Errorf("open the board: %w", err)
		}
		seen, err := inPage[loadSeen](b, loading)
		if err != nil {
			return nil, worst, fmt.Errorf("load: %w", err)
		}
		ms := func(v float64) time.Duration { return time.Duration(v * float64(time.Millisecond)) }
		paint, interactive = append(paint, ms(seen.Paint)), append(interactive, ms(seen.Interactive))
		if seen.Shift > worst.Shift {
			worst = seen
		}
	}
	row := func(name string, took []time.Duration, limit time.Duration) Row {
		return Row{Name: name, Ours: millis(median(took)), Note: fmt.Sprintf("slowest of %d: %s", times, millis(slices.Max(took)))}.within(millis(limit))
	}
	return []Row{row(paintName, paint, paintLimit), row(interactiveName, interactive, interactiveLimit)}, worst, nil
}

// clicks acknowledges one alert after the other.
func (b *browser) clicks(times int) (Row, error) {
	there, err := inPage[int](b, unfolded)
	if err != nil {
		return Row{}, fmt.Errorf("unfold: %w", err)
	}
	var took []time.Duration
	for range min(times, there) {
		ms, err := inPage[float64](b, clickOne)
		if err != nil {
			return Row{}, fmt.Errorf("click: %w", err)
		}
		took = append(took, time.Duration(ms*float64(time.Millisecond)))
	}
	if len(took) == 0 {
		return Row{}, errors.New("no alert on the board can be acknowledged")
	}
	return Row{Name: clickName, Ours: millis(p99(took)), Note: fmt.Sprintf("median %s, %d clicks", millis(median(took)), len(took))}.within(millis(clickLimit)), nil
}

// storm raises alerts, all within a second, before a board whose sound is on.
func (b *browser) storm(ctx context.Context, n *noc, alerts int) (s stormSeen, err error) {
	if _, err = inPage[bool](b, `(localStorage.setItem("driftwatch-sound", "on"), true)`); err == nil {
		err = chromedp.Do(b.ctx, chromedp.Navigate(n.server.url+"/"))
	}
	if err == nil {
		err = b.settle(`document.readyState === "complete" && ` + isLive + ` && document.getElementById("alarm").dataset.state === "on"`)
	}
	if err == nil {
		err = pause(ctx, 1500*time.Millisecond) // what follows a load is over
	}
	if err == nil {
		_, err = inPage[bool](b, watchStorm)
	}
	if err != nil {
		return s, fmt.Errorf("before the storm: %w", err)
	}
	begun := time.Now()
	for i := range alerts {
		if _, _, err = n.raise(ctx, 0); err != nil {
			return s, err
		}
		if err = pause(ctx, time.Until(begun.Add(time.Duration(i+1)*time.Second/time.Duration(alerts)))); err != nil {
			return s, err
		}
	}
	took := time.Since(begun)
	if err = b.settle(fmt.Sprintf(`document.querySelectorAll("#alerts .al").length >= frames50.before + %d`, alerts)); err != nil {
		return s, fmt.Errorf("of %d alerts in %s some did not come: %w", alerts, took, err)
	}
	if err = pause(ctx, 3*time.Second); err != nil { // the summary, the sound
		return s, err
	}
	if s, err = inPage[stormSeen](b, sawStorm); err != nil {
		return s, fmt.Errorf("after the storm: %w", err)
	}
	switch {
	case s.Rows != s.Before+alerts:
		return s, fmt.Errorf("%d rows after %d and %d alerts", s.Rows, s.Before, alerts)
	case !s.Ordered:
		return s, errors.New("the rows are out of order")
	case s.Sounds != 1:
		return s, fmt.Errorf("it sounded %d times, want once", s.Sounds)
	}
	return s, nil
}

// settle waits until an expression is true.
func (b *browser) settle(expression string) error {
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Poll[bool](expression))
	return err
}
