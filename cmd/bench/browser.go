package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// browser is a Chromium that shows the board.
type browser struct {
	ctx    context.Context
	cancel context.CancelFunc
	ended  context.CancelFunc
}

// browseWithin bounds the start of the browser and of its page.
const browseWithin = time.Minute

// tellSeen reports when the page has taken in an event: its script keeps the newest number in the
// document, right after it has parsed the frame. The clock is the machine's, as ours.
const tellSeen = `(() => {
  const root = document.documentElement;
  new MutationObserver(() => {
    window.benchSeen({seq: Number(root.dataset.seq), at: performance.timeOrigin + performance.now()});
  }).observe(root, {attributes: true, attributeFilter: ['data-seq']});
})()`

// isLive is true once the link badge no longer says that the page is as of its loading, connecting or
// cut off.
const isLive = `['off', 'wait', 'lost'].every((c) => !document.querySelector('#link').classList.contains(c))`

type pageSeen struct {
	Seq int64   `json:"seq"`
	At  float64 `json:"at"` // milliseconds since 1970
}

// browse opens the board in a Chromium and calls heard for every event that its page has taken in.
func (n *noc) browse(ctx context.Context, heard func(seq int64, at time.Time)) (*browser, error) {
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.UserDataDir(filepath.Join(n.g.dir, "chromium")), chromedp.WindowSize(1366, 900),
		chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("autoplay-policy", "no-user-gesture-required"))
	allocated, ended := chromedp.NewExecAllocator(ctx, opts...)
	tab, cancel := chromedp.NewContext(allocated)
	b := &browser{ctx: tab, cancel: cancel, ended: ended}
	if err := b.open(n, heard); err != nil {
		return nil, errors.Join(fmt.Errorf("open the board in a browser: %w", err), b.close())
	}
	return b, nil
}

func (b *browser) open(n *noc, heard func(seq int64, at time.Time)) error {
	// The first call starts the browser and ties it to its context: that must not be one with an end.
	if err := chromedp.Do(b.ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(b.ctx, browseWithin)
	defer cancel()
	err := chromedp.Do(ctx,
		chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, network.SetCookie, network.SetCookieParams{Name: n.cookie.Name, Value: n.cookie.Value, URL: n.server.url})
			return err
		}),
		chromedp.ExposeFunc("benchSeen", func(_ context.Context, s pageSeen) (bool, error) {
			ms, rest := math.Modf(s.At)
			heard(s.Seq, time.UnixMilli(int64(ms)).Add(time.Duration(rest*float64(time.Millisecond))))
			return true, nil
		}),
		chromedp.Navigate(n.server.url+"/"),
	)
	if err != nil {
		return err
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[any](tellSeen)); err != nil {
		return err
	}
	_, err = chromedp.Run(ctx, chromedp.Poll[bool](isLive))
	return err
}

// close ends the browser and waits until it has gone.
func (b *browser) close() error {
	err := chromedp.Cancel(b.ctx)
	b.cancel()
	b.ended()
	if errors.Is(err, context.Canceled) || errors.Is(err, chromedp.ErrInvalidContext) {
		return nil
	}
	return err
}
