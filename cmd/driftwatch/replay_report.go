package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/lang"
)

// writeReplayReport writes what a replay came to as Markdown into a file, and its chart beside it, under
// the same name with the ending .svg.
func writeReplayReport(path string, res engine.ReplayResult) error {
	picture := strings.TrimSuffix(path, filepath.Ext(path)) + ".svg"
	text, err := replayReport(res, filepath.Base(picture))
	if err != nil {
		return err
	}
	drawing, err := replayChart(res)
	if err != nil {
		return err
	}
	for name, content := range map[string]string{path: text, picture: drawing} {
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
	}
	return nil
}

func replayChart(res engine.ReplayResult) (string, error) {
	in := chart.Replay{Title: "Accuracy by month"}
	for _, m := range res.Months {
		first, err := time.Parse("2006-01", m.Month)
		if err != nil {
			return "", fmt.Errorf("month of the replay: %w", err)
		}
		in.Months = append(in.Months, chart.ReplayMonth{
			Month: first, Rows: int64(m.Rows), With: int64(m.CorrectWith), Without: int64(m.CorrectWithout),
		})
	}
	for _, r := range res.Retrains {
		switch {
		case r.Activated == nil:
		case r.State == drift.RetrainRolledBack:
			in.Backed = append(in.Backed, *r.Activated)
		default:
			in.Kept = append(in.Kept, *r.Activated)
		}
	}
	return chart.ReplayByMonth(in), nil
}

// replayReport is the report's text; picture is the name of its chart.
func replayReport(res engine.ReplayResult, picture string) (string, error) {
	var b strings.Builder
	whose := "every tenant"
	if res.Tenant != "" {
		whose = res.Tenant
	}
	fmt.Fprintf(&b, "# Replay of %s, %s to %s\n\nWritten by `driftwatch replay --report`: %s on a stepped clock. An outcome counts as known from its prediction on.\n\n", whose, res.From, res.To, lang.English.N(int64(res.Days), "%d day", "%d days"))
	replayAccuracy(&b, res, picture)
	replayCounts(&b, res)
	b.WriteString("\n## Every retrain\n\nRows are training + hold-out. The measures are the candidate's on the hold-out; \"serving\" is the accuracy of the version in service on the hold-out rows that it scored.\n\n")
	b.WriteString("| proposed (UTC) | tenant | model | drift | rows | accuracy | precision | recall | ROC AUC | PR AUC | serving | outcome |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, r := range res.Retrains {
		replayRow(&b, r)
	}
	return b.String(), nil
}

func replayAccuracy(b *strings.Builder, res engine.ReplayResult, picture string) {
	a := res.Accuracy
	if a.Rows == 0 {
		b.WriteString("No row of these days has an outcome, so there is no accuracy to compare.\n")
		return
	}
	better, worse := 0, 0
	for _, m := range res.Months {
		switch {
		case m.CorrectWith > m.CorrectWithout:
			better++
		case m.CorrectWith < m.CorrectWithout:
			worse++
		}
	}
	fmt.Fprintf(b, "## Accuracy on identical rows\n\n| | accuracy | right of %s rows |\n|---|---|---|\n| as logged, without retraining | %.4f | %s |\n| with retraining | %.4f | %s |\n\n",
		lang.English.Count(int64(a.Rows)), float64(a.Without), lang.English.Count(int64(a.CorrectWithout)), float64(a.With), lang.English.Count(int64(a.CorrectWith)))
	fmt.Fprintf(b, "With retraining the model was right %s points more often; better in %d of %s, worse in %d.\n\n![Accuracy by month with and without retraining](%s)\n\n",
		lang.English.Signed(100*float64(a.With-a.Without), 1), better, lang.English.N(int64(len(res.Months)), "%d month", "%d months"), worse, picture)
	b.WriteString("| month | rows | with | without | difference, points |\n|---|---|---|---|---|\n")
	for _, m := range res.Months {
		if m.Rows == 0 {
			fmt.Fprintf(b, "| %s | 0 | – | – | – |\n", m.Month)
			continue
		}
		n := float64(m.Rows)
		with, without := float64(m.CorrectWith)/n, float64(m.CorrectWithout)/n
		fmt.Fprintf(b, "| %s | %s | %.3f | %.3f | %s |\n", m.Month, lang.English.Count(int64(m.Rows)), with, without, lang.English.Signed(100*(with-without), 1))
	}
}

// replayCounts says how the retrains ended, and what refused those that were.
func replayCounts(b *strings.Builder, res engine.ReplayResult) {
	outcomes := map[string]int{}
	for _, r := range res.Retrains {
		outcomes[r.Outcome]++
	}
	fmt.Fprintf(b, "\n## What became of the retrains\n\n%s proposed.\n\n| outcome | retrains |\n|---|---|\n", lang.English.N(int64(len(res.Retrains)), "%d was", "%d were"))
	for _, o := range slices.Sorted(maps.Keys(outcomes)) {
		fmt.Fprintf(b, "| %s | %d |\n", o, outcomes[o])
	}
	if len(res.Refused) == 0 {
		return
	}
	b.WriteString("\nWhat refused; a candidate can fail several checks:\n\n| refused by | retrains |\n|---|---|\n")
	names := slices.SortedFunc(maps.Keys(res.Refused), func(x, y string) int {
		if res.Refused[x] != res.Refused[y] {
			return res.Refused[y] - res.Refused[x]
		}
		return strings.Compare(x, y)
	})
	for _, name := range names {
		fmt.Fprintf(b, "| %s | %d |\n", name, res.Refused[name])
	}
}

func replayRow(b *strings.Builder, r engine.ReplayedRetrain) {
	cells := []string{r.Proposed.UTC().Format("2006-01-02 15:04"), r.Tenant, r.ModelType, fmt.Sprint(r.Severity)}
	rows := "–"
	if r.RowsTrain > 0 {
		rows = lang.English.Count(int64(r.RowsTrain)) + " + " + lang.English.Count(int64(r.RowsHoldout))
	}
	cells = append(cells, rows)
	if h := r.Holdout; h != nil {
		for _, v := range []drift.Number{h.Accuracy, h.Precision, h.Recall, h.ROCAUC, h.PRAUC} {
			cells = append(cells, measure(v))
		}
	} else {
		cells = append(cells, "–", "–", "–", "–", "–")
	}
	serving := "–"
	if r.Serving != nil {
		serving = measure(r.Serving.Accuracy)
	}
	outcome := r.Outcome
	if len(r.Refusals) > 0 {
		outcome += ": " + strings.Join(r.Refusals, ", ")
	}
	fmt.Fprintf(b, "| %s | %s | %s |\n", strings.Join(cells, " | "), serving, outcome)
}

func measure(v drift.Number) string {
	if !lang.Finite(float64(v)) {
		return "–"
	}
	return fmt.Sprintf("%.3f", float64(v))
}
