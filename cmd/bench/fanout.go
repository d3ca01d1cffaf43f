package main

import (
	"context"

	"github.com/driftwatch/driftwatch/web/live/livetest"
)

const (
	fanoutName    = "one alert to 5,000 sockets, p99"
	fanoutRatio   = 0.6
	fanoutBytes   = 25_000 // a socket
	fanoutPayload = 1024
)

func fanoutBenches() []bench { return []bench{{fanoutName, measureFanout}} }

// measureFanout compares the hub with a goroutine and channel per client.
func measureFanout(ctx context.Context, g *ground) ([]Row, error) {
	hub, peer, err := livetest.Compare(ctx, g.size(5000, 500), g.size(40, 10), fanoutPayload, g.size(3, 1))
	if err != nil {
		return nil, err
	}
	const beside = "a goroutine and a channel per client"
	took := Row{Name: fanoutName, Ours: millis(hub.P99), Beside: millis(peer.P99), BesideIs: beside}
	weight := Row{
		Name: "memory a socket", BesideIs: beside,
		Ours: Quantity{float64(hub.BytesPerSocket), "bytes"}, Beside: Quantity{float64(peer.BytesPerSocket), "bytes"},
	}
	return []Row{
		took.atMost(float64(hub.P99)/float64(peer.P99), fanoutRatio),
		weight.within(Quantity{fanoutBytes, "bytes"}),
	}, nil
}
