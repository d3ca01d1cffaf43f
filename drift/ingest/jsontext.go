package ingest

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// What is wrong with the form of JSON. These end a JSON array, and refuse a
// line of NDJSON.
const (
	faultEnd       = "it ends in the middle of an object"
	faultKey       = "expected a key in double quotes"
	faultColon     = "expected a colon after a key"
	faultComma     = "expected a comma or the end of the object"
	faultArray     = "expected a comma or the end of the array"
	faultValue     = "expected a value"
	faultNumber    = "a number is not written as JSON has it"
	faultControl   = "a control character stands in a text without being escaped"
	faultEscape    = "a backslash in a text is followed by something that JSON does not know"
	faultDepth     = "it is nested too deep"
	faultNotFinite = "NaN and Infinity are not JSON: leave the value out or use null"
)

// What is wrong with a text though its form is right; these refuse a row only.
const (
	badUTF8      = "is not valid UTF-8"
	badSurrogate = "contains half of a surrogate pair, which cannot be stored"
	badNUL       = "contains the character U+0000, which cannot be stored"
)

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\r' || b[i] == '\t') {
		i++
	}
	return i
}

// quoted is a JSON string found in a text: b[start:end] is between its quotes.
type quoted struct {
	start, end int
	escapes    bool
	ascii      bool
}

// scanString finds the end of the string whose opening quote is b[i].
func scanString(b []byte, i int) (q quoted, fault string) {
	i++
	q.start, q.ascii = i, true
	for {
		for ; i+8 <= len(b); i += 8 {
			w := binary.LittleEndian.Uint64(b[i:])
			if m := special(w) | w&everyHigh; m != 0 {
				i += bits.TrailingZeros64(m) / 8
				break
			}
		}
		if i >= len(b) {
			return q, faultEnd
		}
		switch c := b[i]; {
		case c == '"':
			q.end = i
			return q, ""
		case c == '\\':
			q.escapes = true
			i++ // what follows is judged in decoding; a quote there is no end
		case c < ' ':
			return q, faultControl
		case c >= utf8.RuneSelf:
			q.ascii = false
		}
		i++
	}
}

// appendDecoded decodes the escapes of s, the inside of a string.
func appendDecoded(dst, s []byte) (decoded []byte, bad, fault string) {
	for i := 0; i < len(s); {
		c := s[i]
		if c != '\\' {
			dst = append(dst, c)
			i++
			continue
		}
		if i+1 >= len(s) {
			return dst, bad, faultEscape
		}
		i += 2
		switch s[i-1] {
		case '"', '\\', '/':
			dst = append(dst, s[i-1])
		case 'n':
			dst = append(dst, '\n')
		case 't':
			dst = append(dst, '\t')
		case 'r':
			dst = append(dst, '\r')
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'u':
			r := hex4(s, i)
			if r < 0 {
				return dst, bad, faultEscape
			}
			i += 4
			if utf16.IsSurrogate(r) {
				low := rune(-1)
				if i+6 <= len(s) && s[i] == '\\' && s[i+1] == 'u' {
					low = hex4(s, i+2)
				}
				if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
					bad = badSurrogate
				} else {
					i += 6
				}
			}
			dst = utf8.AppendRune(dst, r)
		default:
			return dst, bad, faultEscape
		}
	}
	return dst, bad, ""
}

// hex4 reads four hexadecimal digits at i, or gives -1.
func hex4(s []byte, i int) rune {
	if i+4 > len(s) {
		return -1
	}
	var r rune
	for _, c := range s[i : i+4] {
		switch {
		case isDigit(c):
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}

// unquote gives the decoded inside of a string that scanString found: of b
// itself where it can, else in memory of the row.
func (r *row) unquote(b []byte, q quoted) (s []byte, bad, fault string) {
	s = b[q.start:q.end]
	if q.escapes {
		start := len(r.decoded)
		r.decoded, bad, fault = appendDecoded(r.decoded, s)
		s = r.decoded[start:]
	}
	if !q.ascii && bad == "" && !utf8.Valid(s) {
		bad = badUTF8
	}
	return s, bad, fault
}
