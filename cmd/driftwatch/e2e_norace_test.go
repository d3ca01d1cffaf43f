//go:build !race

package main_test

// raced says that the tests run with the race detector: then so does the program.
const raced = false
