package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/driftwatch/driftwatch/drift"
)

// maxJSON bounds the body of an API request that is not a log.
const maxJSON = 64 << 10

// DecodeJSON reads one JSON object into v. Unknown members are refused: a misspelt one would
// otherwise silently do nothing.
func DecodeJSON(w http.ResponseWriter, r *http.Request, v any) error {
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
		return &drift.Error{Code: drift.CodeMalformed, Message: "Send JSON, with Content-Type: application/json."}
	}
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxJSON))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return jsonError(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return &drift.Error{Code: drift.CodeMalformed, Message: "Something follows the JSON object."}
	}
	return nil
}

func jsonError(err error) error {
	var large *http.MaxBytesError
	var wrongType *json.UnmarshalTypeError
	var known *drift.Error
	switch {
	case errors.As(err, &large):
		return err
	case errors.As(err, &known):
		return known
	case errors.As(err, &wrongType):
		return drift.Invalid(wrongType.Field, fmt.Sprintf("%s cannot be a %s.", wrongType.Field, wrongType.Value))
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		field := strings.Trim(strings.TrimPrefix(err.Error(), "json: unknown field "), `"`)
		return drift.Invalid(field, fmt.Sprintf("%q is not known here.", field))
	}
	return &drift.Error{Code: drift.CodeMalformed, Message: "The body is not a JSON object that can be read."}
}

// The bounds on the body of a page's form, and of one for a long text: there a form writes each byte of what is not
// ASCII as three.
const (
	maxForm     = 64 << 10
	maxLongForm = 256 << 10
)

// ParseForm reads a page's form.
func ParseForm(w http.ResponseWriter, r *http.Request) error { return parseForm(w, r, maxForm) }

// ParseLongForm reads a page's form that holds a text of up to 20,000 characters, whatever its letters.
func ParseLongForm(w http.ResponseWriter, r *http.Request) error { return parseForm(w, r, maxLongForm) }

func parseForm(w http.ResponseWriter, r *http.Request, most int64) error {
	r.Body = http.MaxBytesReader(w, r.Body, most)
	if err := r.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return err
		}
		return &drift.Error{Code: drift.CodeMalformed, Message: "The form cannot be read."}
	}
	return nil
}

// PathID reads a number from the path; what is no number is not there.
func PathID(value string) (int64, error) {
	id, err := strconv.ParseInt(value, 10, 64)
	if err != nil || id <= 0 {
		return 0, drift.NotFound("There is nothing with this number.")
	}
	return id, nil
}

// QueryInt reads a whole number within bounds from the query, or def where it is left out.
func QueryInt(r *http.Request, name string, def, min, max int) (int, error) {
	v := r.URL.Query().Get(name)
	if v == "" {
		return def, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < min || n > max {
		return 0, drift.Invalid(name, fmt.Sprintf("%s is a whole number from %d to %d.", name, min, max))
	}
	return n, nil
}

// ParseTime reads an RFC 3339 time or a date; "" is the zero time.
func ParseTime(field, v string) (time.Time, error) {
	if v == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, v); err == nil {
		return t.UTC(), nil
	}
	if d, err := drift.ParseDate(v); err == nil {
		return d.Time(), nil
	}
	return time.Time{}, drift.Invalid(field, fmt.Sprintf("%s is a time such as 2026-07-02T09:00:00Z.", field))
}

// CheckText refuses text that no database holds: broken UTF-8 and the zero character.
func CheckText(field, v string) error {
	if strings.ContainsRune(v, 0) || !utf8.ValidString(v) {
		return drift.Invalid(field, field+" holds characters that cannot be stored.")
	}
	return nil
}
