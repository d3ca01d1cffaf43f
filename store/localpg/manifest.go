package localpg

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"time"
)

// A backup is a gzipped tar: the files of the cluster under cluster/, the
// write-ahead log of the time it took among them, and last the manifest,
// which names every file before it. A backup that was cut off has none.
const (
	manifestName   = "manifest.json"
	manifestFormat = "driftwatch-backup-1"
	clusterPrefix  = "cluster/"
)

// Manifest says what a backup holds.
type Manifest struct {
	Format  string         `json:"format"`
	Made    time.Time      `json:"made"`
	PGMajor int            `json:"pg_major"`
	System  string         `json:"system_identifier"` // PostgreSQL's name of the cluster
	Start   string         `json:"start_lsn"`
	Stop    string         `json:"stop_lsn"`
	Files   []ManifestFile `json:"files"`
}

// ManifestFile is one file of a backup, its path relative to the cluster.
type ManifestFile struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// digest counts and hashes what passes through it.
type digest struct {
	w io.Writer
	h hash.Hash
	n int64
}

func newDigest(w io.Writer) *digest { return &digest{w: w, h: sha256.New()} }

func (d *digest) Write(p []byte) (int, error) {
	n, err := d.w.Write(p)
	d.h.Write(p[:n])
	d.n += int64(n)
	return n, err
}

func (d *digest) file(path string) ManifestFile {
	return ManifestFile{Path: path, Size: d.n, SHA256: hex.EncodeToString(d.h.Sum(nil))}
}

// compare says where what was unpacked differs from what was packed.
func (m Manifest) compare(got []ManifestFile) error {
	have := make(map[string]ManifestFile, len(got))
	for _, f := range got {
		have[f.Path] = f
	}
	for _, want := range m.Files {
		f, ok := have[want.Path]
		if !ok {
			return fmt.Errorf("%s is missing", want.Path)
		}
		if f != want {
			return fmt.Errorf("%s differs from what was backed up", want.Path)
		}
	}
	if len(have) != len(m.Files) {
		return fmt.Errorf("%d files where the manifest names %d", len(have), len(m.Files))
	}
	return nil
}
