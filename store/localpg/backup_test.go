package localpg

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// A backup is taken while a writer inserts, rewrites and drops; what is
// restored holds every row that was committed before it began, no row twice,
// and its indexes agree with its tables.
func TestBackupWhileItServes(t *testing.T) {
	s := start(t, Options{DataDir: dataDir(t)})
	run(t, s.DSN(), `CREATE TABLE kept (n bigint PRIMARY KEY, body text NOT NULL);
		INSERT INTO kept SELECT n, repeat(md5(n::text), 8) FROM generate_series(1, 60000) n`)
	stop, wrote := make(chan struct{}), make(chan error, 1)
	began := make(chan struct{})
	go func() { wrote <- write(limit(t), s.DSN(), began, stop) }()
	<-began
	before := ask[int64](t, s.DSN(), "SELECT max(n) FROM kept")

	var file bytes.Buffer
	m, err := s.Backup(limit(t), &file)
	must(t, err)
	close(stop)
	must(t, <-wrote)
	after := ask[int64](t, s.DSN(), "SELECT max(n) FROM kept")
	if after == before {
		t.Fatal("nothing was written during the backup; this test shows nothing")
	}
	t.Logf("%s; %d bytes packed, rows %d before and %d after", m, file.Len(), before, after)

	dir := dataDir(t)
	got, err := Restore(limit(t), bytes.NewReader(file.Bytes()), Options{DataDir: dir, Volatile: true})
	must(t, err)
	if got.System != m.System || len(got.Files) != len(m.Files) {
		t.Errorf("restored %v, want %v", got, m)
	}
	r := start(t, Options{DataDir: dir})
	rows := ask[int64](t, r.DSN(), "SELECT count(*) FROM kept WHERE length(body) >= 256")
	last := ask[int64](t, r.DSN(), "SELECT max(n) FROM kept")
	if rows != last || last < before || last > after {
		t.Errorf("%d rows up to %d, want all up to between %d and %d", rows, last, before, after)
	}
	amcheck(t, r.DSN())
	if n := ask[int64](t, r.DSN(), "SELECT COALESCE(sum(checksum_failures), 0)::bigint FROM pg_stat_database"); n != 0 {
		t.Errorf("%d pages with a wrong checksum", n)
	}

	_, err = Restore(limit(t), bytes.NewReader(file.Bytes()), Options{DataDir: dir})
	wantCode(t, err, CodeInUse)
	must(t, r.Stop(limit(t)))
	_, err = Restore(limit(t), bytes.NewReader(file.Bytes()), Options{DataDir: dir})
	wantCode(t, err, CodeNotEmpty, dir)
	start(t, Options{DataDir: dir}) // unharmed
}

// write keeps every kind of change going until stop is closed.
func write(ctx context.Context, dsn string, began, stop chan struct{}) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for round := 0; ; round++ {
		_, err := conn.Exec(ctx, `INSERT INTO kept SELECT n, repeat(md5(n::text), 8) FROM generate_series((SELECT max(n) + 1 FROM kept), (SELECT max(n) + 500 FROM kept)) n;
			UPDATE kept SET body = body || 'x' WHERE n % 97 = 0 AND n < 20000;
			DROP TABLE IF EXISTS passing; CREATE TABLE passing AS SELECT * FROM kept LIMIT 2000; TRUNCATE passing; CHECKPOINT`)
		if err != nil {
			return err
		}
		if round == 0 {
			close(began)
		}
		select {
		case <-stop:
			return nil
		default:
		}
	}
}

func amcheck(t *testing.T, dsn string) {
	t.Helper()
	if !ask[bool](t, dsn, "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'amcheck')") {
		// Not every build has the extension; the full read above stands.
		t.Log("no amcheck in this PostgreSQL")
		return
	}
	run(t, dsn, "CREATE EXTENSION amcheck; SELECT bt_index_parent_check(c.oid, true) FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'btree' AND c.relpersistence = 'p'")
	if n := ask[int](t, dsn, "SELECT count(*) FROM verify_heapam('kept')"); n != 0 {
		t.Errorf("amcheck finds %d faults", n)
	}
}

func TestRestoreRefusesDamage(t *testing.T) {
	s := start(t, Options{DataDir: dataDir(t)})
	var file bytes.Buffer
	_, err := s.Backup(limit(t), &file)
	must(t, err)
	whole := file.Bytes()
	for name, damaged := range map[string][]byte{
		"empty":         {},
		"something":     []byte("prediction_id,tenant,actual\n"),
		"cut off":       whole[:len(whole)/2],
		"one file less": repack(t, whole, func(h *tar.Header, b []byte) []byte { return drop(h, b, "cluster/PG_VERSION") }),
		"one byte":      repack(t, whole, func(h *tar.Header, b []byte) []byte { return flip(h, b, "cluster/global/pg_control") }),
		"no log":        repack(t, whole, func(h *tar.Header, b []byte) []byte { return drop(h, b, "cluster/pg_wal/0") }),
		"no manifest":   repack(t, whole, func(h *tar.Header, b []byte) []byte { return drop(h, b, manifestName) }),
		"escaping": repack(t, whole, func(h *tar.Header, b []byte) []byte {
			h.Name = strings.Replace(h.Name, "cluster/PG_VERSION", "cluster/../../PG_VERSION", 1)
			return b
		}),
	} {
		dir := dataDir(t)
		_, err := Restore(limit(t), bytes.NewReader(damaged), Options{DataDir: dir, Volatile: true})
		wantCode(t, err, CodeBadBackup, "Nothing has been restored")
		for _, left := range []string{clusterName, initName} {
			if exists(filepath.Join(dir, left)) {
				t.Errorf("%s: %s was left behind", name, left)
			}
		}
	}
}

func drop(h *tar.Header, b []byte, prefix string) []byte {
	if h.Typeflag == tar.TypeReg && strings.HasPrefix(h.Name, prefix) {
		return nil
	}
	return b
}

func flip(h *tar.Header, b []byte, name string) []byte {
	if h.Name == name {
		b[10] ^= 1
	}
	return b
}

// repack passes each file of a backup through change; nil leaves it out.
func repack(t *testing.T, file []byte, change func(*tar.Header, []byte) []byte) []byte {
	t.Helper()
	in, err := gzip.NewReader(bytes.NewReader(file))
	must(t, err)
	var out bytes.Buffer
	zip, err := gzip.NewWriterLevel(&out, gzip.NoCompression)
	must(t, err)
	w := tar.NewWriter(zip)
	for r := tar.NewReader(in); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		must(t, err)
		body, err := io.ReadAll(r)
		must(t, err)
		if body = change(h, body); body == nil {
			continue
		}
		h.Size = int64(len(body))
		must(t, w.WriteHeader(h))
		_, err = w.Write(body)
		must(t, err)
	}
	must(t, w.Close())
	must(t, zip.Close())
	return out.Bytes()
}

func TestBackupToAFullDisk(t *testing.T) {
	s := start(t, Options{DataDir: dataDir(t)})
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	must(t, err)
	defer full.Close()
	_, err = s.Backup(limit(t), full)
	wantCode(t, err, CodeDiskFull, "full")
	// The slot goes with its session, which the server ends a moment after we have left it.
	for deadline := time.Now().Add(20 * time.Second); ask[int](t, s.DSN(), "SELECT count(*) FROM pg_replication_slots") != 0; {
		if time.Now().After(deadline) {
			t.Fatal("a slot is left, which would keep the log for ever")
		}
	}
}
