package ingest

import (
	"bytes"
	"strconv"
)

// scanNumber gives the end of the JSON number that begins at i, or -1 where
// there is none (RFC 8259, section 6).
func scanNumber(b []byte, i int) int {
	if i < len(b) && b[i] == '-' {
		i++
	}
	switch {
	case i >= len(b) || !isDigit(b[i]):
		return -1
	case b[i] == '0':
		i++
	default:
		i = skipDigits(b, i)
	}
	if i < len(b) && b[i] == '.' {
		start := i + 1
		if i = skipDigits(b, start); i == start {
			return -1
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		start := i
		if i = skipDigits(b, start); i == start {
			return -1
		}
	}
	return i
}

func isDigit(c byte) bool { return c-'0' <= 9 }

func skipDigits(b []byte, i int) int {
	for i < len(b) && isDigit(b[i]) {
		i++
	}
	return i
}

// decimal is a number taken apart: mantissa·10^exp10, exact where digits ≤ 19.
type decimal struct {
	negative bool
	mantissa uint64
	digits   int // without leading zeros
	exp10    int // of the mantissa's last digit
	exponent int // as written after the e
	fraction int // digits after the point
	whole    int // digits before the point, leading zeros left out
}

const exponentCap = 1 << 20 // far beyond every limit, far below overflow

// scanDecimal takes a number apart. Beside JSON's form it accepts what tables
// hold: a plus sign, a missing digit on one side of the point, leading zeros.
func scanDecimal(b []byte) (d decimal, ok bool) {
	i := 0
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		d.negative = b[i] == '-'
		i++
	}
	start := i
	for ; i < len(b) && isDigit(b[i]); i++ {
		d.add(b[i])
	}
	d.whole = d.digits
	written := i - start
	if i < len(b) && b[i] == '.' {
		i++
		start = i
		for ; i < len(b) && isDigit(b[i]); i++ {
			d.add(b[i])
		}
		d.fraction = i - start
		written += d.fraction
	}
	if written == 0 {
		return d, false
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		if i = d.scanExponent(b, i+1); i < 0 {
			return d, false
		}
	}
	d.exp10 = d.exponent - d.fraction
	return d, i == len(b)
}

func (d *decimal) add(c byte) {
	if d.digits > 0 || c != '0' {
		d.digits++
	}
	if d.digits <= 19 {
		d.mantissa = d.mantissa*10 + uint64(c-'0')
	}
}

func (d *decimal) scanExponent(b []byte, i int) int {
	sign := 1
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		if b[i] == '-' {
			sign = -1
		}
		i++
	}
	start := i
	for ; i < len(b) && isDigit(b[i]); i++ {
		if d.exponent < exponentCap {
			d.exponent = d.exponent*10 + int(b[i]-'0')
		}
	}
	d.exponent *= sign
	if i == start {
		return -1
	}
	return i
}

// fits reports whether a feature's number stays within what double precision
// spans and PostgreSQL's numeric holds, and how long it may get written out.
func (d *decimal) fits() bool {
	return d.whole+d.exponent <= 309 &&
		d.fraction-d.exponent <= MaxNumberDigits &&
		d.whole+d.fraction <= MaxNumberDigits
}

var pow10 = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// parseFloat gives the nearest float64 of a number as scanDecimal accepts it;
// beyond the range it is ±Inf, as strconv.ParseFloat has it.
func parseFloat(b []byte) (f float64, ok bool) {
	d, ok := scanDecimal(b)
	if !ok {
		return 0, false
	}
	// Both factors are exact here, so that one rounding gives the nearest.
	if d.digits <= 19 && d.mantissa < 1<<53 && -22 <= d.exp10 && d.exp10 <= 22 {
		f = float64(d.mantissa)
		if d.exp10 < 0 {
			f /= pow10[-d.exp10]
		} else {
			f *= pow10[d.exp10]
		}
		if d.negative {
			f = -f
		}
		return f, true
	}
	f, _ = strconv.ParseFloat(string(b), 64) // ±Inf with its range error
	return f, true
}

// parseLabel reads true or false in the forms that doc.go lists.
func parseLabel(b []byte) (label, ok bool) {
	if len(b) == 1 {
		switch b[0] {
		case '1', 't', 'T':
			return true, true
		case '0', 'f', 'F':
			return false, true
		}
		return false, false
	}
	for _, l := range labels {
		if len(l.text) == len(b) && bytes.EqualFold(b, l.text) {
			return l.label, true
		}
	}
	return false, false
}

var labels = []struct {
	text  []byte
	label bool
}{
	{[]byte("true"), true},
	{[]byte("false"), false},
	{[]byte("yes"), true},
	{[]byte("no"), false},
	{[]byte("1.0"), true}, // pandas writes a column with gaps this way
	{[]byte("0.0"), false},
}
