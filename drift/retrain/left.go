package retrain

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Left opens a file that a trainer left, and returns its size. The file is a program's that may lie: a link
// could name any file that the server may read, and reading a pipe could wait for ever, so that only an
// ordinary file is opened and nothing waited for. What is wrong with it is CodeInvalid. Read no more than
// the size: a process that lives on could add to it.
func Left(dir, name string) (*os.File, int64, error) {
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, 0, wrongFile(name, "The trainer left no "+name+".")
	case errors.Is(err, syscall.ELOOP), errors.Is(err, syscall.ENXIO): // a link, a socket
		return nil, 0, wrongFile(name, name+" is not an ordinary file.")
	case err != nil:
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = wrongFile(name, name+" is not an ordinary file.")
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}

// ReadLeft reads a file that a trainer left, of at most limit bytes.
func ReadLeft(dir, name string, limit int64) ([]byte, error) {
	f, size, err := Left(dir, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if size > limit {
		return nil, tooLarge(name, fmt.Sprintf("%s is larger than %d MiB, the most that is kept.", name, limit>>20))
	}
	return io.ReadAll(io.LimitReader(f, size))
}
