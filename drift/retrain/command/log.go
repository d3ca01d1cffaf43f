package command

import (
	"fmt"
	"os"
	"sync"
)

// noteRoom is what the line about the missing middle may take.
const noteRoom = 128

// boundedLog keeps the beginning and the end of what is written to it. The beginning goes to the
// file at once, the end waits in memory, overwritten in a ring, until Close.
type boundedLog struct {
	mu      sync.Mutex
	file    *os.File
	room    int64 // left for the beginning
	tail    []byte
	at      int   // where the ring is written next
	beyond  int64 // bytes written to the ring so far
	failure error
}

func createLog(path string, limit int64) (*boundedLog, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create the trainer's log: %w", err)
	}
	tail := max(limit/2-noteRoom, 1)
	return &boundedLog{file: f, room: limit / 2, tail: make([]byte, tail)}, nil
}

// Write never fails: a full disk must not stop the reading of the pipe, on which the program would
// then hang. Close tells.
func (l *boundedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(p)
	if head := p[:min(int64(len(p)), l.room)]; len(head) > 0 {
		if _, err := l.file.Write(head); err != nil && l.failure == nil {
			l.failure = err
		}
		l.room -= int64(len(head))
		p = p[len(head):]
	}
	l.beyond += int64(len(p))
	p = p[max(0, len(p)-len(l.tail)):]
	for len(p) > 0 {
		k := copy(l.tail[l.at:], p)
		l.at = (l.at + k) % len(l.tail)
		p = p[k:]
	}
	return n, nil
}

// Close writes the end behind the beginning, and between them how much is missing.
func (l *boundedLog) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	size := int64(len(l.tail))
	rest := l.tail[:min(l.beyond, size)]
	if l.beyond > size {
		rest = append(l.tail[l.at:len(l.tail):len(l.tail)], l.tail[:l.at]...)
		rest = append(fmt.Appendf(nil, "\n[… %d bytes left out …]\n", l.beyond-size), rest...)
	}
	if _, err := l.file.Write(rest); err != nil && l.failure == nil {
		l.failure = err
	}
	if err := l.file.Close(); err != nil && l.failure == nil {
		l.failure = err
	}
	return l.failure
}
