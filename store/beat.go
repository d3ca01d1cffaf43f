package store

import "sync"

// beats gathers what came in by feed, to be written every few seconds.
type beats struct {
	mu sync.Mutex
}

func newBeats() *beats { return &beats{} }
