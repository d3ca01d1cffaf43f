package localpg

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Backup writes a backup of the running cluster to w: every row committed
// before it began is in it. It uses PostgreSQL's own online backup, so that
// the server goes on serving, and needs none of PostgreSQL's programs.
func (s *Server) Backup(ctx context.Context, w io.Writer) (Manifest, error) {
	conn, err := pgx.Connect(ctx, s.dsn)
	if err != nil {
		return Manifest{}, fmt.Errorf("backup: connect: %w", err)
	}
	// Ending the session also ends the backup and drops the slot.
	defer conn.Close(context.WithoutCancel(ctx))
	level := gzip.BestSpeed
	if s.opt.Volatile {
		level = gzip.NoCompression
	}
	zip, err := gzip.NewWriterLevel(w, level)
	if err != nil {
		return Manifest{}, fmt.Errorf("backup: %w", err)
	}
	b := &backup{conn: conn, cluster: s.layout.cluster, tar: tar.NewWriter(zip)}
	b.Format, b.Made = manifestFormat, time.Now().UTC().Truncate(time.Second)
	if err := b.run(ctx); err != nil {
		return Manifest{}, plain(fmt.Errorf("backup: %w", err), "the backup")
	}
	if err := errors.Join(b.tar.Close(), zip.Close()); err != nil {
		return Manifest{}, plain(fmt.Errorf("backup: %w", err), "the backup")
	}
	return b.Manifest, nil
}

type backup struct {
	Manifest
	conn    *pgx.Conn
	cluster string
	tar     *tar.Writer
}

func (b *backup) run(ctx context.Context) error {
	if err := b.begin(ctx); err != nil {
		return err
	}
	if err := b.walk(ctx); err != nil {
		return err
	}
	label, err := b.end(ctx)
	if err != nil {
		return err
	}
	if err := b.bytes("backup_label", []byte(label)); err != nil {
		return err
	}
	if err := b.wal(ctx); err != nil {
		return err
	}
	return b.manifest()
}

// begin puts the server into backup mode. The temporary slot comes first: it
// keeps the log from here on until it has been copied.
func (b *backup) begin(ctx context.Context) error {
	var version int
	if err := b.conn.QueryRow(ctx, "SELECT current_setting('server_version_num')::int, system_identifier::text FROM pg_control_system()").Scan(&version, &b.System); err != nil {
		return fmt.Errorf("ask for the version: %w", err)
	}
	b.PGMajor = version / 10000
	// The slot carries the process id of the session: two backups at
	// once have two slots.
	if _, err := b.conn.Exec(ctx, "SELECT pg_create_physical_replication_slot('driftwatch_backup_' || pg_backend_pid(), true, true)"); err != nil {
		return fmt.Errorf("keep the log: %w", err)
	}
	start := "SELECT pg_backup_start('driftwatch', true)::text"
	if b.PGMajor < 15 {
		start = "SELECT pg_start_backup('driftwatch', true, false)::text"
	}
	if err := b.conn.QueryRow(ctx, start).Scan(&b.Start); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	return nil
}

func (b *backup) end(ctx context.Context) (label string, err error) {
	stop := "pg_backup_stop(false)"
	if b.PGMajor < 15 {
		stop = "pg_stop_backup(false, false)"
	}
	var spaces string
	if err := b.conn.QueryRow(ctx, "SELECT lsn::text, labelfile, COALESCE(spcmapfile, '') FROM "+stop).Scan(&b.Stop, &label, &spaces); err != nil {
		return "", fmt.Errorf("stop: %w", err)
	}
	if strings.TrimSpace(spaces) != "" {
		return "", errors.New("the cluster has tablespaces outside its directory, which this backup does not cover; use pg_basebackup")
	}
	return label, nil
}

// Left out: what belongs to the running server, what it makes anew, and the
// log, of which only the stretch of the backup is needed.
var (
	skipFiles = []string{"postmaster.pid", "postmaster.opts", "backup_label", "tablespace_map", "global/pg_control"}
	skipBelow = []string{"pg_wal", "pg_replslot", "pg_dynshmem", "pg_notify", "pg_serial", "pg_snapshots", "pg_stat_tmp", "pg_subtrans"}
)

func (b *backup) walk(ctx context.Context) error {
	err := filepath.WalkDir(b.cluster, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // dropped meanwhile; the log knows
		}
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		rel, err := filepath.Rel(b.cluster, path)
		if err != nil || rel == "." {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if strings.HasPrefix(d.Name(), "pgsql_tmp") {
				return fs.SkipDir
			}
			if err := b.dir(rel); err != nil {
				return err
			}
			if rel == "pg_wal" {
				if err := b.dir("pg_wal/archive_status"); err != nil {
					return err
				}
			}
			if slices.Contains(skipBelow, rel) {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() || slices.Contains(skipFiles, rel) || strings.HasPrefix(d.Name(), "pgsql_tmp") || d.Name() == "pg_internal.init" {
			return nil
		}
		return b.copy(rel, path)
	})
	if err != nil {
		return fmt.Errorf("copy the cluster: %w", err)
	}
	// Last, as it says how far the other files may have got.
	control, err := readStable(filepath.Join(b.cluster, "global", "pg_control"))
	if err != nil {
		return err
	}
	return b.bytes("global/pg_control", control)
}

// readStable reads a small file until two readings agree, as one that is
// being written may come torn.
func readStable(path string) ([]byte, error) {
	var last []byte
	for range 100 {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("copy the cluster: %w", err)
		}
		if last != nil && bytes.Equal(last, text) {
			return text, nil
		}
		last = text
	}
	return nil, fmt.Errorf("copy the cluster: %s does not hold still", path)
}

// wal adds the log from the beginning to the end of the backup: without it
// the files, copied at different moments, are not a database.
func (b *backup) wal(ctx context.Context) error {
	var first, last string
	if err := b.conn.QueryRow(ctx, "SELECT pg_walfile_name($1::text::pg_lsn), pg_walfile_name($2::text::pg_lsn)", b.Start, b.Stop).Scan(&first, &last); err != nil {
		return fmt.Errorf("name the log: %w", err)
	}
	entries, err := os.ReadDir(filepath.Join(b.cluster, "pg_wal"))
	if err != nil {
		return fmt.Errorf("copy the log: %w", err)
	}
	n := 0
	for _, e := range entries { // sorted by name, which is in order of the log
		name := e.Name()
		if len(name) != len(first) || name < first || name > last {
			continue
		}
		if err := b.copy("pg_wal/"+name, filepath.Join(b.cluster, "pg_wal", name)); err != nil {
			return fmt.Errorf("copy the log: %w", err)
		}
		if n++; n == 1 && name != first {
			break
		}
	}
	if end := len(b.Files); n == 0 || b.Files[end-n].Path != "pg_wal/"+first || b.Files[end-1].Path != "pg_wal/"+last {
		return fmt.Errorf("copy the log: %s to %s is no longer whole", first, last)
	}
	return nil
}

func (b *backup) manifest() error {
	text, err := json.MarshalIndent(b.Manifest, "", " ")
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	if err := b.header(manifestName, int64(len(text))); err != nil {
		return err
	}
	if _, err := b.tar.Write(text); err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	return nil
}

func (b *backup) header(name string, size int64) error {
	h := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: b.Made}
	if err := b.tar.WriteHeader(h); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

func (b *backup) dir(rel string) error {
	h := &tar.Header{Typeflag: tar.TypeDir, Name: clusterPrefix + rel + "/", Mode: 0o700, ModTime: b.Made}
	if err := b.tar.WriteHeader(h); err != nil {
		return fmt.Errorf("write %s: %w", rel, err)
	}
	return nil
}

func (b *backup) bytes(rel string, text []byte) error {
	return b.stream(rel, bytes.NewReader(text), int64(len(text)))
}

// copy adds a file that the server may be writing to, at the length it has
// now: what grows is in the log, what shrinks is filled up with zeros, which
// the log cuts off again.
func (b *backup) copy(rel, path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("copy %s: %w", rel, err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return fmt.Errorf("copy %s: %w", rel, err)
	}
	return b.stream(rel, io.MultiReader(f, zeros{}), st.Size())
}

func (b *backup) stream(rel string, r io.Reader, size int64) error {
	if err := b.header(clusterPrefix+rel, size); err != nil {
		return err
	}
	d := newDigest(b.tar)
	if _, err := io.CopyN(d, r, size); err != nil {
		return fmt.Errorf("copy %s: %w", rel, err)
	}
	b.Files = append(b.Files, d.file(rel))
	return nil
}

// zeros reads as zeros without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
