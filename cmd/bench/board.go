package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/driftwatch/driftwatch/views/viewtest"
)

const (
	boardName  = "board of 200 alerts, rendered"
	boardRatio = 4
)

func boardBenches() []bench {
	return []bench{{boardName, measureBoard}, {unchangedName + ", and first load", measureServed}}
}

// boardCase is the board of 200 alerts in its page.
func boardCase() (viewtest.Case, error) {
	for _, c := range viewtest.BoardCases() {
		if c.Name == "board-200" {
			return c, nil
		}
	}
	return viewtest.Case{}, errors.New("there is no board of 200 alerts among the samples")
}

// measureBoard renders the same page with templ and with html/template.
func measureBoard(_ context.Context, g *ground) ([]Row, error) {
	c, err := boardCase()
	if err != nil {
		return nil, err
	}
	t, data, err := newPeerPage(c.Shell, viewtest.Board200())
	if err != nil {
		return nil, err
	}
	var mine, theirs bytes.Buffer
	if err := errors.Join(c.Render(&mine), t.Execute(&theirs, data)); err != nil {
		return nil, err
	}
	if err := sameHTML(mine.Bytes(), theirs.Bytes()); err != nil {
		return nil, err
	}
	var ours, peers []time.Duration
	for range g.size(9, 3) {
		own, err := rendersOf(g.size(100, 10), c.Render)
		if err != nil {
			return nil, err
		}
		peer, err := rendersOf(g.size(100, 10), func(w io.Writer) error { return t.Execute(w, data) })
		if err != nil {
			return nil, err
		}
		ours, peers = append(ours, own), append(peers, peer)
	}
	own, peer := median(ours), median(peers)
	row := Row{Name: boardName, Ours: millis(own), Beside: millis(peer), BesideIs: "html/template, same page"}
	return []Row{row.atLeast(float64(peer)/float64(own), boardRatio)}, nil
}

// rendersOf is how long one of n renders takes.
func rendersOf(n int, render func(io.Writer) error) (time.Duration, error) {
	var b bytes.Buffer
	began := time.Now()
	for range n {
		b.Reset()
		if err := render(&b); err != nil {
			return 0, fmt.Errorf("render the board: %w", err)
		}
	}
	return time.Since(began) / time.Duration(n), nil
}
