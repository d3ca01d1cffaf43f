package live

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"testing"
)

// TestEachMessageOnceInOrder lets many browsers join at random numbers while
// messages are published, with a ring so small that all ways are taken.
func TestEachMessageOnceInOrder(t *testing.T) {
	const last, joiners, each = 2000, 24, 6
	who := map[string]Audience{
		"all": {AllTenants: true}, "1": {Tenants: []int64{1}}, "2,3": {Tenants: []int64{2, 3}}, "none": {},
	}
	names := []string{"all", "1", "2,3", "none"}
	s := newSite(t, Options{RingMessages: 50, Backlog: 2 * last, QueueMessages: 2 * last, ReplayPage: 16}, who)
	every := make([]Message, last)
	for i := range every {
		every[i] = msg(int64(i+1), int64(rand.IntN(5)))
		every[i].Public = every[i].Tenant == 0 && rand.IntN(2) == 0
	}
	every[last-1].Tenant, every[last-1].Public = 0, true

	var joined sync.WaitGroup
	joined.Add(joiners)
	var clients sync.WaitGroup
	for j := range joiners {
		clients.Go(func() {
			for i := range each {
				newest := s.kept.newestSeq()
				name, since := names[(j+i)%len(names)], int64(0)
				if newest > 0 {
					since = rand.Int64N(newest + 1)
				}
				p := s.dial(name, since)
				if i == 0 {
					joined.Done()
				}
				for _, m := range every[since:] {
					if !May(who[name], m) {
						continue
					}
					if got, err := p.read(); err != nil || got != m.Seq {
						t.Errorf("%s since %d: got %d (%v), want %d", name, since, got, err, m.Seq)
						return
					}
					if i < each-1 && rand.IntN(last/8) == 0 {
						break // leave and come back
					}
				}
				_ = p.ws.CloseNow()
			}
		})
	}
	joined.Wait() // all have joined once before the bulk is published
	for i, m := range every {
		s.publish(m)
		if i%8 == 0 {
			runtime.Gosched()
		}
	}
	clients.Wait()
	if s.kept.readCount() == 0 || s.hub.Stats().Slow != 0 {
		t.Errorf("%d reads, stats %+v", s.kept.readCount(), s.hub.Stats())
	}
}

// TestWithoutSinceNothingOldComes joins while messages are published and expects
// an unbroken tail.
func TestWithoutSinceNothingOldComes(t *testing.T) {
	s := newSite(t, Options{}, map[string]Audience{"all": {AllTenants: true}})
	s.publish(msg(1, 1), msg(2, 1))
	p := s.live("all")
	s.publish(msg(3, 1), msg(4, 2))
	p.want(3, 4)
}

// TestReplayComesBeforeLive publishes while a page is being read.
func TestReplayComesBeforeLive(t *testing.T) {
	s := newSite(t, Options{RingMessages: 2, ReplayPage: 2}, map[string]Audience{"1": {Tenants: []int64{1}}})
	s.publish(msg(1, 1), msg(2, 2), msg(3, 1), msg(4, 1), msg(5, 2), msg(6, 1))
	next := int64(7)
	s.kept.onRead = func(int64) {
		if next <= 12 { // after the snapshot that is being read
			m := msg(next, 1)
			next++
			defer func() { s.kept.msgs, s.kept.newest = append(s.kept.msgs, m), m.Seq }()
			if err := s.hub.Publish(m); err != nil {
				t.Error(err)
			}
		}
	}
	p := s.dial("1", 1)
	p.want(3, 4, 6, 7)
	s.served(nil)
	for seq := int64(8); seq < next; seq++ {
		p.want(seq)
	}
	s.kept.onRead = nil
	s.publish(msg(next, 2), msg(next+1, 1))
	p.want(next + 1)
}

// TestDatabaseAheadOfHub: another server's event is replayed before this hub has
// read it; when it has, it does not come again.
func TestDatabaseAheadOfHub(t *testing.T) {
	s := newSite(t, Options{Start: 10}, map[string]Audience{"1": {Tenants: []int64{1}}})
	for seq := int64(5); seq <= 12; seq++ {
		s.kept.add(msg(seq, 1))
	}
	behind, ahead := s.dial("1", 9), s.dial("1", 12)
	behind.want(10, 11, 12)
	s.served(nil)
	s.served(nil)
	for seq := int64(11); seq <= 13; seq++ {
		if err := s.hub.Publish(msg(seq, 1)); err != nil {
			t.Fatal(err)
		}
	}
	behind.want(13)
	ahead.want(13)
}

func TestResetAsksForReload(t *testing.T) {
	const oldest, newest = 21, 30
	cases := []struct {
		name  string
		since int64
		kept  bool
		want  []int64 // 0 is RESET
	}{
		{"everything kept", 0, true, []int64{21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31}},
		{"the last that needs no reload", 20, true, []int64{21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31}},
		{"one too old", 19, true, []int64{0, 31}},
		{"far too old", 1, true, []int64{0, 31}},
		{"below nothing", -5, true, []int64{0, 31}},
		{"nothing missed", 30, true, []int64{31}},
		{"not given yet", 31, true, []int64{0, 31}},
		{"far ahead", 1 << 60, true, []int64{0, 31}},
		{"none kept, nothing missed", 30, false, []int64{31}},
		{"none kept, one missed", 29, false, []int64{0, 31}},
		{"none kept, all asked", 0, false, []int64{31}},
		{"none kept, ahead", 31, false, []int64{0, 31}},
	}
	for _, c := range cases {
		for _, ringed := range []bool{false, true} {
			t.Run(fmt.Sprint(c.name, ", ring ", ringed), func(t *testing.T) {
				opts := Options{Start: newest}
				if ringed && c.kept {
					opts.Start = 25 // the newest five come through the ring
				}
				s := newSite(t, opts, map[string]Audience{"1": {Tenants: []int64{1}}})
				for seq := int64(oldest); c.kept && seq <= newest; seq++ {
					s.kept.add(msg(seq, 1))
					if seq > opts.Start {
						if err := s.hub.Publish(msg(seq, 1)); err != nil {
							t.Fatal(err)
						}
					}
				}
				p := s.dial("1", c.since)
				s.served(nil)
				if err := s.hub.Publish(msg(newest+1, 1)); err != nil {
					t.Fatal(err)
				}
				p.want(c.want...)
				if got, want := s.hub.Stats().Resets, int64(0); c.want[0] == 0 && got != 1 || c.want[0] != 0 && got != want {
					t.Errorf("%d resets counted", got)
				}
			})
		}
	}
}

// TestRetentionDuringReplay takes away what the next page would have held.
func TestRetentionDuringReplay(t *testing.T) {
	s := newSite(t, Options{RingMessages: 1, ReplayPage: 2}, map[string]Audience{"1": {Tenants: []int64{1}}})
	for seq := int64(1); seq <= 20; seq++ {
		s.publish(msg(seq, 1))
	}
	s.kept.onRead = func(after int64) {
		if after == 4 {
			s.kept.msgs, s.kept.oldest = s.kept.msgs[9:], 10
		}
	}
	p := s.dial("1", 0)
	p.want(1, 2, 3, 4, 0)
	s.served(nil)
	s.publish(msg(21, 1))
	p.want(21)
}

// TestResetOfTheHub: after a database was restored numbers go back.
func TestResetOfTheHub(t *testing.T) {
	s := newSite(t, Options{}, map[string]Audience{"1": {Tenants: []int64{1}}})
	p := s.live("1")
	s.publish(msg(1, 1), msg(2, 1), msg(3, 1))
	p.want(1, 2, 3)
	caughtUp := s.dial("1", 3)
	s.served(nil)
	s.kept.forget(100)
	s.kept.newest = 1
	s.hub.Reset(1)
	p.want(0)
	caughtUp.want(0)
	if err := s.hub.Publish(msg(1, 1)); !errors.Is(err, ErrOrder) {
		t.Errorf("publish 1 again: %v", err)
	}
	s.publish(msg(2, 1))
	p.want(2)
	caughtUp.want(2)
	late := s.dial("1", 3)
	late.want(0)
}

// TestResetDuringReplay: who was catching up under the old numbers reloads.
func TestResetDuringReplay(t *testing.T) {
	s := newSite(t, Options{Start: 9, RingMessages: 1}, map[string]Audience{"1": {Tenants: []int64{1}}})
	s.kept.add(msg(9, 1))
	s.kept.onRead = func(int64) { s.hub.Reset(2) }
	p := s.dial("1", 8)
	p.want(9, 0)
	s.served(nil)
	s.kept.onRead = nil
	s.publish(msg(3, 1))
	p.want(3)
}

func TestReplayFailureClosesWith1011(t *testing.T) {
	s := newSite(t, Options{Start: 5}, map[string]Audience{"1": {Tenants: []int64{1}}})
	s.kept.fail = errors.New("the database is away")
	p := s.dial("1", 3)
	s.served(s.kept.fail)
	p.ends(StatusReplayFailed)
}

// TestReplaySourceBehindTheHub must not make Serve ask for ever.
func TestReplaySourceBehindTheHub(t *testing.T) {
	s := newSite(t, Options{Start: 50}, map[string]Audience{"1": {Tenants: []int64{1}}})
	s.kept.add(msg(40, 1))
	p := s.dial("1", 39)
	p.want(40)
	p.ends(StatusReplayFailed)
	if err := <-s.errs; err == nil {
		t.Error("Serve reported success")
	}
}

// TestPeerLeavesDuringReplay frees the reader at once.
func TestPeerLeavesDuringReplay(t *testing.T) {
	s := newBareSite(t, Options{Start: 5}, nil)
	blocked := blockedReplay{make(chan struct{})}
	s.srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.errs <- s.hub.Serve(w, r, Audience{}, 3, true, blocked)
	}))
	p := s.dial("", 3)
	<-blocked.reading
	_ = p.ws.CloseNow()
	s.served(ErrGone)
	until(t, "the connection is forgotten", func() bool { return s.hub.Stats().Connections == 0 })
}

type blockedReplay struct{ reading chan struct{} }

func (b blockedReplay) Read(ctx context.Context, _ int64, _ int) (Page, error) {
	close(b.reading)
	<-ctx.Done()
	return Page{}, ctx.Err()
}

// TestMissedFramesStandBeforeLiveOnes: a message that the writer sends between
// the joining and the writing of what was missed goes behind it.
func TestMissedFramesStandBeforeLiveOnes(t *testing.T) {
	s := newBareSite(t, Options{Start: 5, Writers: 1}, nil)
	blocked := blockedReplay{make(chan struct{})}
	s.srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.errs <- s.hub.Serve(w, r, Audience{AllTenants: true}, 3, true, blocked)
	}))
	s.hub.stopOnce.Do(func() { close(s.hub.stop) })
	s.hub.shardWG.Wait() // the test is the writer from here on
	p := s.dial("", 3)
	<-blocked.reading

	s.hub.mu.Lock()
	f := &follower{hub: s.hub, cursor: 5}
	for c := range s.hub.clients {
		f.c = c
	}
	flush, err := f.live([][]byte{newFrame(msg(4, 1).Frames[0]).plain, newFrame(msg(5, 1).Frames[0]).plain})
	s.hub.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	s.publish(msg(6, 1))
	s.hub.shards[0].work()
	flush()
	p.want(4, 5, 6)
	_ = p.ws.CloseNow()
	s.served(ErrGone)
}
