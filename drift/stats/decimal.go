package stats

import (
	"fmt"
	"math/big"
	"strings"
)

// Decimal is an exact decimal fraction such as 0.10: a threshold as a person
// wrote it, not the float beside it. The zero value is 0.
type Decimal struct {
	coef  int64
	scale uint8 // value = coef / 10^scale
}

// maxDigits keeps coef within int64.
const maxDigits = 18

// ParseDecimal reads an optional sign, digits, and an optional point with
// digits: "0.10", "-.5", "3". Exponents are refused, and more than 18 digits.
func ParseDecimal(s string) (Decimal, error) {
	body, negative := s, false
	if body != "" && (body[0] == '-' || body[0] == '+') {
		negative, body = body[0] == '-', body[1:]
	}
	whole, fraction, _ := strings.Cut(body, ".")
	digits := whole + fraction
	if digits == "" || len(digits) > maxDigits {
		return Decimal{}, fmt.Errorf("%q is not a decimal number of 1 to %d digits", s, maxDigits)
	}
	d := Decimal{scale: uint8(len(fraction))}
	for _, c := range []byte(digits) {
		if c < '0' || c > '9' {
			return Decimal{}, fmt.Errorf("%q is not a decimal number", s)
		}
		d.coef = d.coef*10 + int64(c-'0')
	}
	if negative {
		d.coef = -d.coef
	}
	return d, nil
}

// MustDecimal is [ParseDecimal] for constants; it panics on an error.
func MustDecimal(s string) Decimal {
	d, err := ParseDecimal(s)
	if err != nil {
		panic("stats: " + err.Error())
	}
	return d
}

// String writes the number with the digits it was read with.
func (d Decimal) String() string {
	sign, c := "", d.coef
	if c < 0 {
		sign, c = "-", -c
	}
	digits := fmt.Sprintf("%0*d", int(d.scale)+1, c)
	point := len(digits) - int(d.scale)
	if d.scale == 0 {
		return sign + digits
	}
	return sign + digits[:point] + "." + digits[point:]
}

// MarshalText writes what [Decimal.String] does.
func (d Decimal) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what [ParseDecimal] does.
func (d *Decimal) UnmarshalText(text []byte) error {
	v, err := ParseDecimal(string(text))
	if err == nil {
		*d = v
	}
	return err
}

// Rat returns the number as a fraction.
func (d Decimal) Rat() *big.Rat {
	return new(big.Rat).SetFrac(big.NewInt(d.coef), d.power())
}

// Float64 returns the nearest float.
func (d Decimal) Float64() float64 {
	f, _ := d.Rat().Float64()
	return f
}

// Cmp compares two decimals: -1, 0 or +1; 0.1 and 0.10 are equal.
func (d Decimal) Cmp(e Decimal) int { return d.Rat().Cmp(e.Rat()) }

// power returns 10^scale.
func (d Decimal) power() *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(d.scale)), nil)
}

// cmpFraction compares num/den, den > 0, with d. It uses up num.
func (d Decimal) cmpFraction(num, den *big.Int) int {
	right := new(big.Int).Mul(den, big.NewInt(d.coef))
	return num.Mul(num, d.power()).Cmp(right)
}
