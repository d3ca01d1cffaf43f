package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"syscall"
	"time"
)

// Exit codes.
const (
	exitMeasured = 0
	exitFailed   = 1
	exitUsage    = 2
)

// bench is a row of the table, or a few that come from one measurement.
type bench struct {
	name    string
	measure func(ctx context.Context, g *ground) ([]Row, error)
}

// benches are all, in the order in which they are measured.
func benches() []bench {
	return slices.Concat(ksBenches(), boardBenches(), fanoutBenches(), latencyBenches(), feelBenches(), safeguardsBenches(), trainingBenches(), rollbackBenches(),
		ingestBenches(), checkBenches())
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, out, progress io.Writer) int {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(progress)
	only := flags.String("run", "", "measure only the rows whose name matches this regular expression")
	short := flags.Bool("short", false, "a quick form: smaller sizes and fewer rounds, each row marked as such")
	if err := flags.Parse(args); err != nil {
		return exitUsage
	}
	pattern, err := regexp.Compile(*only)
	if err != nil {
		fmt.Fprintln(progress, "-run:", err)
		return exitUsage
	}
	chosen := choose(benches(), pattern)
	if len(chosen) == 0 || flags.NArg() > 0 {
		fmt.Fprintln(progress, "Nothing to measure. The rows are:")
		for _, b := range benches() {
			fmt.Fprintln(progress, "  "+b.name)
		}
		return exitUsage
	}
	g, err := newGround(*short, progress)
	if err != nil {
		fmt.Fprintln(progress, err)
		return exitFailed
	}
	rows, err := measureAll(ctx, g, chosen, out)
	err = errors.Join(err, g.close(), saveJSON(os.Getenv("BENCH_JSON"), rows))
	if err != nil {
		fmt.Fprintln(progress, "Not everything was measured:", err)
		return exitFailed
	}
	return exitMeasured
}

func choose(all []bench, pattern *regexp.Regexp) []bench {
	return slices.DeleteFunc(all, func(b bench) bool { return !pattern.MatchString(b.name) })
}

// measureAll prints each row as soon as it is there. What fails does not keep the rest from being
// measured, unless everything was called off.
func measureAll(ctx context.Context, g *ground, chosen []bench, out io.Writer) ([]Row, error) {
	began := time.Now()
	fmt.Fprintln(out, header())
	var all []Row
	var failures error
	for i, b := range chosen {
		g.say("%d of %d, %s after %s: %s", i+1, len(chosen), loadText(), time.Since(began).Round(time.Second), b.name)
		rows, err := b.measure(ctx, g)
		if err != nil {
			failures = errors.Join(failures, fmt.Errorf("%s: %w", b.name, err))
			rows = append(rows, Row{Name: b.name, Error: err.Error()})
		}
		for _, r := range rows {
			r.Short, r.Load = g.short, load()
			fmt.Fprintln(out, r)
			all = append(all, r)
		}
		if ctx.Err() != nil {
			break
		}
	}
	g.say("%d rows in %s", len(all), time.Since(began).Round(time.Second))
	return all, failures
}
