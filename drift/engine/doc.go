// Package engine holds the use cases of Driftwatch: run a daily job, backfill, move an alert,
// change a setting. Each use case that changes state is one transaction of the store, in which
// the report, the alert, its timeline, the event and the audit row stand or fall together.
//
// The engine declares the store it needs (Store, Tx); cmd wires package store to it.
package engine
