package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
)

// strict takes in all files or nothing: it goes through them once to find what is bad, and only
// where nothing is a second time to take them in.
func (c importFlags) strict(ctx context.Context, s *session, h *house, open opener, total *drift.ImportResult) (err error) {
	sources, remove, err := rereadable(s.in, c.Files)
	defer func() { err = errors.Join(err, remove()) }()
	if err != nil {
		return err
	}
	for _, opt := range []store.IngestOptions{{Strict: true, DryRun: true}, {Strict: true}} {
		res := drift.ImportResult{Errors: []drift.RowError{}}
		for _, from := range sources {
			err := c.file(ctx, s, h, from, open, opt, &res)
			if *total = res; err != nil || !opt.DryRun && res.Rejected > 0 {
				return err
			}
		}
		if res.Rejected > 0 {
			return nil
		}
	}
	return nil
}

// rereadable gives files that can be read twice: what is not a plain file, such as standard input,
// is copied into a temporary one, which remove takes away again. remove is never nil.
func rereadable(stdin io.Reader, names []string) (sources []source, remove func() error, err error) {
	var made []string
	remove = func() (err error) {
		for _, name := range made {
			err = errors.Join(err, os.Remove(name))
		}
		return err
	}
	for _, name := range names {
		from := source{name, name}
		if info, err := os.Stat(name); name == "-" || err == nil && !info.Mode().IsRegular() && !info.IsDir() {
			if from.path, err = spool(stdin, name); from.path != "" {
				made = append(made, from.path)
			}
			if err != nil {
				return nil, remove, err
			}
		}
		if name == "-" {
			from.name = "standard input"
		}
		sources = append(sources, from)
	}
	return sources, remove, nil
}

// spool copies a stream into a temporary file and returns its name, also where the copy failed.
func spool(stdin io.Reader, name string) (path string, err error) {
	src, _, err := openFile(stdin, name)
	if err != nil {
		return "", err
	}
	defer src.Close()
	f, err := os.CreateTemp("", "driftwatch-import-*")
	if err != nil {
		return "", fmt.Errorf("make a temporary file: %w", err)
	}
	if _, err = io.Copy(f, src); err != nil {
		err = fmt.Errorf("copy %s to read it twice: %w", name, err)
	}
	return f.Name(), errors.Join(err, f.Close())
}
