package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store/localpg"
)

type backupCmd struct {
	File string `arg:"" help:"File to write; it must not exist yet. - is standard output."`
}

// Help says what is in it.
func (backupCmd) Help() string {
	return "Saves the private database, also while the server runs: every row committed before it began is in it. A database of your own (DATABASE_URL) is saved by its own means, such as pg_basebackup."
}

// Run writes a backup.
func (c backupCmd) Run(ctx context.Context, s *session) error {
	if s.db.URL != "" {
		return drift.Invalid("database", "DATABASE_URL names a database of your own; back it up by its own means, such as pg_basebackup or pg_dump.")
	}
	return s.with(ctx, func(h *house) error {
		if c.File == "-" {
			_, err := h.local.Backup(ctx, s.out)
			return err
		}
		m, size, err := writeBackup(ctx, h.local, c.File)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(s.out, "%s: %d files of PostgreSQL %d, %d MiB, each with its SHA-256.\n", c.File, len(m.Files), m.PGMajor, size>>20)
		return err
	})
}

// writeBackup writes beside the file and renames at the end: a file of that name is always whole.
func writeBackup(ctx context.Context, pg *localpg.Server, name string) (m localpg.Manifest, size int64, err error) {
	if _, err := os.Lstat(name); err == nil {
		return m, 0, drift.Invalid("file", name+" exists already; a backup never writes over a file.")
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".driftwatch-backup-*")
	if err != nil {
		return m, 0, fileError(filepath.Dir(name), err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if m, err = pg.Backup(ctx, f); err != nil {
		return m, 0, errors.Join(err, f.Close())
	}
	size, _ = f.Seek(0, io.SeekCurrent)
	if err = errors.Join(f.Sync(), f.Close()); err != nil {
		return m, 0, fmt.Errorf("write %s: %w", name, err)
	}
	return m, size, os.Rename(f.Name(), name)
}

type restoreCmd struct {
	File string `arg:"" help:"File that backup wrote; - is standard input."`
}

// Help says where it goes.
func (restoreCmd) Help() string {
	return "Unpacks into the data directory, which must be empty, checks every file against its SHA-256, starts the database and verifies the audit log.\n\n  DRIFTWATCH_DATA_DIR=/srv/restored driftwatch restore monday.backup"
}

// Run restores a backup and verifies it.
func (c restoreCmd) Run(ctx context.Context, s *session) error {
	if s.db.URL != "" {
		return drift.Invalid("database", "DATABASE_URL is set; a backup is restored into a private database. Unset it.")
	}
	src, _, err := openFile(s.in, c.File)
	if err != nil {
		return err
	}
	defer src.Close()
	m, err := localpg.Restore(ctx, src, s.localOptions(s.logger(slog.LevelWarn), "driftwatch restore"))
	if err != nil {
		return err
	}
	return s.with(ctx, func(h *house) error {
		v, err := h.store.VerifyAudit(ctx)
		if err != nil {
			return err
		}
		if !v.OK() {
			return fmt.Errorf("restored, but the audit log does not verify: %s", v.Faults[0].Message)
		}
		_, err = fmt.Fprintf(s.out, "Restored %d files into %s; the database starts and its audit log of %d rows verifies.\n", len(m.Files), s.db.DataDir, v.Rows)
		return err
	})
}
