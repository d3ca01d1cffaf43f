// Package livetest measures how long one message takes to reach many sockets,
// for the hub of web/live and, beside it, for the usual way of writing such a
// hub: a goroutine and a channel per client.
//
// Both run in this process over loopback, and so does the load: one goroutine
// that waits for all sockets at once and parses frames by hand, so that thousands
// of browsers cost less than what is being measured. Times run from the call of
// Publish to the parsed frame. Linux only; elsewhere Measure says so.
package livetest
