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
	for i, f := range fields {
		name := bytes.Trim(f, " \t")
		if bytes.IndexByte(name, '\r') >= 0 {
			return nil, fileErrorf(CodeBadHeader, line, "the lines end in CR alone, as on very old Macs: save the file with LF or CRLF line ends")
		}
		c := column{field: s.find(name), name: string(name), key: bytes.Clone(name)}
		switch {
		case len(name) == 0:
			c.field = unnamedColumn
		case c.field < 0 && !s.keepFeatures:
			c.field = leftOutColumn
		case c.field < 0:
			c.field = featureColumn
			h.features = append(h.features, i)
		}
		h.columns[i] = c
	}
	if err := h.complete(s, line); err != nil {
		return nil, err
	}
	if err := h.usable(line); err != nil {
		return nil, err
	}
	slices.SortFunc(h.features, func(a, b int) int { return strings.Compare(h.columns[a].name, h.columns[b].name) })
	return h, nil
}

// usable reports names that cannot be kept or come twice.
func (h *header) usable(line int) error {
	positions := map[string]int{}
	for i, c := range h.columns {
		if c.field == unnamedColumn || c.field == leftOutColumn {
			continue
		}
		if fault := featureNameFault(c.key); fault != "" {
			return fileErrorf(CodeBadHeader, line, "column %d of the header cannot be used: %s", i+1, fault)
		}
		if before := positions[c.name]; before > 0 {
			return fileErrorf(CodeBadHeader, line, "columns %d and %d of the header have the same name %s", before, i+1, excerpt(c.key))
		}
		positions[c.name] = i + 1
	}
	if len(h.features) > MaxFeatures {
		return fileErrorf(CodeBadHeader, line, "the header has %d feature columns; at most %d are allowed", len(h.features), MaxFeatures)
	}
	return nil
}

// complete reports every required column that is not there.
func (h *header) complete(s *schema, line int) error {
	var missing []string
	hint := ""
	for _, name := range s.names[:s.required] {
		if slices.ContainsFunc(h.columns, func(c column) bool { return c.name == name }) {
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
