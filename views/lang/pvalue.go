package lang

import (
	"math"
	"strconv"
	"strings"
)

// smallestP is where a p-value is only bounded: below it float64 runs out.
const smallestP = 1e-300

// P writes a p-value with two significant figures: "0.41", "0.0031",
// "9.1 × 10⁻³²", "< 10⁻³⁰⁰". See [Lang.PDigits].
func (l Lang) P(p float64) string { return l.PDigits(p, 2) }

// PDigits writes a p-value (0 to 1) with the given number of significant
// figures, from 0.001 up in plain decimals, below as a power of ten. Where
// rounding would carry the text to or over one of the guide's cut-offs (0.05,
// 0.01, 0.001) it takes as many figures more as keep it on its own side, so
// that what is read never contradicts the severity beside it. What is not a
// probability is [Missing].
func (l Lang) PDigits(p float64, digits int) string {
	switch {
	case !(p >= 0 && p <= 1):
		return Missing
	case p == 1:
		return "1"
	case p < smallestP:
		return "<" + nbsp + Power(-300)
	}
	digits = max(digits, 1)
	for digits < 17 && crossesCutoff(p, digits) {
		digits++
	}
	mantissa, exponent := split(p, digits)
	if exponent >= -3 {
		return l.Fixed(p, digits-1-exponent)
	}
	return strings.Replace(mantissa, ".", l.marks().decimal, 1) + nbsp + "×" + nbsp + Power(exponent)
}

// Power writes a power of ten: "10⁻³²".
func Power(exponent int) string { return "10" + Superscript(exponent) }

// Superscript writes n in superscript characters, the minus sign included.
func Superscript(n int) string {
	const raised = "⁰¹²³⁴⁵⁶⁷⁸⁹"
	figures := []rune(raised)
	var b strings.Builder
	for _, r := range strconv.Itoa(n) {
		if r == '-' {
			b.WriteRune('⁻')
			continue
		}
		b.WriteRune(figures[r-'0'])
	}
	return b.String()
}

// crossesCutoff tells whether p, rounded to digits figures, lies on the other
// side of a cut-off (strictly below counts as below).
func crossesCutoff(p float64, digits int) bool {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(p, 'e', digits-1, 64), 64)
	if err != nil {
		return false
	}
	for _, cut := range []float64{0.05, 0.01, 0.001} {
		if (p < cut) != (rounded < cut) {
			return true
		}
	}
	return p < 1 && rounded >= 1
}

// split gives the decimal mantissa of p as text and its exponent.
func split(p float64, digits int) (mantissa string, exponent int) {
	text := strconv.FormatFloat(p, 'e', digits-1, 64)
	mantissa, power, _ := strings.Cut(text, "e")
	exponent, err := strconv.Atoi(power)
	if err != nil {
		return mantissa, int(math.Floor(math.Log10(p)))
	}
	return mantissa, exponent
}
