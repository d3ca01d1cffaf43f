package chart

import (
	"fmt"
	"io"

	"github.com/driftwatch/driftwatch/views/lang"
)

// Format is a kind of file, by the end of its name.
type Format string

// The kinds of file.
const (
	CSV Format = "csv" // the whole table, UTF-8, numbers for programs
	SVG Format = "svg" // a drawing that stands alone
	PNG Format = "png" // the same at twice the size, at most 4,000 pixels
)

// Formats are all of them in the order of a figure's links.
var Formats = []Format{CSV, SVG, PNG}

func (f Format) word() string {
	switch f {
	case CSV:
		return "CSV"
	case SVG:
		return "SVG"
	default:
		return "PNG"
	}
}

// ContentType is the media type of the format.
func (f Format) ContentType() string {
	switch f {
	case CSV:
		return "text/csv; charset=utf-8"
	case SVG:
		return "image/svg+xml"
	default:
		return "image/png"
	}
}

// Write writes a chart as a file in the reader's language. CSV is the same in
// every language.
func Write(w io.Writer, f Format, l lang.Lang, c Chart) error { return c.Draw(l).Write(w, f) }

// Write writes the drawing as a file; an unknown format is an error.
func (d Drawing) Write(w io.Writer, f Format) error {
	switch f {
	case CSV:
		return d.table.csv(w)
	case SVG:
		if _, err := io.WriteString(w, d.svgFile()); err != nil {
			return fmt.Errorf("write svg: %w", err)
		}
		return nil
	case PNG:
		if err := d.png(w); err != nil {
			return fmt.Errorf("write png: %w", err)
		}
		return nil
	default:
		return fmt.Errorf("no chart is written as %q", string(f))
	}
}
