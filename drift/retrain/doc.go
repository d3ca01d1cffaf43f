// Package retrain holds the rules of retraining: the five safeguards and what follows from them,
// the life of a retrain, the split of the rows, and the validation of a candidate on rows that it
// never saw. It declares what a trainer is.
//
// It reads no clock and no database. The only file it reads is the one a trainer leaves behind,
// which it treats as hostile input.
package retrain
