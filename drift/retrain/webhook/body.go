package webhook

import (
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"
	"os"
	"path/filepath"

	"github.com/driftwatch/driftwatch/drift/retrain"
)

// bodyName is the file in the job's folder that holds the request while it is sent: its digest has
// to be known first, and sending may have to be tried again.
const bodyName = "request.multipart"

// body is the request that asks for a training.
type body struct {
	path, contentType string
	digest            []byte
	size              int64
}

// writeBody puts the job into one multipart file: its description, both sets of rows compressed,
// and where to call back. The same job always gives the same bytes.
func writeBody(job retrain.Job, callback string) (b body, err error) {
	b.path = filepath.Join(job.Dir, bodyName)
	f, err := os.Create(b.path)
	if err != nil {
		return b, fmt.Errorf("write the request: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	sum := sha256.New()
	form := multipart.NewWriter(io.MultiWriter(f, sum))
	if err := form.SetBoundary(fmt.Sprintf("driftwatch-%x", sha256.Sum256([]byte(job.Key)))[:43]); err != nil {
		return b, err
	}
	for _, p := range []struct {
		field, file, contentType string
		gzip                     bool
	}{
		{"description", retrain.FileDescription, "application/json", false},
		{"train", retrain.FileTrain, "application/gzip", true},
		{"holdout", retrain.FileHoldout, "application/gzip", true},
	} {
		name := p.file
		if p.gzip {
			name += ".gz"
		}
		w, err := form.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {fmt.Sprintf(`form-data; name="%s"; filename="%s"`, p.field, name)},
			"Content-Type":        {p.contentType},
		})
		if err == nil {
			err = copyFile(w, filepath.Join(job.Dir, p.file), p.gzip)
		}
		if err != nil {
			return b, fmt.Errorf("put %s into the request: %w", p.file, err)
		}
	}
	if callback != "" {
		if err := form.WriteField("callback_url", callback); err != nil {
			return b, fmt.Errorf("write the request: %w", err)
		}
	}
	if err := form.Close(); err != nil {
		return b, fmt.Errorf("write the request: %w", err)
	}
	b.contentType, b.digest = form.FormDataContentType(), sum.Sum(nil)
	b.size, err = f.Seek(0, io.SeekCurrent)
	return b, err
}

func copyFile(w io.Writer, path string, compress bool) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if !compress {
		_, err = io.Copy(w, f)
		return err
	}
	z := gzip.NewWriter(w)
	if _, err := io.Copy(z, f); err != nil {
		return err
	}
	return z.Close()
}
