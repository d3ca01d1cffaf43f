package component

import "time"

// Piece is one stretch of a sentence. Exactly one form is used: a time where
// At is set, a link where Href is set, else words.
type Piece struct {
	Text   string
	Strong bool
	// Mono writes Text as what one types; Title is its hover text, "" for none.
	Mono  bool
	Title string
	// Href makes the piece a link to a page of this server.
	Href string
	// At makes the piece a time, written in the form As; Text is not used.
	At time.Time
	As Moment
	// Now, where set, makes it how long before Now At was, and As is not used.
	Now time.Time
}

// Words is a sentence without times, links or bold.
func Words(s string) []Piece { return []Piece{{Text: s}} }

// At is a piece that is a time.
func At(t time.Time, as Moment) Piece { return Piece{At: t, As: as} }
