package drift_test

import (
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 40992: "40,992", 123456: "123,456", 1234567: "1,234,567", -1000: "-1000"} {
		if got := drift.Thousands(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
