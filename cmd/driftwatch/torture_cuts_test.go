//go:build torture

package main_test

import (
	"testing"
	"time"
)

// TestThousandCuts: a link that is dropped, reset, delayed, half open and truncated a thousand times never
// leaves a board that looks live and is not, and never loses or doubles an alert.
func TestThousandCuts(t *testing.T) { cutLinks(t, 8, 125, uint64(time.Now().UnixNano())) }
