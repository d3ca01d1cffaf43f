package ingest

import "bytes"

// parseObject reads the JSON object that b begins with into the row and gives
// the position behind it, or what is wrong with its form.
func (r *row) parseObject(s *schema, b []byte) (end int, fault string) {
	i := skipSpace(b, 1)
	if i < len(b) && b[i] == '}' {
		return i + 1, ""
	}
	for {
		if i >= len(b) {
			return i, faultEnd
		}
		if i, fault = r.parseMember(s, b, i); fault != "" {
			return i, fault
		}
		i = skipSpace(b, i)
		if i >= len(b) {
			return i, faultEnd
		}
		switch b[i] {
		case ',':
			i = skipSpace(b, i+1)
		case '}':
			return i + 1, ""
		default:
			return i, faultComma
		}
	}
}

// parseMember reads one key and its value.
func (r *row) parseMember(s *schema, b []byte, i int) (end int, fault string) {
	if b[i] != '"' {
		return i, faultKey
	}
	q, fault := scanString(b, i)
	if fault != "" {
		return i, fault
	}
	key, bad, fault := r.unquote(b, q)
	if fault != "" {
		return i, fault
	}
	if i = skipSpace(b, q.end+1); i >= len(b) {
		return i, faultEnd
	} else if b[i] != ':' {
		return i, faultColon
	}
	if i = skipSpace(b, i+1); i >= len(b) {
		return i, faultEnd
	}
	if column := s.find(key); column >= 0 {
		if r.seen&(1<<column) != 0 {
			r.twice(key)
		}
		r.seen |= 1 << column
		r.cells[column], i, fault = r.parseCell(b, i, key)
		return i, fault
	}
	if bad != "" {
		r.refuse("", "a key %s", bad)
	} else if fault := featureNameFault(key); fault != "" && s.keepFeatures {
		r.refuse(columnName(key), "%s", fault)
	}
	before := r.problem
	value, i, fault := r.compact(b, i, key)
	if !s.keepFeatures {
		r.problem = before // a value that is left out does no harm
	}
	r.features = append(r.features, feature{name: key, value: value})
	return i, fault
}

// parseCell reads a value of a field with a meaning.
func (r *row) parseCell(b []byte, i int, name []byte) (c cell, end int, fault string) {
	switch b[i] {
	case '"':
		q, fault := scanString(b, i)
		if fault != "" {
			return c, i, fault
		}
		s, bad, fault := r.unquote(b, q)
		if fault != "" {
			return c, i, fault
		}
		if bad != "" {
			r.refuse(columnName(name), "%s %s", name, bad)
		}
		if len(s) == 0 {
			return cell{kind: empty}, q.end + 1, ""
		}
		return cell{kind: text, b: s}, q.end + 1, ""
	case '{', '[':
		_, i, fault = r.compact(b, i, name)
		return cell{kind: nested}, i, fault
	}
	end, kind, fault := scanBare(b, i)
	return cell{kind: kind, b: b[i:end]}, end, fault
}

// scanBare finds the end of a number, true, false or null.
func scanBare(b []byte, i int) (end int, kind cellKind, fault string) {
	switch rest := b[i:]; {
	case rest[0] == '-' || isDigit(rest[0]):
		if end = scanNumber(b, i); end < 0 {
			fault = faultNumber
			if bytes.HasPrefix(rest, []byte("-Infinity")) {
				fault = faultNotFinite
			}
			return i, number, fault
		}
		return end, number, ""
	case bytes.HasPrefix(rest, []byte("true")):
		return i + 4, boolean, ""
	case bytes.HasPrefix(rest, []byte("false")):
		return i + 5, boolean, ""
	case bytes.HasPrefix(rest, []byte("null")):
		return i + 4, null, ""
	case bytes.HasPrefix(rest, []byte("NaN")) || bytes.HasPrefix(rest, []byte("Infinity")):
		return i, number, faultNotFinite
	}
	return i, absent, faultValue
}
