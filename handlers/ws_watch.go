package handlers

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/driftwatch/driftwatch/web/auth"
)

// watchList knows whose sockets this server holds, one entry a session or token: to close them when
// the session is over, and to ask for their rights anew after the bell was not heard for a while. An
// entry may outlive its sockets; closing none does no harm, and there are never more entries than
// sessions and tokens.
type watchList struct {
	mu   *sync.Mutex
	open map[string]*watched
}

type watched struct {
	id    auth.Identity
	again identifier
	over  *time.Timer // nil for a token
}

func newWatchList() watchList { return watchList{&sync.Mutex{}, map[string]*watched{}} }

// narrowest is the key of one session or token alone.
func narrowest(id auth.Identity) string { return id.Keys[len(id.Keys)-1] }

// add notes who opened a socket. closeKey is called when their session is over.
func (l watchList) add(id auth.Identity, again identifier, closeKey func(string) int) {
	key := narrowest(id)
	l.mu.Lock()
	defer l.mu.Unlock()
	if old := l.open[key]; old != nil && old.over != nil {
		old.over.Stop()
	}
	w := &watched{id: id, again: again}
	if !id.ExpiresAt.IsZero() {
		w.over = time.AfterFunc(time.Until(id.ExpiresAt), func() {
			l.drop(key)
			closeKey(key)
		})
	}
	l.open[key] = w
}

// drop forgets a session or token that has ended.
func (l watchList) drop(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if w := l.open[key]; w != nil && w.over != nil {
		w.over.Stop()
	}
	delete(l.open, key)
}

// all is the list as it is now.
func (l watchList) all() map[string]watched {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := make(map[string]watched, len(l.open))
	for key, w := range l.open {
		list[key] = *w
	}
	return list
}

// checkRights asks for the rights of everybody who has a socket, whenever it is rung and until it
// has got an answer for each.
func (f *Feed) checkRights(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.recheck:
		}
		for f.checkAll(ctx) > 0 {
			select {
			case <-ctx.Done():
				return
			case <-time.After(f.lookEvery):
			}
		}
	}
}

// checkAll closes the sockets whose rights have ended or changed, and returns of how many it could
// not find out.
func (f *Feed) checkAll(ctx context.Context) (unknown int) {
	for key, w := range f.watched.all() {
		id, ok, err := w.again(ctx)
		switch {
		case err != nil:
			unknown++
		case !ok || !sameRights(id, w.id):
			f.watched.drop(key)
			f.hub.CloseKey(key)
		}
	}
	return unknown
}

func sameRights(a, b auth.Identity) bool {
	return a.Actor.Role == b.Actor.Role && a.Actor.AllTenants == b.Actor.AllTenants &&
		slices.Equal(a.Actor.Tenants, b.Actor.Tenants)
}
