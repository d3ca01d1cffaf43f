package localpg

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// maxManifest bounds what is read into memory: some 200 bytes a file.
const maxManifest = 1 << 30

// Restore unpacks a backup into a data directory that has no database yet,
// compares every file with the manifest, starts the server once so that it
// replays its log, and stops it again. A backup that fails any of this leaves
// the directory without a database, as it was.
func Restore(ctx context.Context, src io.Reader, opt Options) (m Manifest, err error) {
	opt = opt.withDefaults()
	l, err := opt.layout(ctx)
	if err != nil {
		return Manifest{}, err
	}
	lock, err := hold(l, opt.Purpose)
	if err != nil {
		return Manifest{}, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if m, err = unpackHeld(ctx, src, opt, l); err == nil {
		if err = tryOut(ctx, opt, l); err == nil {
			return m, moveIn(l, l.initDir())
		}
	}
	var known *Error
	if errors.As(err, &known) && known.Code == CodeNotEmpty {
		return Manifest{}, err
	}
	return Manifest{}, errors.Join(err, os.RemoveAll(l.initDir()))
}

// tryOut starts what was unpacked where it lies, before it counts as the
// database, and stops it again. The caller's lock stays.
func tryOut(ctx context.Context, opt Options, l layout) error {
	l.cluster = l.initDir()
	s, err := startHeld(ctx, opt, l, nil)
	if err != nil {
		return fmt.Errorf("start what was restored: %w", err)
	}
	if err := s.Stop(ctx); err != nil {
		return fmt.Errorf("stop what was restored: %w", err)
	}
	return nil
}

func unpackHeld(ctx context.Context, src io.Reader, opt Options, l layout) (Manifest, error) {
	if _, err := os.Lstat(l.cluster); !errors.Is(err, fs.ErrNotExist) {
		return Manifest{}, &Error{
			Code:    CodeNotEmpty,
			Message: fmt.Sprintf("%s already has a database. Restore into an empty directory (set DRIFTWATCH_DATA_DIR), or move the old one away first.", l.dataDir),
			Err:     err,
		}
	}
	acct, err := chooseAccount(l.cluster)
	if err != nil {
		return Manifest{}, err
	}
	if err := freshDir(l.initDir(), acct); err != nil {
		return Manifest{}, plain(fmt.Errorf("restore: %w", err), l.home)
	}
	u := &unpacker{root: l.initDir(), acct: acct, durable: !opt.Volatile}
	m, err := u.run(ctx, src)
	if err != nil {
		return Manifest{}, asBadBackup(plain(err, l.home))
	}
	if _, err := chooseBinaries(ctx, opt.BinDir, "", m.PGMajor); err != nil {
		return Manifest{}, err
	}
	return m, nil
}

// asBadBackup makes a sentence of whatever is wrong with the file itself.
func asBadBackup(err error) error {
	var known *Error
	if errors.As(err, &known) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &Error{
		Code:    CodeBadBackup,
		Message: fmt.Sprintf("This is not a whole backup of Driftwatch (%v). Nothing has been restored.", err),
		Err:     err,
	}
}

type unpacker struct {
	root    string
	acct    account
	durable bool
	got     []ManifestFile
}

func (u *unpacker) run(ctx context.Context, src io.Reader) (Manifest, error) {
	zip, err := gzip.NewReader(src)
	if err != nil {
		return Manifest{}, fmt.Errorf("read: %w", err)
	}
	defer zip.Close()
	for r := tar.NewReader(zip); ; {
		if err := ctx.Err(); err != nil {
			return Manifest{}, fmt.Errorf("restore: %w", err)
		}
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return Manifest{}, errors.New("its list of files is missing")
		}
		if err != nil {
			return Manifest{}, fmt.Errorf("read: %w", err)
		}
		if h.Name == manifestName {
			// The rest too, so that the checksum of the whole is compared.
			m, err := u.manifest(io.LimitReader(r, maxManifest))
			if err == nil {
				_, err = io.Copy(io.Discard, zip)
			}
			return m, err
		}
		if err := u.entry(h, r); err != nil {
			return Manifest{}, err
		}
	}
}

func (u *unpacker) entry(h *tar.Header, r io.Reader) error {
	rel, ok := strings.CutPrefix(h.Name, clusterPrefix)
	rel = strings.TrimSuffix(rel, "/")
	if !ok || !filepath.IsLocal(filepath.FromSlash(rel)) {
		return fmt.Errorf("an entry named %q", h.Name)
	}
	path := filepath.Join(u.root, filepath.FromSlash(rel))
	switch h.Typeflag {
	case tar.TypeDir:
		if err := os.Mkdir(path, 0o700); err != nil {
			return fmt.Errorf("restore: %w", err)
		}
		return u.acct.own(path)
	case tar.TypeReg:
		return u.file(rel, path, r)
	}
	return fmt.Errorf("an entry of kind %q", h.Typeflag)
}

func (u *unpacker) file(rel, path string, r io.Reader) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	d := newDigest(f)
	_, err = io.Copy(d, r)
	if err == nil && u.durable {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("restore %s: %w", rel, err)
	}
	u.got = append(u.got, d.file(rel))
	return u.acct.own(path)
}

func (u *unpacker) manifest(r io.Reader) (Manifest, error) {
	var m Manifest
	if err := json.NewDecoder(r).Decode(&m); err != nil {
		return Manifest{}, fmt.Errorf("its list of files: %w", err)
	}
	if m.Format != manifestFormat {
		return Manifest{}, fmt.Errorf("format %q, not %q", m.Format, manifestFormat)
	}
	if err := m.compare(u.got); err != nil {
		return Manifest{}, err
	}
	major, err := clusterMajor(u.root)
	if err != nil {
		return Manifest{}, err
	}
	if major != m.PGMajor {
		return Manifest{}, fmt.Errorf("PostgreSQL %d by its list, %d by its files", m.PGMajor, major)
	}
	if !u.durable {
		return m, nil
	}
	return m, u.syncDirs()
}

// syncDirs sees to it that the names of the files are on the disk as well.
func (u *unpacker) syncDirs() error {
	return filepath.WalkDir(u.root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return syncDir(path)
	})
}

// String is one line for a person.
func (m Manifest) String() string {
	var size int64
	for _, f := range m.Files {
		size += f.Size
	}
	return fmt.Sprintf("PostgreSQL %d, %d files, %.1f MB, made %s", m.PGMajor, len(m.Files), float64(size)/1e6, m.Made.UTC().Format(time.DateTime+" UTC"))
}
