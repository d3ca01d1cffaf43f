package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/driftwatch/driftwatch/drift"
)

const (
	rollbackName  = "rollback clicked → every follower of two servers knows, the slowest"
	rollbackLimit = time.Second
	// followerToken is how many followers share a token, which may have so many requests in flight.
	followerToken = 50
)

func rollbackBenches() []bench { return []bench{{rollbackName, measureRollback}} }

// measureRollback lets programs follow the active version by long poll, half of them at another
// server than the one that is asked to roll back, and measures from the request until the last of
// them has the other version's name in hand.
func measureRollback(ctx context.Context, g *ground) (rows []Row, err error) {
	l, err := g.loop(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, l.end()) }()
	var slowest, answered []time.Duration
	for range g.size(20, 4) {
		last, click, err := l.rollBack(ctx)
		if err != nil {
			return nil, err
		}
		slowest, answered = append(slowest, last), append(answered, click)
	}
	worst := time.Duration(0)
	for _, d := range slowest {
		worst = max(worst, d)
	}
	row := Row{
		Name: rollbackName, Ours: millis(worst),
		Note: fmt.Sprintf("%d rollbacks, %d followers, median of the slowest %s; the click itself was answered in %s", len(slowest), len(l.followers), millis(median(slowest)), millis(median(answered))),
	}
	return []Row{row.within(millis(rollbackLimit))}, nil
}

// loop is two servers and a model of theirs that was retrained, with programs that follow it.
type loop struct {
	g         *ground
	dsn       string
	endDB     func() error
	servers   []*server
	manager   string // a token
	versions  [2]string
	serving   int // which of them serves
	followers []follower
	client    *http.Client
}

// follower is a program that asks a server what serves.
type follower struct{ url, token string }

func (g *ground) loop(ctx context.Context) (l *loop, err error) {
	l = &loop{g: g, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1000}}}
	if _, l.dsn, l.endDB, err = g.open(ctx, "bench_rollback", 2); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.end())
		}
	}()
	if _, err = g.run(ctx, l.dsn, retrainable(1000), "import", "predictions", "--strict", "-"); err != nil {
		return nil, err
	}
	for range 2 {
		s, err := g.serve(ctx, l.dsn)
		if err != nil {
			return nil, err
		}
		l.servers = append(l.servers, s)
	}
	if l.manager, err = g.run(ctx, l.dsn, "", "token", "add", "manager", "--role", "manager"); err != nil {
		return nil, err
	}
	for i := range g.size(4, 2) {
		token, err := g.run(ctx, l.dsn, "", "token", "add", fmt.Sprintf("followers-%d", i), "--role", "ingest")
		if err != nil {
			return nil, err
		}
		for range g.size(followerToken, 5) {
			l.followers = append(l.followers, follower{url: l.servers[i%2].url, token: token})
		}
	}
	return l, l.retrain(ctx)
}

func (l *loop) end() error {
	var err error
	for _, s := range l.servers {
		err = errors.Join(err, s.stop())
	}
	return errors.Join(err, l.endDB())
}

// retrainable is a log of a model that guesses, while one of its features knows better.
func retrainable(n int) string {
	var b strings.Builder
	b.WriteString("prediction_id,tenant,model_type,model_version,created_at,score,predicted,actual,crowd\n")
	r := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		crowd, score := r.Float64(), r.Float64()
		actual := 0
		if (crowd > 0.5) != (r.Float64() < 0.1) {
			actual = 1
		}
		at := time.Now().UTC().Add(-50*24*time.Hour + time.Duration(i)*time.Hour)
		fmt.Fprintf(&b, "r%d,bench,%s,first,%s,%.4f,%t,%d,%.6f\n", i, drift.ConflictPredictor, at.Format(time.RFC3339), score, score >= 0.5, actual, crowd)
	}
	return b.String()
}

// retrain asks for a version of our own, approves it and waits until it serves.
func (l *loop) retrain(ctx context.Context) error {
	asker, err := l.g.run(ctx, l.dsn, "", "token", "add", "asker", "--role", "operator")
	if err != nil {
		return err
	}
	var r struct {
		ID               int64
		Version          int
		State            drift.RetrainState
		ParentVersion    string `json:"parent_version"`
		CandidateVersion string `json:"candidate_version"`
		Note             string
	}
	if err := l.ask(ctx, http.MethodPost, l.model("/retrain"), asker, map[string]any{"tenant": "bench", "reason": "it guesses"}, &r); err != nil {
		return err
	}
	at := fmt.Sprintf("%s/api/v1/retrains/%d", l.servers[0].url, r.ID)
	if err := l.ask(ctx, http.MethodPost, at+"/approve", l.manager, map[string]any{"version": r.Version, "reason": "go"}, &r); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for r.State != drift.RetrainWatching {
		if r.State.Ended() {
			return fmt.Errorf("the retrain ended: %s: %s", r.State, r.Note)
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
		if err := l.ask(ctx, http.MethodGet, at, l.manager, nil, &r); err != nil {
			return err
		}
	}
	l.versions, l.serving = [2]string{r.ParentVersion, r.CandidateVersion}, 1
	return nil
}

func (l *loop) model(path string) string {
	return l.servers[0].url + "/api/v1/models/" + drift.ConflictPredictor + path
}

// ask sends a request as a program and reads its answer, which must be of the 200s.
func (l *loop) ask(ctx context.Context, method, address, token string, body, answer any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode request: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(text))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := l.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s: %.300s", method, address, resp.Status, got)
	}
	return json.Unmarshal(got, answer)
}

// rollBack makes the other version serve, and says after how long the last follower knew and after
// how long the request was answered.
func (l *loop) rollBack(ctx context.Context) (last, click time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	from, to := l.versions[l.serving], l.versions[1-l.serving]
	tags := make([]string, len(l.followers))
	all, gctx := errgroup.WithContext(ctx)
	for i, f := range l.followers { // each knows what serves now
		all.Go(func() (err error) { tags[i], err = l.follow(gctx, f, "", from); return err })
	}
	if err := all.Wait(); err != nil {
		return 0, 0, err
	}
	known := make([]time.Time, len(l.followers))
	all, gctx = errgroup.WithContext(ctx)
	for i, f := range l.followers {
		all.Go(func() (err error) {
			_, err = l.follow(gctx, f, tags[i], to)
			known[i] = time.Now()
			return err
		})
	}
	// All of them wait by then; one that does not would be told sooner, not later.
	if err := pause(ctx, 300*time.Millisecond); err != nil {
		return 0, 0, err
	}
	began := time.Now()
	var done any
	body := map[string]any{"tenant": "bench", "reason": "measured", "to": to}
	if err := l.ask(ctx, http.MethodPost, l.model("/rollback"), l.manager, body, &done); err != nil {
		return 0, 0, err
	}
	click = time.Since(began)
	if err := all.Wait(); err != nil {
		return 0, 0, err
	}
	for _, at := range known {
		last = max(last, at.Sub(began))
	}
	l.serving = 1 - l.serving
	return last, click, nil
}

// follow asks what serves, waiting until it is another than the one of the tag, and returns its tag.
func (l *loop) follow(ctx context.Context, f follower, tag, want string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.url+"/api/v1/models/"+drift.ConflictPredictor+"/active?tenant=bench&wait=30", nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+f.token)
	if tag != "" {
		req.Header.Set("If-None-Match", tag)
	}
	resp, err := l.client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var v struct{ Version string }
	if err := json.NewDecoder(resp.Body).Decode(&v); err != nil {
		return "", fmt.Errorf("a follower is answered %s: %w", resp.Status, err)
	}
	if v.Version != want {
		return "", fmt.Errorf("a follower is told that %q serves (%s), want %q", v.Version, resp.Status, want)
	}
	return resp.Header.Get("ETag"), nil
}
