package query

import (
	"fmt"
	"strconv"
)

// Error says what in a query cannot be read, where, and what could stand there instead.
type Error struct {
	At     int    // the character it begins at, from 1
	Format string // an English sentence with Args, for a catalogue of languages to find
	Args   []any
}

func (e *Error) Error() string {
	return fmt.Sprintf(e.Format, e.Args...) + " (at character " + strconv.Itoa(e.At) + ")"
}

func failure(at int, format string, args ...any) *Error {
	return &Error{At: at, Format: format, Args: args}
}
