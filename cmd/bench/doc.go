// Command bench measures what Driftwatch promises of its speed, each promise beside what it is
// compared with, in the same run and in turns, and prints a line for each. It is what make bench
// runs. It needs nothing running: it starts a private PostgreSQL, durable as in production, works
// in a temporary directory and on loopback, and ends and removes all of it.
//
//	bench [-run REGEXP] [-short]
//
// It leaves with 0 where everything was measured, met or not, with 1 where something could not be.
// BENCH_JSON names a file that gets the same rows as a JSON array.
package main
