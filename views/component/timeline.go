package component

import (
	"time"
	"unicode"
)

// TimelineVM is one thing that happened, newest first in its list.
type TimelineVM struct {
	// Icon is the name of an icon; where ShowMark is set the mark of Severity
	// stands instead, and where Initials is set the person's.
	Icon     string
	ShowMark bool
	Severity Severity
	Initials string
	// Text is the sentence: actor bold, then the verb.
	Text []Piece
	// Note is what the person wrote.
	Note string
	At   time.Time
}

// Initials are the first letters of the first and the last word of a name,
// dots and dashes counting as spaces: "a.rossi" is "AR".
func Initials(name string) string {
	var out []rune
	start := true
	for _, r := range name {
		if r == ' ' || r == '.' || r == '-' || r == '_' || r == '@' {
			if r == '@' {
				break
			}
			start = true
			continue
		}
		if start {
			out = append(out, unicode.ToUpper(r))
			start = false
		}
	}
	switch len(out) {
	case 0:
		return "?"
	case 1:
		return string(out)
	}
	return string([]rune{out[0], out[len(out)-1]})
}
