package handlers

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/chart"
)

// reportTables are the tables of a report as rows of text, the head first.
var reportTables = map[string]func(drift.PeriodReport) [][]string{
	"alerts": alertsTable, "acknowledgement": acksTable, "false": falseTable, "retrains": gainsTable, "rollbacks": rollbacksTable,
}

func sendTable(w http.ResponseWriter, name string, rows [][]string) error {
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	for _, row := range rows {
		for i := range row {
			row[i] = chart.Harmless(row[i])
		}
		if err := out.Write(row); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	out.Flush()
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(b.Bytes()) // a reader that left cannot be told
	return nil
}

func whole(n int) string { return strconv.Itoa(n) }

// real writes a number as it is, nothing where it is undefined.
func real(n drift.Number) string {
	if !n.Defined() {
		return ""
	}
	return strconv.FormatFloat(float64(n), 'g', -1, 64)
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func alertsTable(d drift.PeriodReport) [][]string {
	out := [][]string{{"tenant", "model_type", "critical", "high", "medium", "blind", "rollback", "counted", "counted_per_month", "target"}}
	for _, a := range d.Alerts.Items {
		out = append(out, []string{
			a.Tenant, a.ModelType, whole(a.Critical), whole(a.High), whole(a.Medium), whole(a.Blind), whole(a.Rollback), whole(a.Counted),
			real(a.PerMonth), string(a.Target),
		})
	}
	return out
}

func acksTable(d drift.PeriodReport) [][]string {
	out := [][]string{{
		"kind", "raised", "acknowledged", "median_seconds", "p95_seconds", "within_target", "target_due", "share_within_target",
		"ended_unacknowledged", "waiting", "backfilled",
	}}
	for _, a := range d.Acks {
		out = append(out, []string{
			a.Kind, whole(a.Raised), whole(a.Taken), real(a.Median), real(a.P95), whole(a.Within), whole(a.Due), real(a.Share()),
			whole(a.Ended), whole(a.Waiting), whole(a.Backfilled),
		})
	}
	return out
}

func falseTable(d drift.PeriodReport) [][]string {
	out := [][]string{{"tenant", "model_type", "raised", "judged", "real", "expected", "false", "false_share", "false_low", "false_high"}}
	for _, f := range d.Verdicts.Items {
		out = append(out, []string{
			f.Tenant, f.ModelType, whole(f.Raised), whole(f.Judged), whole(f.Real), whole(f.Expected), whole(f.False), real(f.Share()),
			real(f.Low), real(f.High),
		})
	}
	return out
}

func gainsTable(d drift.PeriodReport) [][]string {
	out := [][]string{{
		"retrain", "tenant", "model_type", "state", "from_version", "to_version", "activated_at", "before_correct", "before_outcomes",
		"before_accuracy", "after_correct", "after_outcomes", "after_accuracy", "gain", "gain_low", "gain_high",
	}}
	for _, g := range d.Gains.Items {
		out = append(out, []string{
			strconv.FormatInt(g.ID, 10), g.Tenant, g.ModelType, string(g.State), g.From, g.To, instant(g.ActivatedAt), whole(g.Before),
			whole(g.BeforeN), real(g.AccuracyBefore()), whole(g.After), whole(g.AfterN), real(g.AccuracyAfter()), real(g.Gain()), real(g.Low), real(g.High),
		})
	}
	return out
}

func rollbacksTable(d drift.PeriodReport) [][]string {
	out := [][]string{{"at", "tenant", "model_type", "from_version", "to_version", "by", "by_hand", "reason"}}
	for _, r := range d.Rollbacks.Items {
		out = append(out, []string{instant(r.At), r.Tenant, r.ModelType, r.From, r.To, r.By, strconv.FormatBool(r.ByHand), r.Reason})
	}
	return out
}

// The API's lines with the shares that their counts give.
type (
	ackJSON struct {
		drift.AckTimes
		Share drift.Number `json:"share_within_target"`
	}
	falseJSON struct {
		drift.FalseShare
		Share drift.Number `json:"false_share"`
		Low   drift.Number `json:"false_low"`
		High  drift.Number `json:"false_high"`
	}
	gainJSON struct {
		drift.RetrainGain
		Before drift.Number `json:"before_accuracy"`
		After  drift.Number `json:"after_accuracy"`
		Gain   drift.Number `json:"gain"`
		Low    drift.Number `json:"gain_low"`
		High   drift.Number `json:"gain_high"`
	}
	periodReportJSON struct {
		drift.PeriodReport
		Acks     []ackJSON               `json:"acknowledgement"`
		Verdicts drift.Listed[falseJSON] `json:"false_alerts"`
		Judged   falseJSON               `json:"false_alerts_in_all"`
		Gains    drift.Listed[gainJSON]  `json:"retrains"`
		Success  drift.Number            `json:"retrain_success"`
	}
)

func reportJSON(d drift.PeriodReport) periodReportJSON {
	share := func(f drift.FalseShare) falseJSON { return falseJSON{f, f.Share(), f.Low, f.High} }
	out := periodReportJSON{
		PeriodReport: d, Acks: make([]ackJSON, len(d.Acks)), Judged: share(d.Judged), Success: d.Tally.Success(),
		Verdicts: drift.Listed[falseJSON]{Items: make([]falseJSON, len(d.Verdicts.Items)), Total: d.Verdicts.Total},
		Gains:    drift.Listed[gainJSON]{Items: make([]gainJSON, len(d.Gains.Items)), Total: d.Gains.Total},
	}
	for i, a := range d.Acks {
		out.Acks[i] = ackJSON{a, a.Share()}
	}
	for i, f := range d.Verdicts.Items {
		out.Verdicts.Items[i] = share(f)
	}
	for i, g := range d.Gains.Items {
		out.Gains.Items[i] = gainJSON{g, g.AccuracyBefore(), g.AccuracyAfter(), g.Gain(), g.Low, g.High}
	}
	return out
}
