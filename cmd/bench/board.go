package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/viewtest"
)

const (
	boardName  = "200 rows of the board, rendered"
	boardRatio = 4
)

func boardBenches() []bench {
	return []bench{{boardName, measureBoard}, {unchangedName + ", and first load", measureServed}}
}

// boardRows are the rows of a board of 200 alerts, which grow with the alerts; what stands around them
// does not.
func boardRows() ([]component.AlertRowVM, error) {
	rows := viewtest.Rows(viewtest.Board200())
	if len(rows) != 200 {
		return nil, fmt.Errorf("the sample board has %d rows, not 200", len(rows))
	}
	return rows, nil
}

// renderRows writes the rows as the board does.
func renderRows(w io.Writer, rows []component.AlertRowVM) error {
	if _, err := io.WriteString(w, `<ol id="alerts">`); err != nil {
		return err
	}
	for i := range rows {
		if err := component.AlertRow(rows[i]).Render(context.Background(), w); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, `</ol>`)
	return err
}

// measureBoard renders the same rows with templ and with html/template.
func measureBoard(_ context.Context, g *ground) ([]Row, error) {
	rows, err := boardRows()
	if err != nil {
		return nil, err
	}
	t, err := newPeerRows()
	if err != nil {
		return nil, err
	}
	own := func(w io.Writer) error { return renderRows(w, rows) }
	peer := func(w io.Writer) error { return t.Execute(w, rows) }
	var mine, theirs bytes.Buffer
	if err := errors.Join(own(&mine), peer(&theirs)); err != nil {
		return nil, err
	}
	if err := sameHTML(mine.Bytes(), theirs.Bytes()); err != nil {
		return nil, err
	}
	var ours, peers []time.Duration
	for range g.size(9, 3) {
		a, err := rendersOf(g.size(100, 10), own)
		if err != nil {
			return nil, err
		}
		b, err := rendersOf(g.size(100, 10), peer)
		if err != nil {
			return nil, err
		}
		ours, peers = append(ours, a), append(peers, b)
	}
	a, b := median(ours), median(peers)
	row := Row{Name: boardName, Ours: millis(a), Beside: millis(b), BesideIs: "html/template, same rows"}
	return []Row{row.atLeast(float64(b)/float64(a), boardRatio)}, nil
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
