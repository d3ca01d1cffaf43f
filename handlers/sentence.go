package handlers

import (
	"strings"

	"github.com/driftwatch/driftwatch/views/component"
)

// slot stands in a sentence for its nth piece, from 0, which is a time or a link: filled puts it there.
// Languages order their sentences differently, so that a sentence is translated as a whole.
func slot(n int) string { return "\x00" + string(rune('0'+n)) }

// filled is a translated sentence with its pieces in their places.
func filled(sentence string, pieces ...component.Piece) []component.Piece {
	var out []component.Piece
	for i, part := range strings.Split(sentence, "\x00") {
		if i > 0 {
			out, part = append(out, pieces[part[0]-'0']), part[1:]
		}
		if part != "" {
			out = append(out, component.Piece{Text: part})
		}
	}
	return out
}
