package logistic

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// kind is what a feature holds in one row.
type kind uint8

const (
	missing kind = iota
	number
	flag // true or false, which counts as 1 or 0
	text
)

// value is one feature of one row.
type value struct {
	kind kind
	num  float64 // of a number or a flag
	text []byte
}

// parseValue reads one valid JSON value. Missing are null, the empty text, a number too large for
// a float64, and lists and objects, of which a linear model can make nothing.
func parseValue(b []byte) value {
	switch b[0] {
	case '"':
		if s := unquote(b); len(s) > 0 {
			return value{kind: text, text: s}
		}
	case 't':
		return value{kind: flag, num: 1}
	case 'f':
		return value{kind: flag}
	case 'n', '[', '{':
	default:
		if f, err := strconv.ParseFloat(string(b), 64); err == nil {
			return value{kind: number, num: f + 0} // minus zero is zero
		}
	}
	return value{}
}

// levelText is how a value is told from the others of a categorical feature.
func (v value) levelText() []byte {
	switch v.kind {
	case number:
		return strconv.AppendFloat(nil, v.num, 'g', -1, 64)
	case flag:
		return strconv.AppendBool(nil, v.num == 1)
	default:
		return v.text
	}
}

// unquote returns the text of a valid JSON string.
func unquote(b []byte) []byte {
	inner := b[1 : len(b)-1]
	for _, c := range inner {
		if c == '\\' || c >= 0x80 {
			var s string
			if json.Unmarshal(b, &s) != nil {
				return nil
			}
			return []byte(strings.ToValidUTF8(s, "\uFFFD"))
		}
	}
	return inner
}

// members calls visit with each key, unquoted, and value of a valid JSON object. It reports
// whether b is an object at all.
func members(b []byte, visit func(key, value []byte) error) (bool, error) {
	b = bytes.TrimSpace(b)
	if len(b) == 0 || b[0] != '{' {
		return false, nil
	}
	for i := skipSpace(b, 1); b[i] != '}'; {
		end := valueEnd(b, i)
		key := unquote(b[i:end])
		i = skipSpace(b, skipSpace(b, end)+1) // past the colon
		end = valueEnd(b, i)
		if err := visit(key, b[i:end]); err != nil {
			return true, err
		}
		if i = skipSpace(b, end); b[i] == ',' {
			i = skipSpace(b, i+1)
		}
	}
	return true, nil
}

func skipSpace(b []byte, i int) int {
	for b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r' {
		i++
	}
	return i
}

// valueEnd returns the index behind the value that begins at i, in valid JSON.
func valueEnd(b []byte, i int) int {
	switch b[i] {
	case '"':
		for i++; b[i] != '"'; i++ {
			if b[i] == '\\' {
				i++
			}
		}
		return i + 1
	case '{', '[':
		for depth := 0; ; i++ {
			switch b[i] {
			case '"':
				i = valueEnd(b, i) - 1
			case '{', '[':
				depth++
			case '}', ']':
				depth--
			}
			if depth == 0 {
				return i + 1
			}
		}
	}
	for i < len(b) && !bytes.ContainsRune([]byte(",}] \t\r\n"), rune(b[i])) {
		i++
	}
	return i
}
