package handlers

import (
	"context"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/detect"
	"github.com/driftwatch/driftwatch/views/lang"
)

// fellWords say in one sentence where an alert's accuracy fell most; "" where no check of accuracy compared two
// windows, or none of the parts fell beyond chance.
func (p *Pages) fellWords(ctx context.Context, by drift.Actor, d drift.AlertData, l lang.Lang) (string, error) {
	r := performanceReport(d)
	if !hasFeatureWindows(r) {
		return "", nil
	}
	found := p.fell.get(r.ID)
	if found == nil {
		recent, baseline := windowsOf(*r)
		s, err := p.o.Engine.FellWhere(ctx, by, r, detect.Windows{Recent: recent, Baseline: baseline})
		if err != nil {
			return "", err
		}
		v := fellOf(s.Slices)
		found = &v
		p.fell.put(r.ID, found)
	}
	return found.words(l), nil
}

// fellIn is in how many of the parts that were tested accuracy fell beyond chance, and where most.
type fellIn struct {
	fell, tested int
	most         drift.Slice
}

func fellOf(list []drift.Slice) (f fellIn) {
	for _, s := range list {
		if !s.QValue.Defined() {
			continue
		}
		f.tested++
		if !detect.SliceFell(s) {
			continue
		}
		if f.fell++; f.fell == 1 || s.Drop > f.most.Drop {
			f.most = s
		}
	}
	return f
}

func (f fellIn) words(l lang.Lang) string {
	if f.fell == 0 {
		return ""
	}
	where, by := sliceName(l, f.most), l.Points(float64(f.most.Drop), 1)
	if f.fell == f.tested {
		return l.T("Accuracy fell in every part that was compared, most in %s: by %s.", where, by)
	}
	return l.T("Accuracy fell beyond chance in %d of %d parts, most in %s: by %s.", f.fell, f.tested, where, by)
}
