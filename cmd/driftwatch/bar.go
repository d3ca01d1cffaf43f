package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// bar draws progress on a terminal and stays silent elsewhere.
type bar struct {
	w     io.Writer
	unit  string
	drawn time.Time
	on    bool
	width int
}

// barEvery is how often the bar is drawn anew.
const barEvery = 100 * time.Millisecond

func newBar(w io.Writer, unit string) *bar {
	f, ok := w.(*os.File)
	return &bar{w: w, unit: unit, on: ok && term.IsTerminal(int(f.Fd()))}
}

// set draws how far a stage is; a total of 0 is not known.
func (b *bar) set(stage string, done, total int) {
	if !b.on || (time.Since(b.drawn) < barEvery && done != total) {
		return
	}
	b.drawn = time.Now()
	line := fmt.Sprintf("%s %d %s", stage, done, b.unit)
	if total > 0 {
		const cells = 30
		full := cells * done / total
		line = fmt.Sprintf("%s [%s%s] %d of %d %s", stage, strings.Repeat("█", full), strings.Repeat("·", cells-full), done, total, b.unit)
	}
	pad := max(0, b.width-len([]rune(line)))
	b.width = len([]rune(line))
	fmt.Fprintf(b.w, "\r%s%s", line, strings.Repeat(" ", pad))
}

// end leaves the last state standing on its line.
func (b *bar) end() {
	if b.on && b.width > 0 {
		fmt.Fprintln(b.w)
	}
}
