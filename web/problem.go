package web

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
)

// statuses maps every code to its HTTP status, here and nowhere else.
var statuses = map[drift.Code]int{
	drift.CodeInvalid:      http.StatusUnprocessableEntity,
	drift.CodeUnauthorized: http.StatusUnauthorized,
	drift.CodeForbidden:    http.StatusForbidden,
	drift.CodeNotFound:     http.StatusNotFound,
	drift.CodeConflict:     http.StatusConflict,
	drift.CodeIllegalMove:  http.StatusConflict,
	drift.CodeTooLarge:     http.StatusRequestEntityTooLarge,
	drift.CodeTooMany:      http.StatusTooManyRequests,
	drift.CodeMalformed:    http.StatusBadRequest,
	drift.CodeUnavailable:  http.StatusServiceUnavailable,
	drift.CodeInternal:     http.StatusInternalServerError,
}

// Status returns the HTTP status of a code.
func Status(c drift.Code) int {
	if s, ok := statuses[c]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// Failure is what a reader is told of an error: never a driver's words, never a stack.
type Failure struct {
	Status  int
	Code    drift.Code
	Message string
	Field   string
	Extra   map[string]any
}

// FailureOf turns an error into what may be told. Errors without a code are ours: the reader learns
// that, the log learns the rest.
func FailureOf(err error) Failure {
	var e *drift.Error
	if errors.As(err, &e) {
		return Failure{Status(e.Code), e.Code, e.Message, e.Field, e.Extra}
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return Failure{Status: http.StatusRequestEntityTooLarge, Code: drift.CodeTooLarge, Message: "The request is larger than this address takes. Send less in one go."}
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return Failure{Status: http.StatusServiceUnavailable, Code: drift.CodeUnavailable, Message: "The server could not finish this in time. Try again."}
	}
	return Failure{Status: http.StatusInternalServerError, Code: drift.CodeInternal, Message: "The server made a mistake. It is written in its log; try again."}
}

// WriteProblem answers with RFC 9457 problem details.
func WriteProblem(w http.ResponseWriter, f Failure) {
	body := map[string]any{}
	maps.Copy(body, f.Extra)
	body["type"], body["title"], body["status"] = "about:blank", http.StatusText(f.Status), f.Status
	body["code"], body["detail"] = f.Code, f.Message
	if f.Field != "" {
		body["field"] = f.Field
	}
	WriteJSONAs(w, f.Status, "application/problem+json", body)
}

// WantsPage reports whether a browser asks, not a program.
func WantsPage(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "text/html")
}

// LogFailure writes our own mistakes to the log, once, with the request's id.
func LogFailure(log *slog.Logger, r *http.Request, f Failure, err error) {
	if f.Status < 500 || errors.Is(err, context.Canceled) || errors.Is(err, errLogged) {
		return
	}
	log.Error("request failed", "method", r.Method, "path", r.URL.Path, "request", RequestID(r.Context()), "error", err)
}

// WriteJSON answers with a JSON value.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	WriteJSONAs(w, status, "application/json", v)
}

// WriteJSONAs is WriteJSON with another content type.
func WriteJSONAs(w http.ResponseWriter, status int, contentType string, v any) {
	b, err := json.Marshal(v)
	if err != nil { // a value of ours that cannot be written is a mistake of ours
		status, b = http.StatusInternalServerError, []byte(`{"code":"internal","status":500}`)
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n')) // a reader that left cannot be told
}
