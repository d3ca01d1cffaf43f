// Package queue runs the daily jobs: each date exactly once in effect, in order, whichever server
// runs it and however often one dies.
//
// The truth is the table schedule_run, one row a slot. River carries the work to a server; what
// River forgets or runs twice changes nothing, because a slot is claimed with its River job in one
// transaction, and a worker runs it only while it holds the slot's advisory lock. That lock is a
// property of its connection: it falls the moment a server dies, and the next reconciliation hands
// the slot to another.
//
// River's own periodic jobs are not used: they live in memory, and a slot that falls due while the
// leader is away is lost.
package queue
