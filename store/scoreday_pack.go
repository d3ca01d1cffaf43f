package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/driftwatch/driftwatch/drift/stats"
)

// bitmapBytes is the length of the map of bins that hold something.
const bitmapBytes = stats.Bins / 8

var errDamaged = errors.New("the stored histogram is damaged: mark the day to have it rebuilt")

// packScores writes scores as float64, little endian.
func packScores(scores []float64) []byte {
	b := make([]byte, 0, 8*len(scores))
	for _, s := range scores {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(s))
	}
	return b
}

// unpackScores reads what packScores wrote, or a slice of it, and appends it to dst.
func unpackScores(dst []float64, b []byte) ([]float64, error) {
	if len(b)%8 != 0 {
		return nil, fmt.Errorf("%d bytes of scores: %w", len(b), errDamaged)
	}
	for ; len(b) > 0; b = b[8:] {
		dst = append(dst, math.Float64frombits(binary.LittleEndian.Uint64(b)))
	}
	return dst, nil
}

// packBins writes a histogram without its empty bins, of which a day of few predictions has many.
// Behind the counts go the parts of the bins, save for a small day, whose scores are read with it,
// and days that were built before there were parts.
func packBins(run stats.Run) (counts, sums []byte) {
	counts = make([]byte, bitmapBytes, bitmapBytes+4*64)
	for b, n := range run.Counts {
		if n == 0 {
			continue
		}
		counts[b/8] |= 1 << (b % 8)
		counts = binary.LittleEndian.AppendUint32(counts, n)
		sums = binary.LittleEndian.AppendUint64(sums, math.Float64bits(run.Sums[b]))
	}
	if run.N() > smallDay {
		counts = append(counts, run.Parts...)
	}
	return counts, sums
}

// unpackBins reads what packBins wrote into a run. It keeps neither slice.
func unpackBins(run *stats.Run, counts, sums []byte) error {
	if len(counts) < bitmapBytes {
		return errDamaged
	}
	bitmap, counts := counts[:bitmapBytes], counts[bitmapBytes:]
	full := 0
	for _, b := range bitmap {
		full += bits.OnesCount8(b)
	}
	if len(counts) < 4*full || len(sums) != 8*full {
		return errDamaged
	}
	if parts := counts[4*full:]; len(parts) > 0 {
		run.Parts = slices.Clone(parts)
	}
	n, s := make([]uint32, stats.Bins), make([]float64, stats.Bins)
	for i, byte := range bitmap {
		for ; byte != 0; byte &= byte - 1 {
			b := 8*i + bits.TrailingZeros8(byte)
			n[b], counts = binary.LittleEndian.Uint32(counts), counts[4:]
			s[b], sums = math.Float64frombits(binary.LittleEndian.Uint64(sums)), sums[8:]
		}
	}
	run.Counts, run.Sums = n, s
	return nil
}
