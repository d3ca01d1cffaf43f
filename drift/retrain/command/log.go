package command

import (
	"fmt"
	"sync"
)

// noteRoom is what the line about the missing middle may take.
const noteRoom = 128

// boundedLog keeps the beginning and the end of what is written to it, the end overwritten in a ring. It
// is kept in memory: a file in the job's folder could be made into another by the program that it is about.
type boundedLog struct {
	mu     sync.Mutex
	head   []byte
	room   int64 // left for the beginning
	tail   []byte
	at     int   // where the ring is written next
	beyond int64 // bytes written to the ring so far
}

func newLog(limit int64) *boundedLog {
	return &boundedLog{room: limit / 2, tail: make([]byte, max(limit/2-noteRoom, 1))}
}

// Write never fails.
func (l *boundedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(p)
	begin := p[:min(int64(len(p)), l.room)]
	l.head = append(l.head, begin...)
	l.room -= int64(len(begin))
	p = p[len(begin):]
	l.beyond += int64(len(p))
	p = p[max(0, len(p)-len(l.tail)):]
	for len(p) > 0 {
		k := copy(l.tail[l.at:], p)
		l.at = (l.at + k) % len(l.tail)
		p = p[k:]
	}
	return n, nil
}

// text is the beginning, the end behind it, and between them how much is missing.
func (l *boundedLog) text() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	size := int64(len(l.tail))
	rest := l.tail[:min(l.beyond, size)]
	if l.beyond > size {
		rest = append(l.tail[l.at:len(l.tail):len(l.tail)], l.tail[:l.at]...)
		rest = append(fmt.Appendf(nil, "\n[… %d bytes left out …]\n", l.beyond-size), rest...)
	}
	return append(l.head[:len(l.head):len(l.head)], rest...)
}
