// Package engine holds the use cases of Driftwatch: run a daily job, backfill, move an alert,
// change a setting. Each use case that changes state is one transaction of the store, in which
// the report, the alert, its timeline, the event and the audit row stand or fall together.
//
// Some change nothing and answer a question: a preview of a setting, a comparison of any two windows
// (Compare), the alerts there would have been with other cut-offs (WhatIf). The long ones take turns.
//
// The engine declares the store it needs (Store, Tx); cmd wires package store to it.
package engine
