package handlers

import "sync"

// switchboard wakes everybody who waits for another version to serve. Activations are rare, so all
// are woken and look whether theirs was meant.
type switchboard struct {
	mu   sync.Mutex
	next chan struct{} // closed by the next ring
}

func newSwitchboard() *switchboard { return &switchboard{next: make(chan struct{})} }

func (s *switchboard) ring() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.next)
	s.next = make(chan struct{})
}

func (s *switchboard) wait() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.next
}

// Switched returns a channel that is closed when any model is next activated or rolled back, on
// whatever server.
func (f *Feed) Switched() <-chan struct{} { return f.serving.wait() }
