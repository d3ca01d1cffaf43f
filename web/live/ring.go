package live

import "sort"

// ring keeps the newest messages, bounded by count and by bytes.
type ring struct {
	slots []*message
	first int // index of the oldest
	n     int
	bytes int
	limit int // of bytes
	// floor: every message numbered above it is in the ring.
	floor int64
}

func newRing(messages, bytes int, start int64) *ring {
	return &ring{slots: make([]*message, messages), limit: bytes, floor: start}
}

func (r *ring) at(i int) *message { return r.slots[(r.first+i)%len(r.slots)] }

// push appends m and lets the oldest go where a bound is passed. A message larger
// than the whole bound is not kept.
func (r *ring) push(m *message) {
	for r.n > 0 && (r.n == len(r.slots) || r.bytes+m.size > r.limit) {
		old := r.at(0)
		r.slots[r.first] = nil
		r.first = (r.first + 1) % len(r.slots)
		r.n--
		r.bytes -= old.size
		r.floor = old.Seq
	}
	if m.size > r.limit {
		r.floor = m.Seq
		return
	}
	r.slots[(r.first+r.n)%len(r.slots)] = m
	r.n++
	r.bytes += m.size
}

// clear forgets everything; what comes next is numbered above floor.
func (r *ring) clear(floor int64) {
	clear(r.slots)
	r.first, r.n, r.bytes, r.floor = 0, 0, 0, floor
}

// after returns the index of the first message numbered above seq.
func (r *ring) after(seq int64) int {
	return sort.Search(r.n, func(i int) bool { return r.at(i).Seq > seq })
}
