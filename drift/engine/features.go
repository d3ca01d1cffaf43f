package engine

import (
	"encoding/json"
	"maps"
	"slices"
)

// featureNames are the names that any row's features have.
type featureNames map[string]bool

func (f featureNames) sorted() []string { return slices.Sorted(maps.Keys(f)) }

// add notes the names in one row's features, valid JSON from the database. It looks at the outermost
// object's names alone and decodes no value: a log has millions of rows, and the same few names.
func (f featureNames) add(object json.RawMessage) {
	depth, name := 0, false
	for i := 0; i < len(object); i++ {
		switch object[i] {
		case '{', '[':
			depth++
			name = depth == 1
		case '}', ']':
			depth--
		case ',':
			name = depth == 1
		case '"':
			end := closing(object, i)
			if name && !f[string(object[i+1:end])] {
				f.put(object[i : end+1])
			}
			name, i = false, end
		}
	}
}

// closing is where the text that begins at i ends.
func closing(object []byte, i int) int {
	for i++; i < len(object)-1 && object[i] != '"'; i++ {
		if object[i] == '\\' {
			i++
		}
	}
	return min(i, len(object)-1)
}

func (f featureNames) put(quoted []byte) {
	var name string
	if json.Unmarshal(quoted, &name) == nil {
		f[name] = true
	}
}
