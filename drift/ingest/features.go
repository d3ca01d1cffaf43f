package ingest

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf8"
)

// feature is a further column of a row.
type feature struct {
	name  []byte // decoded
	value []byte // as JSON, canonical; nil where it is absent
}

// sortFeatures puts a row's features in the order of their names and refuses
// the row where one comes twice.
func (r *row) sortFeatures() {
	for i := 1; i < len(r.features); i++ {
		if bytes.Compare(r.features[i-1].name, r.features[i].name) < 0 {
			continue
		}
		slices.SortFunc(r.features, func(a, b feature) int { return bytes.Compare(a.name, b.name) })
		break
	}
	for i := 1; i < len(r.features); i++ {
		if bytes.Equal(r.features[i-1].name, r.features[i].name) {
			r.twice(r.features[i].name)
			return
		}
	}
}

func (r *row) twice(name []byte) {
	r.refuse(columnName(name), "the key %s comes twice", excerpt(name))
}

// appendFeatures writes a row's features as one JSON object, nothing where
// there are none.
func (r *row) appendFeatures(dst []byte) []byte {
	if len(r.features) > MaxFeatures {
		r.refuse("", "there are %d features; at most %d are allowed", len(r.features), MaxFeatures)
		return dst
	}
	start := len(dst)
	open := byte('{')
	for _, f := range r.features {
		if f.value == nil {
			continue
		}
		dst = append(dst, open)
		open = ','
		dst = appendString(dst, f.name)
		dst = append(dst, ':')
		dst = append(dst, f.value...)
	}
	if len(dst) == start {
		return dst
	}
	dst = append(dst, '}')
	if n := len(dst) - start; n > MaxFeatureBytes {
		r.refuse("", "the features are %d bytes as JSON; at most %d are allowed", n, MaxFeatureBytes)
	}
	return dst
}

// featureNameFault says what is wrong with the name of a feature.
func featureNameFault(name []byte) string {
	switch {
	case len(name) == 0:
		return "a feature has an empty name"
	case len(name) > MaxFeatureName:
		return "a feature's name is longer than allowed"
	}
	if fault := nameFault(name); fault != "" {
		return "the name of a feature " + fault
	}
	return ""
}

// encodeField gives a CSV field as JSON.
func (r *row) encodeField(name string, b []byte) []byte {
	if c := b[0]; (c == '-' || isDigit(c)) && scanNumber(b, 0) == len(b) {
		if !numberFits(b) {
			r.refuse(name, "%s is %s; that number is too large or too long", name, excerpt(b))
		}
		return b
	}
	if fault := textFault(b); fault != "" {
		r.refuse(name, "%s %s", name, fault)
		return nil
	}
	start := len(r.encoded)
	r.encoded = appendString(r.encoded, b)
	return r.encoded[start:]
}

// numberFits reports whether a JSON number is one to store and work with.
func numberFits(b []byte) bool {
	if len(b) < 100 && bytes.IndexByte(b, 'e') < 0 && bytes.IndexByte(b, 'E') < 0 {
		return true
	}
	d, ok := scanDecimal(b)
	return ok && d.fits()
}

// columnName is the name of a column as an error gives it.
func columnName(name []byte) string {
	if len(name) > MaxFeatureName || !utf8.Valid(name) {
		return excerpt(name)
	}
	return string(name)
}

// textFault says what keeps a text out of PostgreSQL.
func textFault(b []byte) string {
	if bytes.IndexByte(b, 0) >= 0 {
		return badNUL
	}
	if !utf8.Valid(b) {
		return badUTF8
	}
	return ""
}

const hexDigits = "0123456789abcdef"

// appendString writes valid UTF-8 as a JSON string with no escape but those
// that JSON demands.
func appendString(dst, s []byte) []byte {
	dst = append(dst, '"')
	for {
		n := plainLen(s)
		dst = append(dst, s[:n]...)
		if n == len(s) {
			return append(dst, '"')
		}
		switch c := s[n]; c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		s = s[n+1:]
	}
}

// plainLen counts the bytes before the first that a JSON string must escape.
func plainLen(s []byte) int {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		if m := special(binary.LittleEndian.Uint64(s[i:])); m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
	}
	for i < len(s) && s[i] >= ' ' && s[i] != '"' && s[i] != '\\' {
		i++
	}
	return i
}

const (
	everyByte = 0x0101010101010101
	everyHigh = 0x8080808080808080
)

// special marks, in eight bytes at once, the high bit of each that ends the
// plain part of a JSON string: a control character, a quote or a backslash.
// Only the lowest mark is exact, a borrow may spoil those above it.
func special(w uint64) uint64 {
	quote := w ^ '"'*everyByte
	backslash := w ^ '\\'*everyByte
	return ((w-' '*everyByte)&^w | (quote-everyByte)&^quote | (backslash-everyByte)&^backslash) & everyHigh
}
