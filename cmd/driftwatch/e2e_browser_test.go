package main_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// stepWithin bounds every step in the browser, on a machine that is busy.
const stepWithin = 20 * time.Second

// newBrowser starts a browser with a profile of its own.
func newBrowser(t *testing.T) context.Context {
	t.Helper()
	profile, err := os.MkdirTemp("", "driftwatch-browser-")
	if err != nil {
		t.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.UserDataDir(profile), chromedp.WindowSize(1280, 900))
	alloc, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	ctx, quit := chromedp.NewContext(alloc)
	t.Cleanup(func() {
		quit()
		stop()
		chromedp.FromContext(ctx).Allocator.Wait()
		if err := os.RemoveAll(profile); err != nil {
			t.Error(err)
		}
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	return ctx
}

// tab is one tab of somebody's browser. What its console complains of fails the test.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string // the server's address

	mu       sync.Mutex
	faults   []string // errors in the console, exceptions, answers of 400 and above
	patient  bool     // failed requests, and sound that waits for a click, are no fault for a while
	sockets  int      // open now
	messages int      // frames that came over them
}

// person opens a browser of somebody's own and signs in.
func (w *world) person(t *testing.T, name string) *tab {
	t.Helper()
	tb := w.stranger(t)
	tb.do(chromedp.Navigate(w.url+"/login"),
		chromedp.SendKeys(chromedp.CSS("#name"), name),
		chromedp.SendKeys(chromedp.CSS("#password"), "watching-drift-"+name),
		chromedp.Click(chromedp.CSS("main form button[type=submit]")))
	tb.wait("the board after signing in", `location.pathname === "/" && !!document.getElementById("board-verdict")`)
	return tb
}

// stranger opens a browser of somebody's own, not signed in.
func (w *world) stranger(t *testing.T) *tab {
	t.Helper()
	if w.browser == nil {
		w.browser = newBrowser(w.t)
	}
	return newTab(t, w.browser, w.url, chromedp.WithNewBrowserContext())
}

// another opens a second tab of the same person.
func (tb *tab) another() *tab {
	tb.t.Helper()
	return newTab(tb.t, tb.ctx, tb.base)
}

func newTab(t *testing.T, parent context.Context, base string, options ...chromedp.ContextOption) *tab {
	t.Helper()
	tb := &tab{t: t, base: base}
	ctx, closeTab := chromedp.NewContext(parent, append(options, chromedp.WithListener(tb.hear))...)
	tb.ctx = ctx
	t.Cleanup(func() {
		closeTab()
		tb.mu.Lock()
		defer tb.mu.Unlock()
		for _, f := range tb.faults {
			t.Errorf("the browser complained: %s", f)
		}
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	return tb
}

// hear notes what the tab complains of.
func (tb *tab) hear(event any) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	fault := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		fault = "exception: " + e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			fault += " " + e.ExceptionDetails.Exception.Description
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning || e.Type == runtime.ConsoleAPICalledTypeAssert {
			fault = "console: " + string(e.Type)
			for _, a := range e.Args {
				fault += " " + string(a.Value) + a.Description
			}
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			if tb.patient && (e.Entry.Source == log.EntrySourceNetwork || strings.Contains(e.Entry.Text, "WebSocket") || strings.Contains(e.Entry.Text, "AudioContext")) {
				return
			}
			fault = "log: " + e.Entry.Text + " " + e.Entry.URL
		}
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 && !tb.patient {
			fault = fmt.Sprintf("answer %d: %s", e.Response.Status, e.Response.URL)
		}
	case *network.EventWebSocketCreated:
		tb.sockets++
	case *network.EventWebSocketClosed:
		tb.sockets--
	case *network.EventWebSocketFrameReceived:
		tb.messages++
	}
	if fault != "" {
		tb.faults = append(tb.faults, fault)
	}
}

// patiently says whether requests may fail from now on.
func (tb *tab) patiently(yes bool) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	tb.patient = yes
}

// open tells whether the tab holds a socket.
func (tb *tab) open() bool {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	return tb.sockets > 0
}

// do runs steps, which have to go well.
func (tb *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	tb.t.Helper()
	for i, step := range steps {
		if err := tb.step(step); err != nil {
			tb.t.Fatalf("step %d of %d in the browser: %v\n%s", i+1, len(steps), err, tb.where())
		}
	}
}

// step does one thing in the browser. An element found may be gone before it is used, because a page
// opens or an update came over the socket; nothing was done to it then, and it is looked for again.
func (tb *tab) step(step chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(tb.ctx, stepWithin)
	defer cancel()
	for {
		err := chromedp.Do(ctx, step)
		if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "Could not find node") {
			return err
		}
	}
}

// visit opens a page of the server.
func (tb *tab) visit(path string) {
	tb.t.Helper()
	tb.do(chromedp.Navigate(tb.base + path))
}

// click clicks what the selector finds, as a mouse does.
func (tb *tab) click(selector string) {
	tb.t.Helper()
	tb.do(chromedp.ScrollIntoView(chromedp.CSS(selector)), chromedp.Click(chromedp.CSS(selector)))
}

// fill types into a field.
func (tb *tab) fill(selector, text string) {
	tb.t.Helper()
	tb.do(chromedp.SendKeys(chromedp.CSS(selector), text))
}

// try evaluates an expression; an error is common while a page loads.
func try[T any](tb *tab, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(tb.ctx, stepWithin)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression))
}

// eval evaluates an expression in the page.
func eval[T any](tb *tab, expression string) T {
	tb.t.Helper()
	v, err := try[T](tb, expression)
	if err != nil {
		tb.t.Fatalf("%s: %v\n%s", expression, err, tb.where())
	}
	return v
}

// wait waits until an expression is true in the page.
func (tb *tab) wait(what, expression string) {
	tb.t.Helper()
	tb.waitFor(what, stepWithin, expression)
}

// waitFor waits until an expression is true in the page, for as long as the thing may take.
func (tb *tab) waitFor(what string, within time.Duration, expression string) {
	tb.t.Helper()
	late := time.Now().Add(within)
	until(tb.t, within+time.Second, what, func() bool {
		ok, err := try[bool](tb, expression)
		if !ok && time.Now().After(late) {
			tb.t.Fatalf("%s: not within %v (%v)\n%s", what, within, err, tb.where())
		}
		return ok
	})
}

// live waits until the page says that its link is live.
func (tb *tab) live() {
	tb.t.Helper()
	tb.wait("a live link", `document.querySelector("#link b").textContent === "Live"`)
}

// mark puts a mark on the page that a reload takes away.
func (tb *tab) mark() {
	tb.t.Helper()
	eval[int](tb, `window.unreloaded = 1`)
}

// unreloaded fails the test where the page was loaded anew since mark.
func (tb *tab) unreloaded() {
	tb.t.Helper()
	if !eval[bool](tb, `window.unreloaded === 1`) {
		tb.t.Error("the page was loaded anew")
	}
}

// where tells what the tab shows, for the message of a failure.
func (tb *tab) where() string {
	text, err := try[string](tb, `location.href + "\n" + (document.querySelector("main") ?? document.body).innerText.slice(0, 1500)`)
	if err != nil {
		return err.Error()
	}
	return text
}

// theme makes the tab prefer light or dark, and colours that change at once.
func (tb *tab) theme(scheme string) {
	tb.t.Helper()
	_, err := chromedp.Call(tb.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		},
	})
	if err != nil {
		tb.t.Fatal(err)
	}
}
