//go:build torture

package main_test

import (
	"math"
	"testing"
)

// TestTortureEveryPage goes through every kind of page in German and under the audit.
func TestTortureEveryPage(t *testing.T) {
	n := newNight(t)
	t.Run("German", func(t *testing.T) { n.inGerman(t, math.MaxInt) })
	t.Run("audit", func(t *testing.T) { n.audited(t, math.MaxInt) })
}

// TestTortureAccessible looks at every page and state of the demo in both looks.
func TestTortureAccessible(t *testing.T) {
	newWorld(t).lookedAt(t, func(int) []look { return looks })
}
