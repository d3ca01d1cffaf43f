package handlers

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/lang"
)

// painting bounds how many pictures are made at once: each takes some ten
// megabytes and a core while it lasts, and anybody signed in may ask for them.
var painting = make(chan struct{}, 2)

// ChartFile answers with one of a page's charts as a file in the reader's
// language. file is the end of the path, "accuracy.csv"; stem leads the name
// under which it is kept, "acme-fraud_detector". A file that none of the charts
// makes is not found. The answer is tagged by what is drawn, so that a picture
// that the browser has is not painted again.
func ChartFile(w http.ResponseWriter, r *http.Request, stem, file string, charts ...chart.Chart) error {
	name, ext, _ := strings.Cut(file, ".")
	as := chart.Format(ext)
	d, ok := drawingNamed(name, lang.From(r.Context()), charts)
	if !ok || !slices.Contains(chart.Formats, as) {
		return drift.NotFound("There is no such chart on this page.")
	}
	tag, err := chartTag(d, as)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", tag)
	if tagMatches(r, tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	body, err := chartBytes(r, d, as)
	if err != nil {
		return err
	}
	h.Set("Content-Type", as.ContentType())
	h.Set("Content-Length", strconv.Itoa(len(body)))
	// Kept, not shown: within the console's own pages its policy would hold for the document.
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": stem + "-" + file}))
	_, _ = w.Write(body) // a reader that left cannot be told
	return nil
}

func drawingNamed(name string, l lang.Lang, charts []chart.Chart) (chart.Drawing, bool) {
	for _, c := range charts {
		if d := c.Draw(l); d.Name() == name {
			return d, true
		}
	}
	return chart.Drawing{}, false
}

// chartTag names what is drawn: the same drawing as SVG, and the table, make the
// same file of any kind.
func chartTag(d chart.Drawing, as chart.Format) (string, error) {
	sum := sha256.New()
	for _, f := range []chart.Format{chart.SVG, chart.CSV} {
		if err := d.Write(sum, f); err != nil {
			return "", fmt.Errorf("tag a chart: %w", err)
		}
	}
	return `"` + base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:12]) + "-" + string(as) + `"`, nil
}

func chartBytes(r *http.Request, d chart.Drawing, as chart.Format) ([]byte, error) {
	if as == chart.PNG {
		select {
		case painting <- struct{}{}:
			defer func() { <-painting }()
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	var b bytes.Buffer
	if err := d.Write(&b, as); err != nil {
		return nil, fmt.Errorf("write chart %s: %w", d.Name(), err)
	}
	return b.Bytes(), nil
}
