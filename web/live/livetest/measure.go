package livetest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/web/live"
)

// Kind names a way of fanning out.
type Kind string

const (
	// Hub is the hub of web/live.
	Hub Kind = "hub"
	// PerClient is a goroutine and a channel per client.
	PerClient Kind = "goroutine and channel per client"
)

// warmUp messages are sent before the measured ones.
const warmUp = 3

// Result is one measurement.
type Result struct {
	Kind     Kind
	Sockets  int
	Messages int
	// P50, P99 and Max of one message over all sockets; the median over the
	// messages of each, so that one stall of a shared machine does not decide.
	P50, P99, Max time.Duration
	// BytesPerSocket is heap and stack in use on the server's side.
	BytesPerSocket int64

	each []times
}

// times of one message over all sockets.
type times struct{ p50, p99, max time.Duration }

// fan is what both hubs have in common.
type fan struct {
	serve       http.HandlerFunc
	publish     func(live.Message) error
	connections func() int
	shutdown    func(context.Context) error
}

func newFan(kind Kind) (*fan, error) {
	aud := live.Audience{Tenants: []int64{1, 2}, Keys: []string{"user:1", "session:1"}}
	switch kind {
	case Hub:
		h, err := live.New(live.Options{MaxConnections: 1 << 20})
		if err != nil {
			return nil, err
		}
		return &fan{
			serve: func(w http.ResponseWriter, r *http.Request) {
				// A handshake that fails is seen by the load, which stops the measurement.
				_ = h.Serve(w, r, aud, 0, false, nil)
			},
			publish:     h.Publish,
			connections: func() int { return int(h.Stats().Connections) },
			shutdown:    h.Shutdown,
		}, nil
	case PerClient:
		h := newPeerHub()
		return &fan{
			serve: func(w http.ResponseWriter, r *http.Request) {
				// As above.
				_ = h.serve(w, r, aud)
			},
			publish:     h.publish,
			connections: h.connections,
			shutdown:    func(context.Context) error { h.shutdown(); return nil },
		}, nil
	default:
		return nil, fmt.Errorf("unknown kind %q", kind)
	}
}

// Measure opens so many sockets to a fresh hub of that kind and sends so many
// messages of payload bytes one after another, each when everybody has the one
// before. It needs two file descriptors a socket.
func Measure(ctx context.Context, kind Kind, sockets, messages, payload int) (Result, error) {
	res := Result{Kind: kind, Sockets: sockets, Messages: messages}
	if sockets < 1 || messages < 1 {
		return res, errors.New("sockets and messages must be at least 1")
	}
	f, err := newFan(kind)
	if err != nil {
		return res, err
	}
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return res, errors.Join(err, f.shutdown(ctx))
	}
	srv := &http.Server{Handler: f.serve, ReadHeaderTimeout: time.Minute}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()

	err = run(ctx, f, ln.Addr().(*net.TCPAddr), payload, &res)
	err = errors.Join(err, f.shutdown(context.WithoutCancel(ctx)), srv.Close())
	if e := <-served; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return res, err
}

// run connects, measures memory, then times.
func run(ctx context.Context, f *fan, addr *net.TCPAddr, payload int, res *Result) error {
	l, err := newLoad(res.Sockets)
	if err != nil {
		return err
	}
	defer l.close()
	before := inUse()
	if err := l.connect(ctx, addr); err != nil {
		return err
	}
	for f.connections() < res.Sockets {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("wait for %d connections: %w", res.Sockets, err)
		}
		runtime.Gosched()
	}

	for i := range warmUp + res.Messages {
		if i == warmUp {
			res.BytesPerSocket = (inUse() - before) / int64(res.Sockets)
		}
		m := sample(int64(i+1), payload)
		began := time.Now()
		if err := f.publish(m); err != nil {
			return err
		}
		took, err := l.collect(ctx, began)
		if err != nil {
			return err
		}
		if i >= warmUp {
			res.add(took)
		}
	}
	res.settle()
	return nil
}

// add takes the times of one message.
func (r *Result) add(took []time.Duration) {
	slices.Sort(took)
	r.each = append(r.each, times{took[len(took)/2], took[len(took)*99/100], took[len(took)-1]})
}

// settle takes the medians.
func (r *Result) settle() {
	median := func(of func(times) time.Duration) time.Duration {
		all := make([]time.Duration, len(r.each))
		for i, t := range r.each {
			all[i] = of(t)
		}
		slices.Sort(all)
		return all[len(all)/2]
	}
	r.P50 = median(func(t times) time.Duration { return t.p50 })
	r.P99 = median(func(t times) time.Duration { return t.p99 })
	r.Max = median(func(t times) time.Duration { return t.max })
}

// Compare measures both kinds in turn, rounds times, and returns the medians over
// the messages of all rounds.
func Compare(ctx context.Context, sockets, messages, payload, rounds int) (hub, perClient Result, err error) {
	for range rounds {
		for _, into := range []struct {
			kind Kind
			res  *Result
		}{{Hub, &hub}, {PerClient, &perClient}} {
			r, err := Measure(ctx, into.kind, sockets, messages, payload)
			if err != nil {
				return hub, perClient, fmt.Errorf("measure %s: %w", into.kind, err)
			}
			r.each = append(into.res.each, r.each...)
			r.Messages = len(r.each)
			r.BytesPerSocket = max(r.BytesPerSocket, into.res.BytesPerSocket)
			r.settle()
			*into.res = r
		}
	}
	return hub, perClient, nil
}

// sample is a message of tenant 1 with about so many bytes.
func sample(seq int64, payload int) live.Message {
	head := fmt.Sprintf(`{"seq":%d,"type":"ML_DRIFT_DETECTED","tenant":1,"pad":"`, seq)
	text := []byte(head + strings.Repeat("x", max(payload-len(head)-2, 0)) + `"}`)
	m := live.Message{Seq: seq, Tenant: 1}
	for i := range m.Frames {
		m.Frames[i] = text
	}
	return m
}

// inUse is heap and stack in use after collecting garbage.
func inUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}
