package page

// RetrainsVM is the page of retraining, which this version does not do.
type RetrainsVM struct {
	// Waiting counts open alerts whose recommendation is to retrain; their
	// list is on the board under WaitingHref.
	Waiting     int
	WaitingHref string
}
