package drift

import "testing"

// The samples that an alert's page offers are those of a statistical check, its own before the other.
func TestWhichSamplesAPageOffers(t *testing.T) {
	statistical, other, performance := &Report{DriftType: Statistical}, &Report{DriftType: Statistical}, &Report{DriftType: Performance}
	for i, c := range []struct{ own, other, want *Report }{
		{nil, nil, nil},
		{performance, nil, nil},
		{statistical, other, statistical},
		{performance, other, other},
		{nil, other, other},
		{statistical, performance, statistical},
	} {
		if got := (AlertData{Own: c.own, Other: c.other}).Statistical(); got != c.want {
			t.Errorf("case %d: %+v", i, got)
		}
	}
}
