package component

import (
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/views/lang"
)

// FactVM is one number with its label and what it is compared with.
type FactVM struct {
	Label string
	// Value is what is shown large.
	Value string
	// Exp, when not empty, follows Value as a superscript ("× 10" and "−32").
	Exp string
	// Note is the comparison under the number.
	Note string
	// Tone colours the value where it crossed a cut-off: "ct", "ht", "mt",
	// "bt" or "".
	Tone string
	// Topic is what the number is, explained beside its label; "" for what its label says already.
	Topic Topic
	// Help is the anchor of the page that says how the number is computed; "" for none.
	Help string
}

// KeyValueVM is one line of a list of names and values.
type KeyValueVM struct {
	Key   string
	Value []Piece
	// Mono writes the value in the face of what one types.
	Mono bool
}

// EmptyVM says why there is nothing and what to do next.
type EmptyVM struct {
	Icon   string
	Title  string
	Line   []Piece
	Action *ButtonVM
}

// BannerVM is a strip under the top bar.
type BannerVM struct {
	// ID is optional; a live fragment needs one.
	ID string
	// Tone is "" (grey) or "bl" (blind). The critical tint belongs to "not
	// live" and the emergency stop ("bad").
	Tone string
	Icon string
	Bold string
	Text []Piece
	// Now, where set, is what the server's clock says: the browser's follows it.
	Now time.Time
}

// name is what the landmark is called by those who hear it.
func (b BannerVM) name(l lang.Lang) string {
	if b.Bold == "" {
		return l.T("Notice")
	}
	return strings.TrimRight(b.Bold, ".:")
}

// PagerVM leads to the next stretch of a list with a cursor. Empty links are
// not shown.
type PagerVM struct {
	FirstHref string
	NextHref  string
	// Shown says what is on the page: "50 entries, newest first".
	Shown string
}

// FormNoteVM is the answer to a form: what went wrong, or what was done.
type FormNoteVM struct {
	// Bad marks a refusal; it is announced at once.
	Bad  bool
	Text string
	// At is the id of the part of the page that shows it, "" for its head.
	At string
}

// In is the note where it belongs to the part of the page with this id, else nothing.
func (n FormNoteVM) In(id string) FormNoteVM {
	if n.At != id {
		return FormNoteVM{}
	}
	return n
}

// ProgressVM is a running backfill: a slim line under the banners.
type ProgressVM struct {
	// Title names what runs.
	Title string
	// Done and Total count the same unit; Total of 0 shows no bar.
	Done, Total int
	// Left is how long it goes on at its pace so far; 0 where that is not known.
	Left time.Duration
}

func (p ProgressVM) text(l lang.Lang) string {
	title := l.Said(p.Title)
	switch {
	case p.Total <= 0:
		return l.T("%s. The checks of the day go first.", title)
	case p.Left <= 0:
		return l.T("%s: %d of %d. The checks of the day go first.", title, p.Done, p.Total)
	}
	return l.T("%s: %d of %d, %s left. The checks of the day go first.", title, p.Done, p.Total, l.Age(p.Left))
}
