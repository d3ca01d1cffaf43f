// Package livetest measures how long one message takes to reach many sockets,
// for the hub of web/live and, beside it, for the usual way of writing such a
// hub: a goroutine and a channel per client.
//
// Both run in this process over loopback, and so does the load: one goroutine a
// processor, each looking after many sockets at once and parsing frames by hand,
// so that thousands of browsers cost less than what is being measured. Times run
// from the call of Publish to the parsed frame, to half a millisecond. Linux only;
// elsewhere Measure says so.
package livetest
