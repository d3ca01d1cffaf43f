package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/detect"
	"github.com/driftwatch/driftwatch/drift/stats"
)

type compareCmd struct {
	Recent   string `arg:"" help:"File of recent numbers; - is standard input."`
	Baseline string `arg:"" help:"File of baseline numbers."`
	Column   string `help:"Column to read, by name or by number from 1, where a file has several." placeholder:"C"`
	Exact    bool   `help:"Ask for the exact p-value also where it takes long."`
	JSON     bool   `name:"json" help:"Print one JSON object."`
}

// Help teaches the command by examples.
func (compareCmd) Help() string {
	return `Two-sample Kolmogorov-Smirnov test and the measures beside it, as the 03:00 check computes them.
The files hold any finite numbers, one a line or a CSV column; a header line is optional.

  driftwatch compare recent.csv baseline.csv
  driftwatch compare --column score this_week.csv.gz last_month.csv.gz --json`
}

// comparison is what compare --json prints.
type comparison struct {
	NRecent      int            `json:"n_recent"`
	NBaseline    int            `json:"n_baseline"`
	KSStatistic  drift.Number   `json:"ks_statistic"`
	KSNumerator  string         `json:"ks_numerator"`
	PValue       drift.Number   `json:"p_value"`
	Method       string         `json:"method"`
	Severity     drift.Severity `json:"severity"`
	PSI          drift.Number   `json:"psi"`
	JSDistance   drift.Number   `json:"js_distance"`
	Wasserstein  drift.Number   `json:"wasserstein"`
	MeanRecent   drift.Number   `json:"mean_recent"`
	MeanBaseline drift.Number   `json:"mean_baseline"`
}

// Run compares the two files.
func (c compareCmd) Run(s *session) error {
	if c.Recent == "-" && c.Baseline == "-" {
		return usageError("Only one of the two files can be standard input.")
	}
	recent, err := readNumbers(s.in, c.Recent, c.Column)
	if err != nil {
		return err
	}
	baseline, err := readNumbers(s.in, c.Baseline, c.Column)
	if err != nil {
		return err
	}
	cmp, err := stats.Compare(recent, baseline, stats.PRule{Exact: c.Exact})
	if err != nil {
		return c.explain(err)
	}
	out := comparison{
		NRecent: cmp.KS.N1, NBaseline: cmp.KS.N2, KSStatistic: drift.Number(cmp.KS.D), KSNumerator: cmp.KS.Num.String(),
		PValue: drift.Number(cmp.KS.P), Method: string(cmp.KS.Method),
		Severity: detect.SeverityOfP(cmp.KS.P, stats.DefaultCutOffs),
		PSI:      drift.Number(cmp.PSI), JSDistance: drift.Number(cmp.JS), Wasserstein: drift.Number(cmp.Wasserstein),
		MeanRecent: drift.Number(cmp.MeanRecent), MeanBaseline: drift.Number(cmp.MeanBaseline),
	}
	if c.JSON {
		return json.NewEncoder(s.out).Encode(out)
	}
	return out.print(s)
}

// explain turns a refused sample into a sentence that names the file.
func (c compareCmd) explain(err error) error {
	var e *stats.SampleError
	if !errors.As(err, &e) {
		return fmt.Errorf("compare: %w", err)
	}
	file := c.Baseline
	if e.Sample == "recent" {
		file = c.Recent
	}
	if e.Index < 0 {
		return drift.Invalid("file", fmt.Sprintf("%s: %s.", file, e.Reason))
	}
	return drift.Invalid("file", fmt.Sprintf("%s: number %d is %v: %s.", file, e.Index+1, e.Value, e.Reason))
}

func (c comparison) print(s *session) error {
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\trecent\tbaseline\n")
	fmt.Fprintf(w, "numbers\t%d\t%d\n", c.NRecent, c.NBaseline)
	fmt.Fprintf(w, "mean\t%.6g\t%.6g\n", float64(c.MeanRecent), float64(c.MeanBaseline))
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.out, "\nKS D          %.17g (%s of %d·%d)\nKS p          %.6g (%s)\nseverity      %s\nPSI           %.6g\nJS distance   %.6g\nWasserstein   %.6g of one standard deviation of the baseline\n",
		float64(c.KSStatistic), c.KSNumerator, c.NRecent, c.NBaseline, float64(c.PValue), c.Method, c.Severity,
		float64(c.PSI), float64(c.JSDistance), float64(c.Wasserstein))
	return err
}
