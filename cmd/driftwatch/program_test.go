package main

// kept makes the program part of the test binary. The end-to-end tests run it as a process, of which
// go test knows nothing: without this a result of yesterday's program would be taken for today's.
var kept func()

func init() { kept = main } // what nothing reaches is not linked
