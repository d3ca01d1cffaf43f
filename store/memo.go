package store

import (
	"sync"
	"sync/atomic"
)

// memo remembers what ingestion would otherwise ask for with every batch: tenants, model types and
// versions, which once committed stay, and the log's partitions, which retention may drop; a batch
// that finds one missing asks again.
type memo struct {
	mu       sync.RWMutex
	tenants  map[string]int64
	types    map[string]string // name → behaves_like
	versions map[versionID]struct{}
	parts    atomic.Pointer[catalog]
}

// maxMemo bounds each map; one that is full is begun anew.
const maxMemo = 100_000

type versionID struct {
	tenant             int64
	modelType, version string
}

func newMemo() *memo {
	return &memo{tenants: map[string]int64{}, types: map[string]string{}, versions: map[versionID]struct{}{}}
}

func (m *memo) catalog() catalog {
	if c := m.parts.Load(); c != nil {
		return *c
	}
	return nil
}

func (m *memo) setCatalog(c catalog) { m.parts.Store(&c) }

func (m *memo) tenant(name string) (int64, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	id, ok := m.tenants[name]
	return id, ok
}

func (m *memo) modelType(name string) (string, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	like, ok := m.types[name]
	return like, ok
}

func (m *memo) addNames(tenants map[string]int64, types map[string]string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.tenants) > maxMemo {
		clear(m.tenants)
	}
	for name, id := range tenants {
		m.tenants[name] = id
	}
	for name, like := range types {
		m.types[name] = like
	}
}

func (m *memo) hasVersion(v versionID) bool {
	m.mu.RLock()
	defer m.mu.RUnlock()
	_, ok := m.versions[v]
	return ok
}

func (m *memo) addVersions(vs []versionID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.versions) > maxMemo {
		clear(m.versions)
	}
	for _, v := range vs {
		m.versions[v] = struct{}{}
	}
}
