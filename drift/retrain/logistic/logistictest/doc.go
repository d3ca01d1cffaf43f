// Package logistictest makes training sets of any size and fits them with gonum's optimisers, for
// the tests and benchmarks of the built-in trainer.
package logistictest
