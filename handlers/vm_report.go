package handlers

import (
	"encoding/hex"
	"encoding/json"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/detect"
	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// settingsOf are the settings that a report's check read, kept with it; others have their defaults.
func settingsOf(r drift.Report) drift.Settings {
	values := map[string]string{}
	if json.Unmarshal(r.Settings, &values) != nil {
		values = nil
	}
	return drift.NewSettings(drift.SettingLayer{Origin: drift.FromDefault, Values: values})
}

// windowsOf are the windows that a report's check compared.
func windowsOf(r drift.Report) (recent, baseline drift.DriftWindow) {
	w := detect.WindowsOf(r.Date, settingsOf(r))
	return w.Recent, w.Baseline
}

func windowVM(w drift.DriftWindow) chart.Window {
	return chart.Window{From: w.From.Time(), To: w.To.Time()}
}

// reportVMs are the reports of an alert's page: its own first, the newest of the other drift type,
// and the revision in force where its own has been replaced.
func (p *Pages) reportVMs(d drift.AlertData, l lang.Lang) []page.ReportVM {
	var out []page.ReportVM
	samples := d.Statistical()
	for _, r := range []*drift.Report{d.Own, d.Other, d.InForce} {
		if r == nil {
			continue
		}
		v := p.reportVM(*r, l)
		if r == samples {
			v.RecentHref = alertHref(d.Alert.ID) + "/recent.csv"
			v.BaselineHref = alertHref(d.Alert.ID) + "/baseline.csv"
			v.RecentName, v.BaselineName = sampleName(d.Alert.ID, r, "recent"), sampleName(d.Alert.ID, r, "baseline")
		}
		out = append(out, v)
	}
	return out
}

func (p *Pages) reportVM(r drift.Report, l lang.Lang) page.ReportVM {
	recent, baseline := windowsOf(r)
	v := page.ReportVM{
		ID: r.ID, DriftType: string(r.DriftType), Date: r.Date.Time(), Revision: r.Revision, ModelVersion: r.Version.Version,
		Insufficient: r.Status != drift.StatusOK, Severity: severityVM(r.Status, r.Severity), SecondarySeverity: secondaryVM(r),
		BaselineSource: r.BaselineSource, Message: l.Said(r.Message), Recent: windowVM(recent), Baseline: windowVM(baseline),
		InputDigest: hex.EncodeToString(r.InputDigest), SettingsDigest: hex.EncodeToString(r.SettingsDigest), CreatedAt: r.CreatedAt,
	}
	if r.Statistical != nil {
		v.Statistical = p.statisticalVM(r)
	}
	if r.Performance != nil {
		v.Performance = performanceVM(r.Performance)
	}
	return v
}

// secondaryVM is None where there is none: it stands beside a severity and judges nothing alone.
func secondaryVM(r drift.Report) component.Severity {
	if r.SecondarySeverity == drift.SeverityUnknown {
		return component.None
	}
	return component.ParseSeverity(r.SecondarySeverity.String())
}

func (p *Pages) statisticalVM(r drift.Report) *page.StatisticalVM {
	m := r.Statistical
	v := &page.StatisticalVM{
		NRecent: int64(m.NRecent), NBaseline: int64(m.NBaseline), D: m.KSStatistic.Ptr(), Numerator: m.KSNumerator,
		At: m.KSLocation.Ptr(), P: m.PValue.Ptr(), Method: m.Method, MinDetectableD: m.MinDetectableD.Ptr(), PSI: m.PSI.Ptr(),
		JS: m.JSDistance.Ptr(), Wasserstein: m.Wasserstein.Ptr(), MeanRecent: m.MeanRecent.Ptr(), MeanBaseline: m.MeanBaseline.Ptr(),
		Material: m.Material,
	}
	if r.Status == drift.StatusOK {
		c := p.cuts.of(m.NRecent, m.NBaseline, pCuts(settingsOf(r)))
		v.CriticalD, v.HighD, v.MediumD = c[0].Ptr(), c[1].Ptr(), c[2].Ptr()
	}
	return v
}

func performanceVM(m *drift.PerformanceMetrics) *page.PerformanceVM {
	return &page.PerformanceVM{
		NRecent: int64(m.NRecent), NBaseline: int64(m.NBaseline), Recent: countsVM(m.Recent), Baseline: countsVM(m.Baseline),
		AccuracyRecent: m.AccuracyRecent.Ptr(), AccuracyBaseline: m.AccuracyBaseline.Ptr(),
		RecentLow: m.AccuracyRecentLow.Ptr(), RecentHigh: m.AccuracyRecentHigh.Ptr(),
		BaselineLow: m.AccuracyBaseLow.Ptr(), BaselineHigh: m.AccuracyBaseHigh.Ptr(),
		Drop: m.AccuracyDrop.Ptr(), DropLow: m.DropLow.Ptr(), DropHigh: m.DropHigh.Ptr(), P: m.PValue.Ptr(), Significant: m.Significant,
		PrecisionDrop: m.PrecisionDrop.Ptr(), RecallDrop: m.RecallDrop.Ptr(),
		CompletenessRecent: m.CompletenessRecent.Ptr(), CompletenessBase: m.CompletenessBase.Ptr(),
	}
}

func countsVM(c drift.Counts) page.CountsVM {
	return page.CountsVM{TP: int64(c.TP), FP: int64(c.FP), FN: int64(c.FN), TN: int64(c.TN)}
}
