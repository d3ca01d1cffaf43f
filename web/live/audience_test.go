package live

import (
	"fmt"
	"testing"
)

// TestMayByEnumeration spells out who gets what, for every kind of reader, every
// kind of message and every class.
func TestMayByEnumeration(t *testing.T) {
	messages := []struct {
		tenant int64
		public bool
	}{{0, false}, {0, true}, {1, false}, {1, true}, {2, false}, {2, true}, {3, false}, {-1, false}, {-1, true}}
	// One letter a message of the list above: y may, n may not.
	table := []struct {
		name string
		who  Audience
		want string
	}{
		{"nobody's", Audience{}, "nynnnnnnn"},
		{"empty list", Audience{Tenants: []int64{}}, "nynnnnnnn"},
		{"tenant 1", Audience{Tenants: []int64{1}}, "nyyynnnnn"},
		{"tenant 2", Audience{Tenants: []int64{2}}, "nynnyynnn"},
		{"tenants 1 and 2", Audience{Tenants: []int64{1, 2}}, "nyyyyynnn"},
		{"tenants 3, 2 and 1", Audience{Tenants: []int64{3, 2, 1}}, "nyyyyyynn"},
		{"another tenant", Audience{Tenants: []int64{9}}, "nynnnnnnn"},
		{"tenant 0 is no tenant", Audience{Tenants: []int64{0}}, "nynnnnnnn"},
		{"all", Audience{AllTenants: true}, "yyyyyyyyy"},
		{"all and a list", Audience{AllTenants: true, Tenants: []int64{1}}, "yyyyyyyyy"},
	}
	tried := 0
	for _, row := range table {
		for i, m := range messages {
			for has := range 1 << MaxClasses {
				for class := range uint8(MaxClasses + 2) {
					message := Message{Seq: 1, Tenant: m.tenant, Public: m.public}
					for c := range MaxClasses {
						if has&(1<<c) != 0 {
							message.Frames[c] = []byte("{}")
						}
					}
					row.who.Class = class
					want := row.want[i] == 'y' && has&(1<<class) != 0 && class < MaxClasses
					if got := May(row.who, message); got != want {
						t.Errorf("%s, class %d, message %+v for classes %04b: %v, want %v", row.name, class, m, has, got, want)
					}
					tried++
				}
			}
		}
	}
	if tried != 10*9*(1<<MaxClasses)*(MaxClasses+2) {
		t.Errorf("tried %d combinations", tried)
	}
}

// TestEveryWayAgreesWithMay sends the same messages live, from the ring and by
// replay to every kind of reader, and compares with May.
func TestEveryWayAgreesWithMay(t *testing.T) {
	who := map[string]Audience{}
	for class := range uint8(3) {
		for name, a := range map[string]Audience{
			"all": {AllTenants: true}, "none": {}, "1": {Tenants: []int64{1}}, "1,2": {Tenants: []int64{1, 2}},
		} {
			a.Class = class
			who[fmt.Sprint(name, "/", class)] = a
		}
	}
	var msgs []Message
	add := func(tenant int64, public bool, has int) {
		m := Message{Seq: int64(len(msgs) + 1), Tenant: tenant, Public: public}
		for c := range MaxClasses {
			if has&(1<<c) != 0 {
				m.Frames[c] = fmt.Appendf(nil, `{"seq":%d,"class":%d}`, m.Seq, c)
			}
		}
		msgs = append(msgs, m)
	}
	for tenant := range int64(4) {
		for has := range 8 {
			add(tenant, false, has)
			add(tenant, true, has)
		}
	}
	add(0, true, 7) // the end, which everybody gets

	ways := map[string]struct {
		opts  Options
		since int64
	}{
		"live":   {Options{}, noSince},
		"ring":   {Options{}, 0},
		"replay": {Options{RingMessages: 1, ReplayPage: 5}, 0},
	}
	for way, w := range ways {
		t.Run(way, func(t *testing.T) {
			s := newSite(t, w.opts, who)
			peers := map[string]*peer{}
			dial := func() {
				for name := range who {
					peers[name] = s.dial(name, w.since)
					s.served(nil)
				}
			}
			if way == "live" {
				dial()
			}
			s.publish(msgs...)
			if way != "live" {
				dial()
			}
			if replayed := s.kept.readCount() > 0; replayed != (way == "replay") {
				t.Errorf("replay was asked %d times", s.kept.readCount())
			}
			for name, p := range peers {
				for _, m := range msgs {
					if May(who[name], m) {
						if got := p.next(); got != m.Seq {
							t.Fatalf("%s got %d, want %d", name, got, m.Seq)
						}
					}
				}
			}
		})
	}
}
