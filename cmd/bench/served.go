package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
)

const (
	unchangedName  = "board of 200 alerts, unchanged"
	unchangedRatio = 10
	weightName     = "board of 200 alerts, first load"
	weightLimit    = 60_000 // bytes over the wire
	scriptName     = "board of 200 alerts, first load: scripts"
	scriptLimit    = 20_000 // bytes, compressed, without heads
)

// measureServed asks the real server for its board.
func measureServed(ctx context.Context, g *ground) (rows []Row, err error) {
	n, err := g.noc(ctx, "bench_board")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.end()) }()
	b := &boardReader{n: n, client: &http.Client{Transport: &http.Transport{DisableCompression: true}}}
	unchanged, err := b.unchanged(ctx)
	if err != nil {
		return nil, err
	}
	weight, err := b.weigh(ctx)
	return append(unchanged, weight...), err
}

// boardReader reads pages as the person signed in, over one connection.
type boardReader struct {
	n      *noc
	client *http.Client
}

// get answers with the status, the entity tag, the body, and all that came over the wire.
func (b *boardReader) get(ctx context.Context, path, tag string, packed bool) (a answer, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.n.server.url+path, nil)
	if err != nil {
		return a, err
	}
	req.AddCookie(b.n.cookie)
	req.Header.Set("Accept", "text/html,*/*")
	if tag != "" {
		req.Header.Set("If-None-Match", tag)
	}
	if packed { // as Chromium asks over TLS and on its own machine
		req.Header.Set("Accept-Encoding", "gzip, deflate, br, zstd")
	}
	began := time.Now()
	resp, err := b.client.Do(req)
	if err != nil {
		return a, err
	}
	defer resp.Body.Close()
	if a.body, err = io.ReadAll(resp.Body); err != nil {
		return a, err
	}
	a.took = time.Since(began)
	a.status, a.tag = resp.StatusCode, resp.Header.Get("ETag")
	if a.status != http.StatusOK && a.status != http.StatusNotModified {
		return a, fmt.Errorf("GET %s: %s: %.300s", path, resp.Status, a.body)
	}
	head, err := httputil.DumpResponse(resp, false)
	a.wire = len(head) + len(a.body)
	return a, err
}

type answer struct {
	status int
	tag    string
	body   []byte
	wire   int
	took   time.Duration
}

// unchanged compares a board that nothing has changed since with one that is rendered anew because
// something has, both read by one reader after another, not compressed.
func (b *boardReader) unchanged(ctx context.Context) ([]Row, error) {
	ws, err := b.n.socket(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = ws.CloseNow() }()
	var fresh, kept, same []time.Duration
	for range b.n.g.size(60, 5) {
		if err := b.change(ctx, ws); err != nil {
			return nil, err
		}
		first, err := b.get(ctx, "/", "", false)
		if err != nil {
			return nil, err
		}
		if got := bytes.Count(first.body, []byte(`<li class="al"`)); got != openAlerts {
			return nil, fmt.Errorf("%d alerts stand on the board, want %d", got, openAlerts)
		}
		fresh = append(fresh, first.took)
		for range 10 {
			again, err := b.get(ctx, "/", "", false)
			if err != nil {
				return nil, err
			}
			kept = append(kept, again.took)
			// The tag changes with the clock; what is asked for with an old one is no sample.
			a, err := b.get(ctx, "/", again.tag, false)
			if err != nil {
				return nil, err
			}
			if a.status == http.StatusNotModified {
				same = append(same, a.took)
			}
		}
	}
	if len(same) == 0 {
		return nil, errors.New("the server never answers 304")
	}
	own, peer := median(same), median(fresh)
	row := Row{
		Name: unchangedName, Ours: millis(own), Beside: millis(peer), BesideIs: "the same request after a change: read and rendered anew",
		Note: fmt.Sprintf("304 by ETag, one reader; sent again from bytes in %s", millis(median(kept))),
	}
	return []Row{row.atLeast(float64(peer)/float64(own), unchangedRatio)}, nil
}

// change lets something happen that is on no board, and waits until the server has told of it.
func (b *boardReader) change(ctx context.Context, ws *websocket.Conn) error {
	err := b.n.db.InTx(ctx, drift.SystemActor(), func(tx *store.Tx) error {
		tx.Emit(drift.Event{Type: drift.EventCheckCompleted})
		return nil
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		f, err := readFrame(ctx, ws)
		if err != nil || f.Type == string(drift.EventCheckCompleted) {
			return err
		}
	}
}

var assets = regexp.MustCompile(`(?:href|src)="(/static/[^"]+)"`)

// weigh adds up all that a browser fetches that was never here, heads included.
func (b *boardReader) weigh(ctx context.Context) ([]Row, error) {
	plain, err := b.get(ctx, "/", "", false)
	if err != nil {
		return nil, err
	}
	page, err := b.get(ctx, "/", "", true)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, m := range assets.FindAllSubmatch(plain.body, -1) {
		files = append(files, string(m[1]))
	}
	slices.Sort(files)
	files = slices.Compact(files)
	if len(files) < 3 {
		return nil, fmt.Errorf("the board names %d files only", len(files))
	}
	total, scripts := page.wire, 0
	for _, f := range files {
		a, err := b.get(ctx, f, "", true)
		if err != nil {
			return nil, err
		}
		total += a.wire
		if strings.HasSuffix(f, ".js") {
			scripts += len(a.body)
		}
	}
	row := Row{
		Name: weightName, Ours: Quantity{float64(total), "bytes"},
		Note: fmt.Sprintf("page %s, %d files %s, heads included", Quantity{float64(page.wire), "bytes"}, len(files), Quantity{float64(total - page.wire), "bytes"}),
	}
	script := Row{Name: scriptName, Ours: Quantity{float64(scripts), "bytes"}, Note: "compressed"}
	return []Row{row.within(Quantity{weightLimit, "bytes"}), script.within(Quantity{scriptLimit, "bytes"})}, nil
}
