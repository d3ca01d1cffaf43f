// Package command trains by running a program: a user's own, or the built-in trainer as a
// subprocess of our own binary, so that no training ever happens inside the server's process.
//
// Between the server and the program stands a guard, another process of our own binary (see Guard).
// It adopts every descendant of the program, measures their memory, and ends them all when the
// program ends, when it is told to, and when the server dies. docs/trainers.md tells the authors of
// trainers what they may rely on.
package command
