package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/detect"
	"github.com/driftwatch/driftwatch/drift/stats"
	"github.com/driftwatch/driftwatch/store"
)

const (
	checkName  = "check of 7 d against 30 d, 10 M rows logged"
	checkRatio = 8
)

func checkBenches() []bench { return []bench{{checkName, measureCheck}} }

// measureCheck compares the statistical check with reading the scores by SELECT, each on a pool
// that has no connection yet.
func measureCheck(ctx context.Context, g *ground) (rows []Row, err error) {
	l, err := g.newBigLog(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, l.end()) }()
	for _, c := range []struct {
		name string
		date drift.Date
	}{{checkName + ", quiet", l.quiet()}, {checkName + ", drifted", l.drifted()}} {
		row, err := l.compare(ctx, c.name, c.date, g.size(11, 3))
		if err != nil {
			return rows, fmt.Errorf("%s: %w", c.name, err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// compare measures the check of one date beside each way of selecting; the one that is the quickest
// on this machine counts.
func (l *bigLog) compare(ctx context.Context, name string, date drift.Date, rounds int) (Row, error) {
	var ours []time.Duration
	peers := make([][]time.Duration, len(plainSelects))
	var report drift.Report
	var opened int
	check := func() error {
		began := time.Now()
		var err error
		report, opened, err = l.check(ctx, date)
		ours = append(ours, time.Since(began))
		return err
	}
	selects := func() error {
		for i, s := range plainSelects {
			began := time.Now()
			theirs, err := l.selected(ctx, s, date)
			peers[i] = append(peers[i], time.Since(began))
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			if err := sameAnswer(report.Statistical, theirs); err != nil {
				return err
			}
		}
		return nil
	}
	for round := range rounds + 1 { // the first warms up
		if err := inTurn(round, check, selects); err != nil {
			return Row{}, err
		}
	}
	best, peer := 0, time.Duration(0)
	for i, took := range peers {
		if m := median(took[1:]); i == 0 || m < peer {
			best, peer = i, m
		}
	}
	own, m := median(ours[1:]), report.Statistical
	row := Row{
		Name: name, Ours: millis(own), Beside: millis(peer),
		BesideIs: plainSelects[best].name + " by its covering index and KS in memory, the best of " + strconv.Itoa(len(plainSelects)),
		Note:     fmt.Sprintf("%d scores in the pair, of which the check read %d; D = %.6f by both", m.NRecent+m.NBaseline, opened, m.KSStatistic),
	}
	return row.atLeast(float64(peer)/float64(own), checkRatio), nil
}

func sameAnswer(ours *drift.StatisticalMetrics, theirs stats.KSResult) error {
	if ours == nil {
		return errors.New("the check had too little to judge by")
	}
	if ours.KSNumerator != theirs.Num.String() || ours.NRecent != theirs.N1 || ours.NBaseline != theirs.N2 || float64(ours.KSStatistic) != theirs.D {
		return fmt.Errorf("the answers differ: %d and %d scores, D = %v = %s; %d and %d scores, D = %v = %s", ours.NRecent, ours.NBaseline,
			ours.KSStatistic, ours.KSNumerator, theirs.N1, theirs.N2, theirs.D, theirs.Num)
	}
	return nil
}

// check is the statistical check from a new pool to the whole report; opened is how many scores it
// read beside the histograms.
func (l *bigLog) check(ctx context.Context, date drift.Date) (report drift.Report, opened int, err error) {
	db, err := store.Open(ctx, l.dsn, store.Options{})
	if err != nil {
		return report, 0, err
	}
	defer db.Close()
	err = db.View(ctx, drift.SystemActor(), func(tx *store.Tx) error {
		s, err := tx.Settings(ctx, l.version.TenantID)
		if err != nil {
			return err
		}
		w := detect.WindowsOf(date, s)
		recent, baseline, fetch, err := tx.Runs(ctx, l.version, w.Recent, w.Baseline)
		if err != nil {
			return err
		}
		counted := func(needs []stats.Need) ([][]float64, error) {
			for _, n := range needs {
				opened += n.Hi - n.Lo
			}
			return fetch(needs)
		}
		report, err = detect.Statistical(detect.StatisticalInput{
			Version: l.version, Date: date, Recent: recent, Baseline: baseline, Fetch: counted,
			BaselineSource: drift.BaselineWindow, Settings: s,
		})
		return err
	})
	return report, opened, err
}

// plainSelect is one way of reading the scores of a window.
type plainSelect struct {
	name   string
	params map[string]string // of the connection
	array  bool              // all scores in one value instead of a row each
}

// The ways that are tried.
var plainSelects = []plainSelect{
	{"SELECT", map[string]string{"max_parallel_workers_per_gather": "0"}, false},
	{"parallel SELECT", map[string]string{
		"max_parallel_workers_per_gather": "2", "parallel_setup_cost": "0", "parallel_tuple_cost": "0", "min_parallel_index_scan_size": "0",
	}, false},
	{"SELECT array_agg", map[string]string{"max_parallel_workers_per_gather": "0"}, true},
}

// selected is the same answer from the log itself: both windows read by SELECT on a new
// connection, as quickly as the driver can, and compared in memory by the same KS.
func (l *bigLog) selected(ctx context.Context, s plainSelect, date drift.Date) (stats.KSResult, error) {
	config, err := pgx.ParseConfig(l.dsn)
	if err != nil {
		return stats.KSResult{}, err
	}
	config.RuntimeParams["timezone"], config.RuntimeParams["jit"] = "UTC", "off"
	for name, value := range s.params {
		config.RuntimeParams[name] = value
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return stats.KSResult{}, err
	}
	defer conn.Close(ctx)
	w := detect.WindowsOf(date, drift.NewSettings())
	recent, err := l.scores(ctx, conn, w.Recent, s.array)
	if err != nil {
		return stats.KSResult{}, err
	}
	baseline, err := l.scores(ctx, conn, w.Baseline, s.array)
	if err != nil {
		return stats.KSResult{}, err
	}
	return stats.KS(recent, baseline, stats.PRule{})
}

// scores reads one window. The window stands in the text, so that partitions outside it are left
// out while it is planned, and values come in binary without a conversion in between.
func (l *bigLog) scores(ctx context.Context, conn *pgx.Conn, w drift.DriftWindow, array bool) ([]float64, error) {
	column := "score"
	if array {
		column = "array_agg(score)"
	}
	query := fmt.Sprintf(`SELECT %s FROM ml_prediction_log WHERE tenant_id = %d AND model_type = '%s' AND model_version = '%s'
		AND created_at >= '%s' AND created_at < '%s'`, column, l.version.TenantID, l.version.ModelType, l.version.Version, w.From, w.To)
	values := make([]float64, 0, int(w.To-w.From)*l.perDay)
	res := conn.PgConn().ExecParams(ctx, query, nil, nil, nil, []int16{pgx.BinaryFormatCode})
	for res.NextRow() {
		if value := res.Values()[0]; array {
			values = appendArray(values, value)
		} else {
			values = append(values, math.Float64frombits(binary.BigEndian.Uint64(value)))
		}
	}
	_, err := res.Close()
	return values, err
}

// appendArray reads a float8[] without NULLs: a head of 20 bytes, then a length of 4 bytes before
// each value.
func appendArray(values []float64, array []byte) []float64 {
	if len(array) < 20 {
		return values
	}
	for at := 20; at+12 <= len(array); at += 12 {
		values = append(values, math.Float64frombits(binary.BigEndian.Uint64(array[at+4:])))
	}
	return values
}
