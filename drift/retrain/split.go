package retrain

import (
	"fmt"
	"time"
)

// MinHoldout is the least number of hold-out rows that a candidate can be judged on.
const MinHoldout = 30

// SplitAt returns how many of n rows, in the order of time, are for training: all but the last
// quarter, of which at least MinHoldout are held out if there are that many.
func SplitAt(n int) (train int) {
	return max(0, n-max((n+3)/4, MinHoldout))
}

// Split is [SplitAt] for rows made at these times, in ascending order: the cut moves to where rows
// of the same time stay on one side, back if it can, so that the hold-out does not shrink. It is 0
// where no such cut leaves rows on both sides.
func Split(times []time.Time) (train int) {
	cut := SplitAt(len(times))
	for train = cut; train > 0 && times[train-1].Equal(times[train]); {
		train--
	}
	if train > 0 || cut == 0 {
		return train
	}
	for train = cut; train < len(times) && times[train-1].Equal(times[train]); {
		train++
	}
	if train == len(times) {
		return 0
	}
	return train
}

// CheckSplit refuses hold-out rows that are not all later than the last training row: a candidate
// would be judged on what it had seen.
func CheckSplit(trainLast, holdoutFirst time.Time) Check {
	c := Check{Name: CheckNameSplit, Deciding: true, Passed: trainLast.Before(holdoutFirst)}
	switch {
	case trainLast.IsZero() || holdoutFirst.IsZero():
		c.Passed = false
		c.Sentence = "It is not known where the training rows end and the hold-out begins."
	case !c.Passed:
		c.Sentence = fmt.Sprintf("The hold-out begins at %s, not after the last training row of %s.",
			exactly(holdoutFirst), exactly(trainLast))
	default:
		c.Sentence = fmt.Sprintf("Every hold-out row is later than the last training row, of %s.", exactly(trainLast))
	}
	return c
}

// exactly writes a time to the microsecond, as far as a log keeps it and without zeros at its end.
func exactly(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.999999") + " UTC" }
