//go:build torture

package main_test

import (
	"fmt"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// listen notes, in the page, the number of every event that comes over a socket.
const listen = `window.told = [];
window.WebSocket = class extends WebSocket {
  constructor(...args) {
    super(...args);
    this.addEventListener('message', (e) => window.told.push(JSON.parse(e.data).seq ?? -1));
  }
};`

// boardRows is which alerts a board shows and who has each.
const boardRows = `JSON.stringify([...document.querySelectorAll('[id^="alert-"]')].filter((e) => /^alert-\d+$/.test(e.id))
  .map((e) => e.id + ' ' + (e.querySelector('.own')?.textContent.replace(/\d+ \w+/, '') ?? '')).sort())`

// watchInBrowser opens the board in a browser, and returns what looks whether it kept up, without
// having been loaded anew, and shows what a fresh one shows.
func watchInBrowser(k *killed) func(newest int64) {
	t := k.testing
	k.run("watching-drift-wall", "user", "add", "watcher", "--role", "viewer", "--password-stdin")
	tb := newTab(t, newBrowser(t), k.url)
	tb.patiently(true)
	if _, err := chromedp.Call(tb.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: listen}); err != nil {
		t.Fatal(err)
	}
	tb.do(chromedp.Navigate(tb.base+"/login"),
		chromedp.SendKeys(chromedp.CSS("#name"), "watcher"),
		chromedp.SendKeys(chromedp.CSS("#password"), "watching-drift-wall"),
		chromedp.Click(chromedp.CSS("main form button[type=submit]")))
	tb.wait("the board after signing in", `location.pathname === "/" && !!document.getElementById("board-verdict")`)
	tb.live()
	tb.mark()
	first := eval[int64](tb, `window.told.length ? window.told[0] : Number(document.documentElement.dataset.seq) + 1`)
	return func(newest int64) {
		eventually(t, time.Minute, fmt.Sprintf("the browser to catch up with event %d", newest), func() bool {
			seq, _ := try[int64](tb, `Number(document.documentElement.dataset.seq)`)
			return seq == newest
		})
		tb.unreloaded()
		tb.live()
		told := eval[[]int64](tb, `window.told`)
		for i, seq := range told {
			if seq != first+int64(i) {
				t.Errorf("the browser was told %d events from %d on; number %d of them is %d", len(told), first, i, seq)
				break
			}
		}
		if want := newest - first + 1; int64(len(told)) != want {
			t.Errorf("the browser was told %d events, want %d", len(told), want)
		}
		fresh := tb.another()
		fresh.visit("/")
		fresh.live()
		fresh.patiently(true) // the server is about to end
		if got, want := eval[string](tb, boardRows), eval[string](fresh, boardRows); got != want {
			t.Errorf("the board that stayed open shows\n%s\na fresh one\n%s", got, want)
		}
		t.Logf("browser: %d events, each once, not loaded anew; its board shows what a fresh one shows", len(told))
	}
}
