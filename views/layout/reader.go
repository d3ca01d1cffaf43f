package layout

import (
	"context"

	"github.com/a-h/templ"
)

// Reader is what a reader chose for how pages look; zero values leave it to the browser. The language
// is that of package lang.
type Reader struct {
	Theme   string // "light" or "dark"
	Zone    string // an IANA time zone
	KeysOff bool   // no single-key shortcuts
}

type readerKey struct{}

// For is a context for pages of this reader.
func For(ctx context.Context, r Reader) context.Context {
	return context.WithValue(ctx, readerKey{}, r)
}

// ReaderOf is the reader that For set; the zero Reader where none is.
func ReaderOf(ctx context.Context) Reader {
	r, _ := ctx.Value(readerKey{}).(Reader)
	return r
}

// attributes are those of the html element that style sheets and scripts go by.
func (r Reader) attributes() templ.Attributes {
	a := templ.Attributes{}
	if r.Theme != "" {
		a["data-theme"] = r.Theme
	}
	if r.Zone != "" {
		a["data-zone"] = r.Zone
	}
	if r.KeysOff {
		a["data-keys"] = "off"
	}
	return a
}
