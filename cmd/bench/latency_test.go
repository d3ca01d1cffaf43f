package main

import (
	"slices"
	"testing"
	"time"
)

func TestGathering(t *testing.T) {
	began := time.Now()
	after := func(ms int) time.Time { return began.Add(time.Duration(ms) * time.Millisecond) }
	g := gathering{alert: 7, began: began, expect: 2}
	for i, s := range []seen{
		{atNotify, 40, 0, after(1)},
		{atBrowser, 39, 0, after(1)}, // another event
		{0, 39, 6, after(1)},         // another alert
		{0, 40, 7, after(2)},
		{1, 41, 8, after(2)},
		{atBrowser, 41, 0, after(2)},
		{atBrowser, 40, 0, after(4)},
		{1, 40, 7, after(3)},
	} {
		if g.complete() {
			t.Fatalf("complete before arrival %d", i)
		}
		g.take(s)
	}
	ms := func(list ...int) (out []time.Duration) {
		for _, v := range list {
			out = append(out, time.Duration(v)*time.Millisecond)
		}
		return out
	}
	if !g.complete() || !slices.Equal(g.notify, ms(1)) || !slices.Equal(g.browser, ms(4)) || !slices.Equal(g.sockets, ms(2, 3)) {
		t.Errorf("%+v", g)
	}
}

func TestP99(t *testing.T) {
	list := make([]time.Duration, 200)
	for i := range list {
		list[i] = time.Duration(200 - i)
	}
	if got := p99(list); got != 198 {
		t.Errorf("of 1…200 it is %d", got)
	}
	if got := p99([]time.Duration{3}); got != 3 {
		t.Errorf("of one value it is %d", got)
	}
	if got := p99([]time.Duration{3, 9, 1}); got != 9 {
		t.Errorf("of three values it is %d", got)
	}
}

func TestLatencyRows(t *testing.T) {
	l := latencies{
		notify:  []time.Duration{time.Millisecond, time.Millisecond},
		sockets: []time.Duration{2 * time.Millisecond, 51 * time.Millisecond},
		browser: []time.Duration{3 * time.Millisecond, 1200 * time.Millisecond},
	}
	rows := l.rows()
	if len(rows) != 3 || !rows[0].Met || rows[1].Met || rows[2].Met || rows[2].Ours.Value != 1200 {
		t.Errorf("%+v", rows)
	}
}
