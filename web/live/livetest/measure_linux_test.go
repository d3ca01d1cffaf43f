package livetest

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestMeasure checks that both kinds deliver everything to everybody and that the
// numbers hang together; how good they are is for the bench.
func TestMeasure(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for _, kind := range []Kind{Hub, PerClient} {
		for _, payload := range []int{0, 1024, 70_000} {
			got, err := Measure(ctx, kind, 50, 4, payload)
			if err != nil {
				t.Fatalf("%s, %d bytes: %v", kind, payload, err)
			}
			if got.P50 <= 0 || got.P99 < got.P50 || got.Max < got.P99 || got.Sockets != 50 || got.Messages != 4 {
				t.Errorf("%+v", got)
			}
		}
	}
}

// TestCompare puts both beside each other over several rounds.
func TestCompare(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	hub, peer, err := Compare(ctx, 20, 3, 1024, 2)
	if err != nil {
		t.Fatal(err)
	}
	if hub.Kind != Hub || peer.Kind != PerClient || hub.Messages != 6 || peer.Messages != 6 || hub.P99 <= 0 || peer.P99 <= 0 {
		t.Errorf("%+v\n%+v", hub, peer)
	}
}

// TestMediansOverMessages: one stalled message does not decide.
func TestMediansOverMessages(t *testing.T) {
	var r Result
	for _, slowest := range []time.Duration{3, 1000, 2} {
		took := make([]time.Duration, 200)
		for i := range took {
			took[i] = time.Duration(200-i) * slowest
		}
		r.add(took)
	}
	r.settle()
	if r.P50 != 101*3 || r.P99 != 199*3 || r.Max != 200*3 {
		t.Errorf("p50 %d p99 %d max %d", r.P50, r.P99, r.Max)
	}
}

// TestParseFrames cuts the stream at every place.
func TestParseFrames(t *testing.T) {
	stream := []byte{0x81, 2, 'a', 'b', 0x81, 126, 0, 130}
	stream = append(stream, make([]byte, 130)...)
	stream = append(stream, 0x81, 127, 0, 0, 0, 0, 0, 0, 0, 1, 'x', 0x81, 0, 0x81, 1, 'y')
	for cut := range stream {
		var s socket
		got := 0
		for _, part := range [][]byte{stream[:cut], stream[cut:]} {
			if err := s.parse(part, func() { got++ }); err != nil {
				t.Fatal(err)
			}
		}
		if got != 5 {
			t.Fatalf("cut at %d: %d messages", cut, got)
		}
	}
	var s socket
	if err := s.parse([]byte{0x88, 2, 3, 0xe9}, func() {}); err == nil {
		t.Error("a close frame is no error")
	}
}

func TestMeasureRefuses(t *testing.T) {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	cases := map[string]func() error{
		"no sockets":   func() error { _, err := Measure(context.Background(), Hub, 0, 1, 1); return err },
		"unknown kind": func() error { _, err := Measure(context.Background(), "x", 1, 1, 1); return err },
		"too many":     func() error { _, err := Measure(context.Background(), Hub, 1<<40, 1, 1); return err },
		"ended":        func() error { _, err := Measure(ended, PerClient, 5, 1, 1); return err },
	}
	for name, try := range cases {
		if try() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
