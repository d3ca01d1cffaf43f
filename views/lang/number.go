package lang

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
func (l Lang) Fixed(v float64, decimals int) string {
	if !Finite(v) {
		return Missing
	}
	s := strconv.FormatFloat(math.Abs(v), 'f', max(decimals, 0), 64)
	whole, fraction, dotted := strings.Cut(s, ".")
	s = l.group(whole)
	if dotted {
		s += l.marks().decimal + fraction
	}
	if v < 0 && strings.ContainsAny(s, "123456789") {
		return minus + s
	}
	return s
}

// Signed is [Fixed] with a plus sign before what is above zero.
func (l Lang) Signed(v float64, decimals int) string {
	s := l.Fixed(v, decimals)
	if Finite(v) && v > 0 && strings.ContainsAny(s, "123456789") {
		return "+" + s
	}
	return s
}

// Short writes v with up to digits significant figures and no trailing zeros,
// for axis ticks and cut-offs: 0.5, 0.117, 20.
func (l Lang) Short(v float64, digits int) string {
	if !Finite(v) {
		return Missing
	}
	if v == 0 {
		return "0"
	}
	places := max(0, digits-1-int(math.Floor(math.Log10(math.Abs(v)))))
	s := l.Fixed(v, places)
	if point := l.marks().decimal; strings.Contains(s, point) {
		s = strings.TrimSuffix(strings.TrimRight(s, "0"), point)
	}
	return s
}

// Count writes a whole number with its thousands parted: 1,440.
func (l Lang) Count(n int64) string {
	if n < 0 {
		return minus + l.group(strconv.FormatUint(uint64(-(n+1))+1, 10))
	}
	return l.group(strconv.FormatInt(n, 10))
}

// Percent writes a fraction as percent: Percent(0.39, 1) is "39.0 %".
func (l Lang) Percent(fraction float64, decimals int) string {
	if !Finite(fraction) {
		return Missing
	}
	return l.Fixed(fraction*100, decimals) + nbsp + "%"
}

// PercentRange writes an interval of two fractions with one unit:
// "33.9 – 44.3 %".
func (l Lang) PercentRange(low, high float64, decimals int) string {
	if !Finite(low) || !Finite(high) {
		return Missing
	}
	return l.Fixed(low*100, decimals) + nbsp + "–" + nbsp + l.Percent(high, decimals)
}

// Points writes a difference of two fractions in percentage points, without a
// sign for what is above zero: "22.8 points".
func (l Lang) Points(difference float64, decimals int) string {
	if !Finite(difference) {
		return Missing
	}
	number := l.Fixed(difference*100, decimals)
	if number == "1" || number == minus+"1" {
		return number + nbsp + l.T("point")
	}
	return number + nbsp + l.T("points")
}

// PointsRange writes an interval of two differences: "16.9 to 28.5".
func (l Lang) PointsRange(low, high float64, decimals int) string {
	if !Finite(low) || !Finite(high) {
		return Missing
	}
	return l.T("%s to %s", l.Fixed(low*100, decimals), l.Fixed(high*100, decimals))
}

// Bytes writes a size in the decimal unit that leaves one to three figures
// before the point: "142 GB", "9.4 MB".
func (l Lang) Bytes(n int64) string {
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
		return l.Fixed(v, 0) + nbsp + unit
	}
	return l.Fixed(v, 1) + nbsp + unit
}

// Value is what p points to, or NaN, which every function here writes as
// [Missing].
func Value(p *float64) float64 {
	if p == nil {
		return math.NaN()
	}
	return *p
}

// marks are a language's decimal sign and the sign between groups of three digits.
type marks struct{ decimal, group string }

func (l Lang) marks() marks {
	if l == German {
		return marks{",", "."}
	}
	return marks{".", ","}
}

// group parts the digits of a whole number in threes.
func (l Lang) group(digits string) string {
	if len(digits) <= 3 {
		return digits
	}
	head := len(digits) % 3
	var b strings.Builder
	b.WriteString(digits[:head])
	for i := head; i < len(digits); i += 3 {
		if b.Len() > 0 {
			b.WriteString(l.marks().group)
		}
		b.WriteString(digits[i : i+3])
	}
	return b.String()
}
