package handlers

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/web/live"
)

// MeterStore tells of the database what is measured.
type MeterStore interface {
	LastScheduleRuns(ctx context.Context, by drift.Actor) ([]drift.ScheduleRun, error)
	PoolUse() (used, open, most int32, waits int64)
}

// MeterOptions say what is measured. Store, Hub and Feed are required.
type MeterOptions struct {
	Store MeterStore
	Hub   interface{ Stats() live.Stats }
	Feed  interface{ Stats() FeedStats }
}

// Meters are this server's numbers for Prometheus. A nil *Meters counts nothing.
type Meters struct {
	handler  http.Handler
	requests *prometheus.HistogramVec
	running  prometheus.Gauge
	taken    *prometheus.CounterVec
}

// NewMeters returns meters with a registry of their own.
func NewMeters(o MeterOptions) *Meters {
	reg := prometheus.NewRegistry()
	m := &Meters{
		handler: promhttp.HandlerFor(reg, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4}),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "driftwatch_http_request_duration_seconds", Help: "How long requests took, sockets left out.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10, 60},
		}, []string{"method", "route", "status"}),
		running: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "driftwatch_http_requests_running", Help: "Requests being worked on, sockets left out.",
		}),
		taken: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "driftwatch_ingest_rows_total", Help: "Rows that came in by HTTP, by what became of them.",
		}, []string{"kind", "result"}),
	}
	reg.MustRegister(m.requests, m.running, m.taken, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), sampled{o})
	return m
}

// ServeHTTP answers a scrape.
func (m *Meters) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.handler.ServeHTTP(w, r) }

// Measure counts requests by their route, not by their path, of which there is no end.
func (m *Meters) Measure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			next.ServeHTTP(w, r)
			return
		}
		begun := time.Now()
		m.running.Inc()
		defer m.running.Dec()
		seen := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		defer func() {
			route := "none"
			if c := chi.RouteContext(r.Context()); c != nil && c.RoutePattern() != "" {
				route = c.RoutePattern()
			}
			m.requests.WithLabelValues(methodLabel(r.Method), route, strconv.Itoa(max(seen.Status(), http.StatusOK))).
				Observe(time.Since(begun).Seconds())
		}()
		next.ServeHTTP(seen, r)
	})
}

// methodLabel keeps the number of labels small whatever strangers send.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
		return method
	}
	return "other"
}

// rows counts what became of a log.
func (m *Meters) rows(kind string, res drift.ImportResult) {
	if m == nil {
		return
	}
	m.taken.WithLabelValues(kind, "inserted").Add(float64(res.Inserted))
	m.taken.WithLabelValues(kind, "duplicate").Add(float64(res.Duplicates))
	m.taken.WithLabelValues(kind, "rejected").Add(float64(res.Rejected))
}

// sampled are the numbers that are asked for when somebody looks.
type sampled struct{ o MeterOptions }

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("driftwatch_"+name, help, labels, nil)
}

var (
	liveOpen      = describe("live_connections", "Sockets open now.")
	liveAccepted  = describe("live_connections_total", "Sockets opened.")
	livePublished = describe("live_messages_total", "Messages handed to sockets.")
	liveDropped   = describe("live_dropped_total", "Sockets that were closed, by reason.", "reason")
	liveResets    = describe("live_resets_total", "Readers told to load anew instead of being caught up.")
	liveQueue     = describe("live_queue_high", "The most frames that ever waited for one socket.")
	feedEvents    = describe("feed_events_total", "Events read from the table and handed to the hub.")
	feedFailures  = describe("feed_failures_total", "What went wrong between the table and the sockets, by step.", "step")
	poolConns     = describe("db_connections", "Connections of the pool, by state.", "state")
	poolWaits     = describe("db_connection_waits_total", "How often a connection had to be waited for.")
	slotFinished  = describe("job_last_finished_timestamp_seconds", "When the newest run of a daily job ended.", "job")
	slotTook      = describe("job_last_duration_seconds", "How long the newest run of a daily job took.", "job")
	slotFailed    = describe("job_last_failed", "1 where the newest run of a daily job failed.", "job")
)

// Describe implements prometheus.Collector.
func (s sampled) Describe(c chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		liveOpen, liveAccepted, livePublished, liveDropped, liveResets, liveQueue, feedEvents, feedFailures,
		poolConns, poolWaits, slotFinished, slotTook, slotFailed,
	} {
		c <- d
	}
}

// Collect implements prometheus.Collector.
func (s sampled) Collect(c chan<- prometheus.Metric) {
	say := func(d *prometheus.Desc, kind prometheus.ValueType, v float64, labels ...string) {
		c <- prometheus.MustNewConstMetric(d, kind, v, labels...)
	}
	gauge, counter := prometheus.GaugeValue, prometheus.CounterValue
	h, f := s.o.Hub.Stats(), s.o.Feed.Stats()
	say(liveOpen, gauge, float64(h.Connections))
	say(liveAccepted, counter, float64(h.Accepted))
	say(livePublished, counter, float64(h.Published))
	say(liveDropped, counter, float64(h.Slow), "slow")
	say(liveDropped, counter, float64(h.Silent), "silent")
	say(liveDropped, counter, float64(h.Revoked), "revoked")
	say(liveResets, counter, float64(h.Resets+f.Resets))
	say(liveQueue, gauge, float64(h.QueueHigh))
	say(feedEvents, counter, float64(f.Events))
	say(feedFailures, counter, float64(f.ReadFailures), "read")
	say(feedFailures, counter, float64(f.RenderFailures), "render")
	used, open, most, waits := s.o.Store.PoolUse()
	say(poolConns, gauge, float64(used), "used")
	say(poolConns, gauge, float64(open), "open")
	say(poolConns, gauge, float64(most), "most")
	say(poolWaits, counter, float64(waits))
	s.jobs(say)
}

// jobs tells of the daily jobs; where the database is away, nothing, which a rule on absence sees.
func (s sampled) jobs(say func(*prometheus.Desc, prometheus.ValueType, float64, ...string)) {
	ctx, cancel := context.WithTimeout(context.Background(), readyWithin)
	defer cancel()
	runs, err := s.o.Store.LastScheduleRuns(ctx, drift.SystemActor())
	if err != nil {
		return
	}
	for _, r := range runs {
		if r.FinishedAt.IsZero() {
			continue
		}
		failed := 0.0
		if r.State == "failed" {
			failed = 1
		}
		say(slotFinished, prometheus.GaugeValue, float64(r.FinishedAt.UnixMilli())/1000, string(r.Name))
		say(slotTook, prometheus.GaugeValue, r.FinishedAt.Sub(r.StartedAt).Seconds(), string(r.Name))
		say(slotFailed, prometheus.GaugeValue, failed, string(r.Name))
	}
}
