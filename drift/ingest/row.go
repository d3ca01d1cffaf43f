package ingest

import "fmt"

// A cell is one value as a scanner found it. Its bytes are valid until the
// scanner's next row.
type cell struct {
	kind cellKind
	b    []byte
}

type cellKind uint8

const (
	absent  cellKind = iota // the column or key is not there
	empty                   // an empty CSV field
	null                    // a JSON null
	field                   // a CSV field: text that may stand for anything
	text                    // a JSON string, decoded
	number                  // a JSON number as written
	boolean                 // JSON true or false
	nested                  // a JSON object or array, bytes not kept
)

func (k cellKind) String() string {
	return [...]string{"missing", "empty", "null", "text", "text", "a number", "true or false", "an object or array"}[k]
}

// A schema is the set of fields with a meaning of their own.
type schema struct {
	names        []string              // by column number
	required     int                   // the first so many must be there
	find         func(name []byte) int // column number, or -1
	keepFeatures bool                  // else further columns are left out
}

// maxColumns is the greatest number of fields in a schema.
const maxColumns = 11

// row is one row on its way from a scanner to a batch.
type row struct {
	line     int
	cells    [maxColumns]cell
	features []feature
	problem  problem
	seen     uint32 // bit i: cells[i] was set, to find duplicate keys

	// Memory that cells and features of this row point into.
	decoded []byte   // texts without their escapes
	encoded []byte   // values as canonical JSON
	keys    [][]byte // of the nested objects being read
}

// problem is the first thing found wrong with a row.
type problem struct {
	field string
	text  string // empty where all is well
}

func (r *row) reset(line int) {
	r.line = line
	clear(r.cells[:])
	r.features = r.features[:0]
	r.problem = problem{}
	r.seen = 0
	r.decoded, r.encoded, r.keys = r.decoded[:0], r.encoded[:0], r.keys[:0]
}

// refuse notes why the row is refused, unless something was noted before.
func (r *row) refuse(field, format string, args ...any) {
	if r.problem.text == "" {
		r.problem = problem{field: field, text: fmt.Sprintf(format, args...)}
	}
}

// A scanner finds rows in a text.
type scanner interface {
	// scan fills r with the next row; a row that is wrong in its form has its
	// problem set. At the end it gives io.EOF, else an error that ends the input.
	scan(r *row) error
}
