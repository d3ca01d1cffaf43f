package ingest

import (
	"bytes"
	"slices"
	"strings"
)

// header says what the columns of a CSV file are.
type header struct {
	columns  []column
	features []int // positions of the features, in the order of their names
}

type column struct {
	field int // of the schema, or one of the kinds below
	name  string
	key   []byte // name as bytes
}

// Kinds of columns outside the schema.
const (
	featureColumn = -1
	leftOutColumn = -2
	unnamedColumn = -3 // tolerated as long as it is empty
)

func readHeader(s *schema, fields [][]byte, line int) (*header, error) {
	h := &header{columns: make([]column, len(fields))}
	positions := map[string]int{}
	for i, f := range fields {
		name := bytes.Trim(f, " \t")
		if bytes.IndexByte(name, '\r') >= 0 {
			return nil, fileErrorf(CodeBadHeader, line, "the lines end in CR alone, as on very old Macs: save the file with LF or CRLF line ends")
		}
		field := s.find(name)
		switch {
		case len(name) == 0:
			field = unnamedColumn
		case field >= 0:
		case !s.keepFeatures:
			field = leftOutColumn
		default:
			if fault := featureNameFault(name); fault != "" {
				return nil, fileErrorf(CodeBadHeader, line, "column %d of the header cannot be used: %s", i+1, fault)
			}
			field = featureColumn
			h.features = append(h.features, i)
		}
		h.columns[i] = column{field: field, name: string(name), key: bytes.Clone(name)}
		if before, twice := positions[string(name)]; twice && field != unnamedColumn && field != leftOutColumn {
			return nil, fileErrorf(CodeBadHeader, line, "columns %d and %d of the header have the same name %s", before, i+1, excerpt(name))
		}
		positions[string(name)] = i + 1
	}
	if err := h.complete(s, positions, line); err != nil {
		return nil, err
	}
	if len(h.features) > MaxFeatures {
		return nil, fileErrorf(CodeBadHeader, line, "the header has %d feature columns; at most %d are allowed", len(h.features), MaxFeatures)
	}
	slices.SortFunc(h.features, func(a, b int) int { return strings.Compare(h.columns[a].name, h.columns[b].name) })
	return h, nil
}

// complete reports every required column that is not there.
func (h *header) complete(s *schema, positions map[string]int, line int) error {
	var missing []string
	hint := ""
	for _, name := range s.names[:s.required] {
		if positions[name] > 0 {
			continue
		}
		missing = append(missing, name)
		for _, c := range h.columns {
			if strings.EqualFold(c.name, name) {
				hint = "; it has " + excerpt([]byte(c.name)) + ", but names must be in lower case"
			}
		}
	}
	if len(missing) == 0 {
		return nil
	}
	if len(h.columns) == 1 {
		for sign, name := range map[string]string{";": "semicolons", "\t": "tabs", "|": "bars"} {
			if strings.Contains(h.columns[0].name, sign) {
				hint = "; its columns seem to be separated by " + name + ": use commas"
			}
		}
	}
	e := fileErrorf(CodeMissingColumns, line, "the header lacks %s%s", strings.Join(missing, ", "), hint)
	e.Missing = missing
	return e
}

// fill sorts the fields of a record, as many as there are columns, into a row.
func (h *header) fill(r *row, fields [][]byte) {
	for i, f := range fields {
		switch c := h.columns[i]; {
		case c.field >= 0 && len(f) > 0:
			r.cells[c.field] = cell{kind: field, b: f}
		case c.field >= 0:
			r.cells[c.field] = cell{kind: empty}
		case c.field == unnamedColumn && len(f) > 0:
			r.refuse("", "column %d holds %s but has no name in the header: name it or remove it", i+1, excerpt(f))
		}
	}
	for _, i := range h.features {
		if len(fields[i]) > 0 {
			c := &h.columns[i]
			r.features = append(r.features, feature{name: c.key, value: r.encodeField(c.name, fields[i])})
		}
	}
}
