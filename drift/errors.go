package drift

import "errors"

// Code says to a program what went wrong. Codes are stable; messages are for people.
type Code string

// The codes an Error may carry, each mapped to one HTTP status at the edge.
const (
	CodeInvalid      Code = "invalid"      // a value is wrong: 422, with the field
	CodeUnauthorized Code = "unauthorized" // nobody is signed in: 401
	CodeForbidden    Code = "forbidden"    // the role does not allow it: 403
	CodeNotFound     Code = "not_found"    // not there, or another tenant's: 404
	CodeConflict     Code = "conflict"     // a stale version: somebody was faster: 409
	CodeIllegalMove  Code = "illegal_move" // the state does not allow it: 409
	CodeTooLarge     Code = "too_large"    // over a size limit: 413
	CodeTooMany      Code = "too_many"     // over a rate limit: 429
	CodeMalformed    Code = "malformed"    // cannot be read at all: 400
	CodeUnavailable  Code = "unavailable"  // the database is away: 503
	CodeInternal     Code = "internal"     // our fault: 500
)

// Error is a failure that may be shown: a sentence for people, a code for programs.
type Error struct {
	Code    Code
	Message string
	Field   string         // the input at fault, where there is one
	Extra   map[string]any // further members of the problem details, such as winner and won_at
}

// Error returns the sentence.
func (e *Error) Error() string { return e.Message }

// Invalid reports a wrong value of one field.
func Invalid(field, message string) *Error {
	return &Error{Code: CodeInvalid, Field: field, Message: message}
}

// NotFound reports a thing that is not there for this reader.
func NotFound(message string) *Error { return &Error{Code: CodeNotFound, Message: message} }

// Forbidden reports a right that the actor lacks.
func Forbidden(message string) *Error { return &Error{Code: CodeForbidden, Message: message} }

// CodeOf returns the code carried by err, or CodeInternal where it carries none.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}
