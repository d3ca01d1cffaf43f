package localpg

import (
	"fmt"
	"os"
	"strings"
	"sync"
)

const (
	maxLog  = 8 << 20 // bytes of postgres.log before it becomes postgres.log.1
	maxTail = 8 << 10 // bytes kept for an error message
)

// logFile takes what PostgreSQL prints: into a file that cannot grow for
// ever, and the end of it into memory, for the reason of a failed start.
type logFile struct {
	mu   sync.Mutex
	path string
	f    *os.File
	size int64
	tail []byte
}

func openLog(path string) (*logFile, error) {
	l := &logFile{path: path}
	if err := l.open(); err != nil {
		return nil, plain(err, path)
	}
	return l, nil
}

func (l *logFile) open() error {
	f, err := os.OpenFile(l.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("open log: %w", err)
	}
	st, err := f.Stat()
	if err != nil {
		return fmt.Errorf("open log: %w", err)
	}
	l.f, l.size = f, st.Size()
	return likeDir(l.path)
}

// Write never fails: a full disk must not keep PostgreSQL from talking.
func (l *logFile) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tail = append(l.tail, p...)
	if n := len(l.tail) - maxTail; n > 0 {
		l.tail = append(l.tail[:0], l.tail[n:]...)
	}
	if l.size+int64(len(p)) > maxLog {
		l.rotate()
	}
	if l.f != nil {
		n, _ := l.f.Write(p)
		l.size += int64(n)
	}
	return len(p), nil
}

func (l *logFile) rotate() {
	if l.f != nil {
		l.f.Close()
		l.f = nil
	}
	if os.Rename(l.path, l.path+".1") == nil {
		_ = l.open()
	}
}

// reset forgets the end, so that what follows is what the next start said.
func (l *logFile) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tail = l.tail[:0]
}

func (l *logFile) end() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.ToValidUTF8(string(l.tail), "?")
}

func (l *logFile) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.f == nil {
		return nil
	}
	err := l.f.Close()
	l.f = nil
	return err
}
