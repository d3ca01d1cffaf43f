package drift

import "time"

// LapseApprovesAfter is how long the manager of a time-lapse leaves a retrain to its visitor, by the
// stepped clock.
const LapseApprovesAfter = 8 * time.Hour

// Lapse is how a time-lapse stands: a demo whose clock is stepped through past days until it meets
// the present.
type Lapse struct {
	From  Date      // its first day
	Now   time.Time // what its clock says
	Days  int       // how many days there are to play, the present one included
	Waits bool      // something waits for a manager, so that it goes slowly
	Over  bool      // it has met the present: its clock runs by itself
}

// Day is the day that is played, counted from 1.
func (l Lapse) Day() int { return int(DateOf(l.Now)-l.From) + 1 }
