package store

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/driftwatch/driftwatch/drift"
)

// told gives a failure inside a transaction the code that the edge answers by: a text that
// PostgreSQL cannot hold is the sender's mistake, a connection that broke is the database away.
func told(tx pgx.Tx, err error) error {
	var known *drift.Error
	if errors.As(err, &known) {
		return err
	}
	if violates(err, invalidText) || violates(err, invalidJSONText) {
		return fmt.Errorf("%w (%w)", drift.Invalid("", "A text holds what cannot be stored: a zero byte, or bytes that are not UTF-8."), err)
	}
	if tx.Conn().IsClosed() {
		return unavailable(err)
	}
	return err
}

// SQLSTATEs of what statements here can run into.
const (
	uniqueViolation     = "23505"
	foreignKeyViolation = "23503"
	invalidText         = "22021"
	invalidJSONText     = "22P05"
)

// violates reports whether err is the server's refusal with this SQLSTATE.
func violates(err error, state string) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && pe.Code == state
}
