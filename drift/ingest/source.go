package ingest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"sync/atomic"
)

// countingReader counts what has been read from the source.
type countingReader struct {
	src io.Reader
	n   atomic.Int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.src.Read(p)
	c.n.Add(int64(n))
	return n, err
}

var errTooLarge = errors.New("too large")

// cappedReader reports errTooLarge when its source holds more than left bytes.
type cappedReader struct {
	src  io.Reader
	left int64
}

func (c *cappedReader) Read(p []byte) (int, error) {
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1]
	}
	n, err := c.src.Read(p)
	if int64(n) > c.left {
		n = int(c.left)
		c.left = 0
		return n, errTooLarge
	}
	c.left -= int64(n)
	return n, err
}

// gzipSource tells errors of the compressed form from those of the source
// below it.
type gzipSource struct {
	zip *gzip.Reader
	raw *errorKeeper
}

func (g *gzipSource) Read(p []byte) (int, error) {
	n, err := g.zip.Read(p)
	if err != nil && err != io.EOF {
		err = g.raw.gzipError(err)
	}
	return n, err
}

// errorKeeper remembers why a source ended.
type errorKeeper struct {
	src io.Reader
	err error
}

func (k *errorKeeper) Read(p []byte) (int, error) {
	n, err := k.src.Read(p)
	if err != nil && err != io.EOF {
		k.err = err
	}
	return n, err
}

// gzipError is what to report for an error of the gzip reader.
func (k *errorKeeper) gzipError(err error) error {
	if k.err != nil {
		return k.err
	}
	message := "the gzip data is damaged: compress the file again"
	if errors.Is(err, io.ErrUnexpectedEOF) {
		message = "the gzip data ends too early: the file was cut off"
	}
	return &FileError{Code: CodeBadGzip, Message: message, Err: err}
}

// decompressed gives the text of src.
func decompressed(src io.Reader, maxBytes int64) (io.Reader, error) {
	raw := &errorKeeper{src: src}
	buffered := bufio.NewReaderSize(raw, 16<<10)
	head, _ := buffered.Peek(2) // an error comes again with the first Read
	var plain io.Reader = buffered
	if bytes.Equal(head, magicGzip) {
		zip, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, raw.gzipError(err)
		}
		plain = &gzipSource{zip: zip, raw: raw}
	}
	if maxBytes > 0 {
		plain = &cappedReader{src: plain, left: maxBytes}
	}
	return plain, nil
}
