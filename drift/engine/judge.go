package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/detect"
)

// judge makes the report of one version, or returns the one in force where neither data nor
// settings changed, and applies the alert rules to it: one transaction.
func (p *pass) judge(ctx context.Context, tx Tx, t drift.DriftType, c candidate, adjust adjustment) (*drift.Report, error) {
	if err := tx.LockModel(ctx, c.version.Model); err != nil {
		return nil, fmt.Errorf("lock model: %w", err)
	}
	s, err := p.settings.get(ctx, tx, c.version.TenantID)
	if err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	in, err := p.readInput(ctx, tx, t, c, s, adjust)
	if err != nil {
		return nil, err
	}
	report, err := tx.CurrentReport(ctx, c.version, p.date, t)
	if err != nil {
		return nil, fmt.Errorf("current report: %w", err)
	}
	switch {
	case report == nil || !in.same(report):
		report, err = p.write(ctx, tx, in)
	case report.Serving != c.judged: // the finding is the same, only what it is used for is not
		err = tx.SetServing(ctx, report, c.judged)
	}
	if err != nil {
		return nil, err
	}
	if p.alerts && c.judged {
		if err := p.applyReport(ctx, tx, report, s); err != nil {
			return nil, fmt.Errorf("alert: %w", err)
		}
	}
	return report, nil
}

// input is what one report is made from, with the digests by which a change is noticed.
type input struct {
	t        drift.DriftType
	c        candidate
	date     drift.Date
	windows  detect.Windows
	recent   []drift.ScoreDay
	baseline []drift.ScoreDay
	standIn  *drift.LabelledScores // in place of the baseline days, nil where they are enough
	settings drift.Settings
	values   map[string]string // of the settings that this check reads
	adjustP  func(float64) float64

	dataDigest     []byte
	settingsDigest []byte
}

func (p *pass) readInput(ctx context.Context, tx Tx, t drift.DriftType, c candidate, s drift.Settings, adjust adjustment) (*input, error) {
	in := &input{t: t, c: c, date: p.date, windows: detect.WindowsOf(p.date, s), settings: s}
	var err error
	if in.recent, err = tx.ScoreDays(ctx, c.version, in.windows.Recent.From, in.windows.Recent.To); err != nil {
		return nil, fmt.Errorf("recent days: %w", err)
	}
	if in.baseline, err = tx.ScoreDays(ctx, c.version, in.windows.Baseline.From, in.windows.Baseline.To); err != nil {
		return nil, fmt.Errorf("baseline days: %w", err)
	}
	if in.standIn, err = standIn(ctx, tx, t, c.version, in.baseline, s); err != nil {
		return nil, err
	}
	names := detect.StatisticalSettings
	if t == drift.Performance {
		names = detect.PerformanceSettings
	}
	in.values = s.Subset(names...)
	var family []byte
	if t == drift.Statistical && c.judged && s.Bool("GUARD_FDR") {
		in.adjustP, family = adjust.adjust, adjust.digest
	}
	in.dataDigest = digestDays(t, in.recent, in.baseline, in.standIn, family)
	in.settingsDigest, err = digestSettings(in.values)
	return in, err
}

// same reports whether the report was made from this very input.
func (in *input) same(r *drift.Report) bool {
	return bytes.Equal(r.InputDigest, in.dataDigest) && bytes.Equal(r.SettingsDigest, in.settingsDigest)
}

// digestDays covers which days lie in which window and what this check reads of each: the scores,
// or the counts. An outcome that comes in changes nothing for the check of scores.
func digestDays(t drift.DriftType, recent, baseline []drift.ScoreDay, set *drift.LabelledScores, family []byte) []byte {
	h := sha256.New()
	for _, side := range [][]drift.ScoreDay{recent, baseline} {
		h.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(side))))
		for _, d := range side {
			h.Write(binary.LittleEndian.AppendUint32(nil, uint32(d.Day)))
			if t == drift.Statistical {
				h.Write(d.ScoresDigest())
				continue
			}
			for _, n := range []int{d.N, d.Counts.TP, d.Counts.FP, d.Counts.FN, d.Counts.TN} {
				h.Write(binary.LittleEndian.AppendUint64(nil, uint64(n)))
			}
		}
	}
	if set != nil {
		digestSet(h, set)
	}
	h.Write(family)
	return h.Sum(nil)
}

// digestSettings covers names and values; encoding/json writes maps in the order of their keys.
func digestSettings(values map[string]string) ([]byte, error) {
	b, err := json.Marshal(values)
	if err != nil {
		return nil, fmt.Errorf("encode settings: %w", err)
	}
	sum := sha256.Sum256(b)
	return sum[:], nil
}

// write computes the report and stores it as the one in force.
func (p *pass) write(ctx context.Context, tx Tx, in *input) (*drift.Report, error) {
	r, err := p.compute(ctx, tx, in)
	if err != nil {
		return nil, err
	}
	r.Serving, r.Current, r.CreatedAt = in.c.judged, true, p.now
	r.InputDigest, r.SettingsDigest = in.dataDigest, in.settingsDigest
	if r.Settings, err = json.Marshal(in.values); err != nil {
		return nil, fmt.Errorf("encode settings: %w", err)
	}
	if err := tx.PutReport(ctx, &r); err != nil {
		return nil, fmt.Errorf("put report: %w", err)
	}
	return &r, nil
}

func (p *pass) compute(ctx context.Context, tx Tx, in *input) (drift.Report, error) {
	source := drift.BaselineWindow
	if in.standIn != nil {
		source = drift.BaselineValidation
	}
	if in.t == drift.Performance {
		baseline := detect.PoolSide(in.baseline)
		if in.standIn != nil {
			baseline = sideOf(in.standIn)
		}
		return detect.Performance(detect.PerformanceInput{
			Version: in.c.version, Date: in.date, Settings: in.settings,
			Recent: detect.PoolSide(in.recent), Baseline: baseline, BaselineSource: source,
		}), nil
	}
	recent, baseline, fetch, err := tx.Runs(ctx, in.c.version, in.windows.Recent, in.windows.Baseline)
	if err != nil {
		return drift.Report{}, fmt.Errorf("scores: %w", err)
	}
	if in.standIn != nil { // it holds its values: nothing of it is fetched
		if baseline, err = runsOf(in.standIn); err != nil {
			return drift.Report{}, err
		}
	}
	return detect.Statistical(detect.StatisticalInput{
		Version: in.c.version, Date: in.date, Settings: in.settings,
		Recent: recent, Baseline: baseline, Fetch: fetch, BaselineSource: source, AdjustP: in.adjustP,
	})
}

// adjustment corrects the p-values of a day's tests for their number.
type adjustment struct {
	adjust func(float64) float64
	digest []byte // of the family of tests: part of a report's input
}

// falseDiscovery collects the day's p-values where a tenant asks for the correction. The family is
// every serving version's test of the date at tenants that asked.
func (p *pass) falseDiscovery(ctx context.Context, t drift.DriftType, pl plan) (adjustment, error) {
	var family []float64
	if t != drift.Statistical {
		return adjustment{}, nil
	}
	for _, c := range pl.candidates {
		if !c.judged {
			continue
		}
		err := p.e.system(ctx, func(tx Tx) error {
			s, err := p.settings.get(ctx, tx, c.version.TenantID)
			if err != nil || !s.Bool("GUARD_FDR") {
				return err
			}
			in, err := p.readInput(ctx, tx, t, c, s, adjustment{})
			if err != nil {
				return err
			}
			in.adjustP = nil
			r, err := p.compute(ctx, tx, in)
			if err == nil && r.Status == drift.StatusOK {
				family = append(family, float64(r.Statistical.PValue))
			}
			return err
		})
		if err != nil {
			return adjustment{}, fmt.Errorf("p-values of the day: %w", err)
		}
	}
	if len(family) == 0 {
		return adjustment{}, nil
	}
	b, err := json.Marshal(family)
	if err != nil {
		return adjustment{}, fmt.Errorf("encode p-values: %w", err)
	}
	sum := sha256.Sum256(b)
	return adjustment{adjust: detect.BenjaminiHochberg(family), digest: sum[:]}, nil
}
