package static

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Prefix is where Handler is mounted, slashes at both ends.
const Prefix = "/static/"

// URL is the path of the named file ("js/live.js") in this build. It panics on
// a name that does not exist: that is a mistake in a template, and the test
// that renders the page finds it.
func URL(name string) string {
	t := built()
	if t.assets[name] == nil {
		panic("static: no file " + strconv.Quote(name))
	}
	return Prefix + t.hash + "/" + name
}

// Handler serves the files under Prefix. A file is immutable for a year under
// its URL; a URL of another build is 404, because answering it with this
// build's file would mix the two in the browser's cache.
func Handler() http.Handler {
	t := built()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rest, ok := strings.CutPrefix(r.URL.Path, Prefix+t.hash+"/")
		a := t.assets[rest]
		if !ok || a == nil {
			http.Error(w, "There is no such file in this version of Driftwatch. Reload the page.", http.StatusNotFound)
			return
		}
		if a.part() {
			for _, name := range documentHeads {
				w.Header().Del(name)
			}
		}
		serve(w, r, a, "public, max-age=31536000, immutable", t.hash)
	})
}

// documentHeads are the headers that browsers heed on a document alone, or on the answer for a document: for the
// parts of a page those of the page stand. Without them a cold board is 8 KB lighter over HTTP/1.1. What keeps
// another site from reading a part, or a browser from guessing its type, stays.
var documentHeads = []string{
	"Content-Security-Policy", "X-Frame-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy", "Permissions-Policy",
	"Strict-Transport-Security",
}

// part reports whether a file is a module or a style sheet, which are never documents. A drawing is one where its
// own address is opened.
func (a *asset) part() bool {
	return a.contentType == contentTypes[".js"] || a.contentType == contentTypes[".css"]
}

// Favicon serves /favicon.ico, which browsers ask for by themselves: the same
// drawing as the linked icon, for a day, because this URL has no hash.
func Favicon() http.Handler {
	t := built()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		serve(w, r, t.assets["icon/icon.svg"], "public, max-age=86400", t.hash)
	})
}

func serve(w http.ResponseWriter, r *http.Request, a *asset, cache, hash string) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "This file can only be read.", http.StatusMethodNotAllowed)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", cache)
	h.Set("Vary", "Accept-Encoding")
	h.Set("X-Content-Type-Options", "nosniff")
	body, coding := a.encoded(r.Header.Get("Accept-Encoding"))
	etag := `"` + hash + `"`
	if coding != "" {
		etag = `"` + hash + "-" + coding + `"`
		h.Set("Content-Encoding", coding)
	}
	h.Set("ETag", etag)
	if r.Header.Get("If-None-Match") == etag {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", a.contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	// A failed write is a reader who left; there is nobody to tell.
	_, _ = w.Write(body)
}

// encoded is the smallest form that an Accept-Encoding header allows, and the
// name of its coding, "" for the file as it is.
func (a *asset) encoded(accepted string) (body []byte, coding string) {
	switch {
	case a.zipped == nil:
		return a.plain, ""
	case accepts(accepted, "br", ""):
		return a.squeezed(), "br"
	case accepts(accepted, "gzip", "x-gzip"):
		return a.zipped, "gzip"
	}
	return a.plain, ""
}

// accepts reads an Accept-Encoding header: the coding, or another name of it,
// or * named, its weight not zero. A weight given for the coding outranks one
// for *.
func accepts(header, coding, also string) bool {
	star := false
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			f, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
			if err != nil {
				continue
			}
			q = f
		}
		switch name := strings.ToLower(strings.TrimSpace(name)); {
		case name == coding || name != "" && name == also:
			return q > 0
		case name == "*":
			star = q > 0
		}
	}
	return star
}

// Names are the names of all files, sorted.
func Names() []string {
	t := built()
	names := make([]string, 0, len(t.assets))
	for name := range t.assets {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Weight is how many bytes the file costs over the wire, as browsers ask for it
// over TLS and from this machine; 0 where there is no such file.
func Weight(name string) int {
	a := built().assets[name]
	switch {
	case a == nil:
		return 0
	case a.zipped != nil:
		return len(a.squeezed())
	}
	return len(a.plain)
}
