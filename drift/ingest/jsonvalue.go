package ingest

import (
	"bytes"
	"slices"
)

// compact reads any JSON value and gives its canonical form: nil for null and
// for an empty text. What cannot be stored refuses the row under its key.
func (r *row) compact(b []byte, i int, key []byte) (value []byte, end int, fault string) {
	switch b[i] {
	case '"':
		q, fault := scanString(b, i)
		if fault != "" {
			return nil, i, fault
		}
		if q.start == q.end {
			return nil, q.end + 1, ""
		}
		if q.ascii && !q.escapes {
			return b[i : q.end+1], q.end + 1, ""
		}
		start := len(r.encoded)
		if fault = r.appendText(b, q, key); fault != "" {
			return nil, i, fault
		}
		return r.encoded[start:], q.end + 1, ""
	case '{', '[':
		start := len(r.encoded)
		end, fault = r.appendNested(b, i, key, 1)
		return r.encoded[start:], end, fault
	}
	end, kind, fault := scanBare(b, i)
	if kind == null {
		return nil, end, fault
	}
	value = b[i:end]
	if kind == number && fault == "" {
		r.checkNumber(value, key)
	}
	return value, end, fault
}

func (r *row) checkNumber(b, key []byte) {
	if !numberFits(b) {
		r.refuse(columnName(key), "%s holds the number %s; that is too large or too long", excerpt(key), excerpt(b))
	}
}

// appendText writes a string in its canonical form.
func (r *row) appendText(b []byte, q quoted, key []byte) (fault string) {
	s, bad, fault := r.unquote(b, q)
	if fault != "" {
		return fault
	}
	if bad == "" && q.escapes && bytes.IndexByte(s, 0) >= 0 {
		bad = badNUL
	}
	if bad != "" {
		r.refuse(columnName(key), "%s %s", excerpt(key), bad)
	}
	r.encoded = appendString(r.encoded, s)
	return ""
}

// appendNested writes an object or array, its values in their order and
// without white space.
func (r *row) appendNested(b []byte, i int, key []byte, depth int) (end int, fault string) {
	if depth > MaxDepth {
		return i, faultDepth
	}
	isObject := b[i] == '{'
	closing, missing := byte(']'), faultArray
	if isObject {
		closing, missing = '}', faultComma
	}
	mark := len(r.keys)
	r.encoded = append(r.encoded, b[i])
	i = skipSpace(b, i+1)
	for first := true; ; first = false {
		if i >= len(b) {
			return i, faultEnd
		}
		if b[i] == closing && first {
			break
		}
		if isObject {
			if i, fault = r.appendKey(b, i, key); fault != "" {
				return i, fault
			}
		}
		if i, fault = r.appendValue(b, i, key, depth); fault != "" {
			return i, fault
		}
		if i = skipSpace(b, i); i >= len(b) {
			return i, faultEnd
		}
		if b[i] == closing {
			break
		}
		if b[i] != ',' {
			return i, missing
		}
		r.encoded = append(r.encoded, ',')
		i = skipSpace(b, i+1)
	}
	r.encoded = append(r.encoded, closing)
	if twice := findTwice(r.keys[mark:]); twice != nil {
		r.refuse(columnName(key), "in %s the key %s comes twice", excerpt(key), excerpt(twice))
	}
	r.keys = r.keys[:mark]
	return i + 1, ""
}

// appendKey writes a key of a nested object and its colon, and gives the
// position of the value.
func (r *row) appendKey(b []byte, i int, key []byte) (end int, fault string) {
	if b[i] != '"' {
		return i, faultKey
	}
	q, fault := scanString(b, i)
	if fault != "" {
		return i, fault
	}
	before := len(r.encoded)
	if fault = r.appendText(b, q, key); fault != "" {
		return i, fault
	}
	if i = skipSpace(b, q.end+1); i >= len(b) {
		return i, faultEnd
	}
	if b[i] != ':' {
		return i, faultColon
	}
	// Canonical text: equal keys are equal bytes, whatever their escapes were.
	// The bytes stay as they are until the row's end, wherever encoded grows to.
	r.keys = append(r.keys, r.encoded[before+1:len(r.encoded)-1])
	r.encoded = append(r.encoded, ':')
	return skipSpace(b, i+1), ""
}

// appendValue writes a value inside an object or array.
func (r *row) appendValue(b []byte, i int, key []byte, depth int) (end int, fault string) {
	if i >= len(b) {
		return i, faultEnd
	}
	switch b[i] {
	case '{', '[':
		return r.appendNested(b, i, key, depth+1)
	case '"':
		q, fault := scanString(b, i)
		if fault != "" {
			return i, fault
		}
		if fault = r.appendText(b, q, key); fault != "" {
			return i, fault
		}
		return q.end + 1, ""
	}
	end, kind, fault := scanBare(b, i)
	if fault == "" && kind == number {
		r.checkNumber(b[i:end], key)
	}
	r.encoded = append(r.encoded, b[i:end]...)
	return end, fault
}

// findTwice gives a key that comes twice, or nil. It reorders the keys.
func findTwice(keys [][]byte) []byte {
	slices.SortFunc(keys, bytes.Compare)
	for i := 1; i < len(keys); i++ {
		if bytes.Equal(keys[i-1], keys[i]) {
			return keys[i]
		}
	}
	return nil
}
