package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"sync"

	"github.com/jackc/pgx/v5"
)

// copyBuffer gathers rows in the binary form of COPY. Columns go from the batch into these bytes
// without a value of their own in between.
type copyBuffer struct{ b []byte }

// postgresEpoch is 2000-01-01 in microseconds since 1970, where PostgreSQL counts from.
const postgresEpoch = 946_684_800_000_000

// keepBuffer is the largest buffer that is kept for the next batch.
const keepBuffer = 16 << 20

var copyBuffers = sync.Pool{New: func() any { return &copyBuffer{b: make([]byte, 0, 1<<20)} }}

// newCopyBuffer gives an empty buffer; give it back with free.
func newCopyBuffer() *copyBuffer {
	c := copyBuffers.Get().(*copyBuffer)
	c.b = append(c.b[:0], "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"...)
	return c
}

func (c *copyBuffer) free() {
	if cap(c.b) <= keepBuffer {
		copyBuffers.Put(c)
	}
}

func (c *copyBuffer) row(fields int) { c.b = binary.BigEndian.AppendUint16(c.b, uint16(fields)) }

func (c *copyBuffer) null() { c.b = append(c.b, 0xff, 0xff, 0xff, 0xff) }

func (c *copyBuffer) bigint(v int64) {
	c.b = binary.BigEndian.AppendUint64(append(c.b, 0, 0, 0, 8), uint64(v))
}

// time writes microseconds since 1970.
func (c *copyBuffer) time(micros int64) { c.bigint(micros - postgresEpoch) }

func (c *copyBuffer) uuid(v [16]byte) { c.b = append(append(c.b, 0, 0, 0, 16), v[:]...) }

func (c *copyBuffer) text(v string) {
	c.b = append(binary.BigEndian.AppendUint32(c.b, uint32(len(v))), v...)
}

func (c *copyBuffer) float(v float64) { c.bigint(int64(math.Float64bits(v))) }

// optional writes NaN as NULL.
func (c *copyBuffer) optional(v float64) {
	if v != v {
		c.null()
		return
	}
	c.float(v)
}

func (c *copyBuffer) bool(v bool) {
	bit := byte(0)
	if v {
		bit = 1
	}
	c.b = append(c.b, 0, 0, 0, 1, bit)
}

// jsonb writes a document, nil as NULL.
func (c *copyBuffer) jsonb(doc []byte) {
	if doc == nil {
		c.null()
		return
	}
	c.b = binary.BigEndian.AppendUint32(c.b, uint32(len(doc)+1))
	c.b = append(append(c.b, 1), doc...) // 1 is the version of the form
}

// send copies the rows into a table: target is its name and columns.
func (c *copyBuffer) send(ctx context.Context, tx pgx.Tx, target string) error {
	c.b = append(c.b, 0xff, 0xff)
	_, err := tx.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(c.b), "COPY "+target+" FROM STDIN (FORMAT binary)")
	if err != nil {
		return fmt.Errorf("copy into %s: %w", target, err)
	}
	return nil
}
