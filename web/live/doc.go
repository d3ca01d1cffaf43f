// Package live hands one stream of messages to many WebSockets.
//
// It knows bytes, numbers and audiences, not alerts: a [Message] comes in once
// by [Hub.Publish], becomes one finished frame per class of reader, and the
// same bytes go to every socket that [May] see it. Nobody waits for anybody: the
// publisher appends to lists, a few writers that each own a shard of the
// sockets write without ever blocking, and a socket that does not take its
// bytes gets a goroutine of its own and a bounded queue, and is dropped with
// status 1013 when that queue is full.
//
// # From since to live
//
// [Hub.Serve] first replays what lies after the reader's last number and then
// joins the live stream without gap or double. The join is a matter of order:
// each writer takes "this client joins" and "here is a message" from one list,
// and the hub appends to all lists under one lock. What was published before
// the join comes from the ring of recent messages or, if older, from the
// caller's [Replay].
//
// # Whose bytes are on the wire
//
// The handshake and everything that a browser sends belong to coder/websocket;
// all that is written passes through the client's own queue. The connection
// under the library is wrapped: its control frames, one Write call each, are
// queued between ours, so that frames never interleave and the library never
// blocks on a slow peer. In turn the hub can write a ready frame with one system
// call and no copy.
//
// # Compression
//
// Where the browser offers permessage-deflate, frames of 1 KiB and more go out
// compressed, without context take-over: compressed once per class of reader, on
// first need, never per socket. Replayed messages are sent plain.
//
// # What a connection costs
//
// One goroutine that reads, the library's connection with small buffers (the
// 4 KiB ones of net/http are let go), and no timer: Serve returns once the
// socket is live and net/http's own goroutine, buffers and request are freed.
// livetest measures about 7 KB of heap and stack a socket.
package live
