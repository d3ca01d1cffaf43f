package format

import (
	"math"
	"strconv"
	"strings"
)

// Missing stands where there is no number.
const Missing = "–"

// nbsp keeps a unit on the line of its number.
const nbsp = "\u00a0"

// minus is the sign that is as wide as a figure, unlike the hyphen.
const minus = "−"

// Finite reports whether v is a number that can be drawn or written.
func Finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// Fixed writes v with exactly decimals places: 0.359, −12.50. A value that
// rounds to zero carries no sign.
func Fixed(v float64, decimals int) string {
	if !Finite(v) {
		return Missing
	}
	s := strconv.FormatFloat(math.Abs(v), 'f', max(decimals, 0), 64)
	whole, fraction, dotted := strings.Cut(s, ".")
	s = group(whole)
	if dotted {
		s += "." + fraction
	}
	if v < 0 && strings.ContainsAny(s, "123456789") {
		return minus + s
	}
	return s
}

// Signed is [Fixed] with a plus sign before what is above zero.
func Signed(v float64, decimals int) string {
	s := Fixed(v, decimals)
	if Finite(v) && v > 0 && strings.ContainsAny(s, "123456789") {
		return "+" + s
	}
	return s
}

// Short writes v with up to digits significant figures and no trailing zeros,
// for axis ticks and cut-offs: 0.5, 0.117, 20.
func Short(v float64, digits int) string {
	if !Finite(v) {
		return Missing
	}
	if v == 0 {
		return "0"
	}
	places := max(0, digits-1-int(math.Floor(math.Log10(math.Abs(v)))))
	s := Fixed(v, places)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// Count writes a whole number with its thousands parted: 1,440.
func Count(n int64) string {
	if n < 0 {
		return minus + group(strconv.FormatUint(uint64(-(n+1))+1, 10))
	}
	return group(strconv.FormatInt(n, 10))
}

// Plural writes n with the form of the word that belongs to it:
// Plural(1, "model", "models") is "1 model".
func Plural(n int64, one, many string) string {
	if n == 1 {
		return "1" + nbsp + one
	}
	return Count(n) + nbsp + many
}

// Percent writes a fraction as percent: Percent(0.39, 1) is "39.0 %".
func Percent(fraction float64, decimals int) string {
	if !Finite(fraction) {
		return Missing
	}
	return Fixed(fraction*100, decimals) + nbsp + "%"
}

// PercentRange writes an interval of two fractions with one unit:
// "33.9 – 44.3 %".
func PercentRange(low, high float64, decimals int) string {
	if !Finite(low) || !Finite(high) {
		return Missing
	}
	return Fixed(low*100, decimals) + nbsp + "–" + nbsp + Percent(high, decimals)
}

// Points writes a difference of two fractions in percentage points, without a
// sign for what is above zero: "22.8 points".
func Points(difference float64, decimals int) string {
	if !Finite(difference) {
		return Missing
	}
	word := "points"
	number := Fixed(difference*100, decimals)
	if number == "1" || number == minus+"1" {
		word = "point"
	}
	return number + nbsp + word
}

// PointsRange writes an interval of two differences: "16.9 to 28.5".
func PointsRange(low, high float64, decimals int) string {
	if !Finite(low) || !Finite(high) {
		return Missing
	}
	return Fixed(low*100, decimals) + " to " + Fixed(high*100, decimals)
}

// Bytes writes a size in the decimal unit that leaves one to three figures
// before the point: "142 GB", "9.4 MB".
func Bytes(n int64) string {
	if n < 0 {
		return Missing
	}
	v, unit := float64(n), "B"
	for _, next := range []string{"kB", "MB", "GB", "TB", "PB", "EB"} {
		if v < 999.5 {
			break
		}
		v, unit = v/1000, next
	}
	if unit == "B" || v >= 9.95 {
		return Fixed(v, 0) + nbsp + unit
	}
	return Fixed(v, 1) + nbsp + unit
}

// Value is what p points to, or NaN, which every function here writes as
// [Missing].
func Value(p *float64) float64 {
	if p == nil {
		return math.NaN()
	}
	return *p
}

// group parts the digits of a whole number in threes.
func group(digits string) string {
	if len(digits) <= 3 {
		return digits
	}
	head := len(digits) % 3
	var b strings.Builder
	b.WriteString(digits[:head])
	for i := head; i < len(digits); i += 3 {
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(digits[i : i+3])
	}
	return b.String()
}
