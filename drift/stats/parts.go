package stats

import "encoding/binary"

// Each bin has so many equal parts. Two distributions that agree come so close
// that their gap may change its sign in nearly every bin of a [Run]; in most of
// them the counts of the parts show that it does not.
const (
	partBits = 4
	binParts = 1 << partBits
	allParts = Bins * binParts
)

// fewPlaces: of up to so many values the place of each takes less room than a
// count for every part.
const fewPlaces = 2 * binParts

// partOf returns the part of a score within 0 to 1. It lies in the bin that
// BinOf gives, both factors being powers of two.
func partOf(score float64) int { return min(int(score*allParts), allParts-1) }

// packParts describes in which parts sorted values lie. Per bin that holds
// something, in ascending order, it writes
//
//   - for up to fewPlaces values the number of each one's part within the bin,
//     half a byte each, the lower half first,
//   - for more a count for every part of the bin, as unsigned varints.
func packParts(sorted []float64, counts []uint32) []byte {
	var packed []byte
	for _, n := range counts {
		values := sorted[:n]
		sorted = sorted[n:]
		if n <= fewPlaces {
			for i, v := range values {
				place := byte(partOf(v) % binParts)
				if i%2 == 0 {
					packed = append(packed, place)
				} else {
					packed[len(packed)-1] |= place << 4
				}
			}
			continue
		}
		var parts [binParts]uint32
		for _, v := range values {
			parts[partOf(v)%binParts]++
		}
		for _, m := range parts {
			packed = binary.AppendUvarint(packed, uint64(m))
		}
	}
	return packed
}

// addParts adds what packParts has written to sums, one for every part of the
// axis, and reports whether it agrees with the counts.
func addParts(sums *[allParts]uint64, packed []byte, counts []uint32) bool {
	for b, n := range counts {
		parts := (*[binParts]uint64)(sums[b*binParts:])
		if n <= fewPlaces {
			size := (int(n) + 1) / 2
			if len(packed) < size {
				return false
			}
			for _, two := range packed[:n/2] {
				parts[two%binParts]++
				parts[two>>4]++
			}
			if n%2 == 1 {
				if packed[n/2] >= binParts {
					return false
				}
				parts[packed[n/2]]++
			}
			packed = packed[size:]
			continue
		}
		left := uint64(n)
		for k := range parts {
			m, size := uint64(0), 1
			if len(packed) > 0 && packed[0] < 0x80 { // most are that small
				m = uint64(packed[0])
			} else if m, size = binary.Uvarint(packed); size <= 0 {
				return false
			}
			if m > left {
				return false
			}
			parts[k] += m
			left -= m
			packed = packed[size:]
		}
		if left > 0 {
			return false
		}
	}
	return len(packed) == 0
}

// addPartsOf is addParts for a run of which the values are at hand.
func addPartsOf(sums *[allParts]uint64, sorted []float64, counts []uint32) bool {
	for b, n := range counts {
		for _, v := range sorted[:n] {
			if !(v >= 0 && v <= 1) || BinOf(v) != b {
				return false
			}
			sums[partOf(v)]++
		}
		sorted = sorted[n:]
	}
	return true
}
