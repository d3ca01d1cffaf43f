package store

import "sync"

// memo remembers what the ingestion would otherwise ask for with every batch. It holds only what
// never changes once committed: tenants, model types and versions that exist.
type memo struct {
	mu       sync.RWMutex
	tenants  map[string]int64
	types    map[string]string // name → behaves_like
	versions map[versionID]bool
}

type versionID struct {
	tenant             int64
	modelType, version string
}

func newMemo() *memo {
	return &memo{tenants: map[string]int64{}, types: map[string]string{}, versions: map[versionID]bool{}}
}
