package retrain_test

import (
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift/retrain"
)

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"epoch 1":                        "epoch 1",
		"  \t ":                          "",
		"\x1b[1;31mred\x1b[0m\x07":       "red",
		"a\tb\x00c":                      "a bc",
		"two\nlines":                     "two lines",
		"\u202egnirts":                   "gnirts",
		"\xff":                           "�",
		strings.Repeat("x", 501):         strings.Repeat("x", 500),
		strings.Repeat("x", 499) + "é":   strings.Repeat("x", 499),
		strings.Repeat("é", 250):         strings.Repeat("é", 250),
		"\x1b]0;title\x07ok \x1b[2Kdone": "ok done",
	} {
		if got := retrain.Plain(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestSpoken(t *testing.T) {
	for d, want := range map[time.Duration]string{
		2 * time.Hour: "2 hours", time.Hour: "1 hour", 90 * time.Minute: "90 minutes", time.Second: "1 second",
		1500 * time.Millisecond: "1.5s",
	} {
		if got := retrain.Spoken(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
