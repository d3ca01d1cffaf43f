package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// loadTenant is whom the load belongs to.
const loadTenant = "tenant-00"

// load is programs that send predictions and outcomes, and a ledger of what was answered.
type load struct {
	t     testing.TB
	home  *home
	token string
	today drift.Date
	acked atomic.Int64 // batches answered 2xx
	again atomic.Int64 // repeats of acknowledged batches, answered 2xx

	writers atomic.Int64 // how many there ever were: each has ids of its own

	mu      sync.Mutex
	batches []*sending
}

// sending is one batch: rows first to first+rows of a writer.
type sending struct {
	writer, first, rows int
	acked               bool // a request with these rows was answered 2xx
	tries               int
	outcomes            bool // outcomes of these rows were sent
	outcomesAcked       bool
}

func (s *sending) ids() (list []string) {
	for i := range s.rows {
		list = append(list, fmt.Sprintf("w%d-%06d", s.writer, s.first+i))
	}
	return list
}

// run writes with so many programs until ctx ends.
func (l *load) run(ctx context.Context, writers int) (wait func()) {
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() { l.write(ctx, int(l.writers.Add(1))) })
	}
	return wg.Wait
}

func (l *load) write(ctx context.Context, writer int) {
	rnd := rand.New(rand.NewPCG(uint64(writer), uint64(time.Now().UnixNano())))
	first := 0
	var mine []*sending
	for ctx.Err() == nil {
		b := &sending{writer: writer, first: first, rows: 20 + rnd.IntN(180)}
		first += b.rows
		l.mu.Lock()
		l.batches = append(l.batches, b)
		l.mu.Unlock()
		mine = append(mine, b)
		if rnd.IntN(5) == 0 { // before their predictions
			l.sendOutcomes(ctx, b)
		}
		for !l.sendPredictions(ctx, b) && ctx.Err() == nil && rnd.IntN(2) == 0 { // the others stay unanswered
			l.pause(ctx, 50*time.Millisecond)
		}
		other := mine[rnd.IntN(len(mine))]
		switch rnd.IntN(4) {
		case 0:
			l.sendPredictions(ctx, other)
		case 1:
			l.sendOutcomes(ctx, other)
		}
		l.pause(ctx, 10*time.Millisecond)
	}
}

func (l *load) pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// sendPredictions reports whether the server said that the rows are in.
func (l *load) sendPredictions(ctx context.Context, b *sending) bool {
	var body bytes.Buffer
	for _, id := range b.ids() {
		rowOf(id, l.today).prediction(&body, loadTenant)
	}
	l.mu.Lock()
	before, tries := b.acked, b.tries
	b.tries++
	l.mu.Unlock()
	res, ok := l.post(ctx, "predictions", body.Bytes())
	if !ok {
		return false
	}
	rows := int64(b.rows)
	switch {
	case res.Read != rows || res.Inserted+res.Duplicates != rows || res.Rejected != 0,
		before && res.Inserted != 0,
		tries == 0 && res.Duplicates != 0,
		res.Inserted != 0 && res.Duplicates != 0: // one transaction each
		l.t.Errorf("batch %+v, acknowledged before: %v, try %d: %+v", b, before, tries+1, res)
	}
	l.mu.Lock()
	b.acked = true
	l.mu.Unlock()
	l.acked.Add(1)
	if before {
		l.again.Add(1)
	}
	return true
}

func (l *load) sendOutcomes(ctx context.Context, b *sending) {
	var body bytes.Buffer
	for _, id := range b.ids() {
		rowOf(id, l.today).outcome(&body, loadTenant)
	}
	l.mu.Lock()
	b.outcomes = true
	l.mu.Unlock()
	if _, ok := l.post(ctx, "outcomes", body.Bytes()); ok {
		l.mu.Lock()
		b.outcomesAcked = true
		l.mu.Unlock()
	}
}

// post sends a log. No answer and 503 are what a program has to expect of a server that dies;
// everything else but 200 is a fault.
func (l *load) post(ctx context.Context, kind string, body []byte) (res drift.ImportResult, ok bool) {
	status, answer, err := l.home.call(context.WithoutCancel(ctx), http.MethodPost, "/api/v1/"+kind, l.token, body)
	switch {
	case err != nil || status == http.StatusServiceUnavailable:
		return res, false
	case status != http.StatusOK:
		l.t.Errorf("POST %s: %d %s", kind, status, answer)
		return res, false
	}
	if err := json.Unmarshal(answer, &res); err != nil {
		l.t.Errorf("POST %s: %v in %s", kind, err, answer)
		return res, false
	}
	return res, true
}

// call makes one request. An answer that breaks off is an error.
func (h *home) call(ctx context.Context, method, path, token string, body []byte) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, h.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	res, err := h.http.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	return res.StatusCode, answer, err
}

// counts sums the ledger up.
func (l *load) counts() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	rows, acked := 0, 0
	for _, b := range l.batches {
		rows += b.rows
		if b.acked {
			acked += b.rows
		}
	}
	return fmt.Sprintf("%d batches of %d rows sent, %d rows acknowledged, %d repeats acknowledged",
		len(l.batches), rows, acked, l.again.Load())
}

// checker runs `driftwatch run` beside the server, again and again, on changing dates, until ctx
// ends. That it fails while the database is away is allowed; that a command reports success without
// reports is not.
func (h *home) checker(ctx context.Context, today drift.Date) (wait func() (good, failed int)) {
	done := make(chan struct{})
	good, failed := 0, 0
	go func() {
		defer close(done)
		for i := 0; ctx.Err() == nil; i++ {
			job := []string{"statistical", "performance", "all", "outcomes"}[i%4]
			date := today.Add(-i % 3).String()
			p := h.start("", "run", job, "--date", date, "--json")
			select {
			case <-p.exited:
			case <-time.After(2 * time.Minute):
				h.t.Errorf("%s hangs:\n%s", p.name, p.log.String())
				p.kill()
				return
			}
			var answer struct {
				Reports []json.RawMessage `json:"reports"`
			}
			if p.cmd.ProcessState.ExitCode() != 0 {
				failed++
			} else if err := json.Unmarshal(p.out.Bytes(), &answer); err != nil || (job != "outcomes" && len(answer.Reports) == 0) {
				h.t.Errorf("%s answers %v %q", p.name, err, p.out.String())
			} else {
				good++
			}
			select {
			case <-ctx.Done():
			case <-time.After(200 * time.Millisecond):
			}
		}
	}()
	return func() (int, int) { <-done; return good, failed }
}

// operator acknowledges what is new, and at times resolves it, until ctx ends.
type operator struct {
	home  *home
	token string
	mu    sync.Mutex
	acked []ackedAlert
}

// ackedAlert is an acknowledgement that was answered with 200.
type ackedAlert struct {
	ID      int64 `json:"id"`
	Version int   `json:"version"`
}

func (o *operator) run(ctx context.Context) (wait func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			o.acknowledgeAll(context.WithoutCancel(ctx))
			select {
			case <-ctx.Done():
			case <-time.After(100 * time.Millisecond):
			}
		}
	}()
	return func() { <-done }
}

func (o *operator) acknowledgeAll(ctx context.Context) {
	status, answer, err := o.home.call(ctx, http.MethodGet, "/api/v1/alerts?status=NEW&status=ESCALATED", o.token, nil)
	if err != nil || status == http.StatusServiceUnavailable {
		return
	}
	var list struct {
		Items []ackedAlert `json:"items"`
	}
	if err := json.Unmarshal(answer, &list); err != nil || status != http.StatusOK {
		o.home.t.Errorf("alerts: %d %v %s", status, err, answer)
		return
	}
	for _, a := range list.Items {
		moved, ok := o.move(ctx, a, "acknowledge")
		if !ok {
			continue
		}
		o.mu.Lock()
		o.acked = append(o.acked, moved)
		n := len(o.acked)
		o.mu.Unlock()
		if n%5 == 0 { // what drifts on opens a new one
			o.move(ctx, moved, "resolve")
		}
	}
}

func (o *operator) move(ctx context.Context, a ackedAlert, move string) (moved ackedAlert, ok bool) {
	path := fmt.Sprintf("/api/v1/alerts/%d/%s", a.ID, move)
	status, answer, err := o.home.call(ctx, http.MethodPost, path, o.token, fmt.Appendf(nil, `{"version":%d,"note":"seen"}`, a.Version))
	allowed := []int{http.StatusOK, http.StatusConflict, http.StatusServiceUnavailable}
	if err == nil && !slices.Contains(allowed, status) {
		err = fmt.Errorf("%d %s", status, answer)
		o.home.t.Errorf("%s: %v", path, err)
	}
	if err == nil && status == http.StatusOK {
		err = json.Unmarshal(answer, &moved)
	} else {
		err = errors.New("not moved")
	}
	return moved, err == nil
}
