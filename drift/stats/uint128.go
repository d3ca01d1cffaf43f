package stats

import (
	"math/big"
	"math/bits"
)

// Uint128 is an unsigned integer of 128 bits: the numerator of D, which for
// two samples of more than 2³² values does not fit into 64.
type Uint128 struct{ Hi, Lo uint64 }

// Less reports u < v.
func (u Uint128) Less(v Uint128) bool {
	return u.Hi < v.Hi || u.Hi == v.Hi && u.Lo < v.Lo
}

// IsZero reports u == 0.
func (u Uint128) IsZero() bool { return u.Hi|u.Lo == 0 }

// Big returns u as a new big integer.
func (u Uint128) Big() *big.Int {
	b := new(big.Int).SetUint64(u.Hi)
	return b.Lsh(b, 64).Or(b, new(big.Int).SetUint64(u.Lo))
}

// String returns u in decimal.
func (u Uint128) String() string { return u.Big().String() }

// mul128 returns a·b.
func mul128(a, b uint64) Uint128 {
	hi, lo := bits.Mul64(a, b)
	return Uint128{hi, lo}
}

// quotient returns u/(a·b) correctly rounded; a·b must not be 0.
func (u Uint128) quotient(a, b uint64) float64 {
	const exact = 1 << 53 // integers up to here are exact in a float64
	d := mul128(a, b)
	if d.Hi == 0 && d.Lo <= exact && u.Hi == 0 && u.Lo <= exact {
		return float64(u.Lo) / float64(d.Lo)
	}
	f, _ := new(big.Rat).SetFrac(u.Big(), d.Big()).Float64()
	return f
}

// gapOf returns |c1·n2 − c2·n1|, the numerator of |F1 − F2| where c1 values of
// the first and c2 of the second sample have been passed.
func gapOf(c1, c2, n1, n2 uint64) Uint128 {
	ah, al := bits.Mul64(c1, n2)
	bh, bl := bits.Mul64(c2, n1)
	lo, borrow := bits.Sub64(al, bl, 0)
	hi, borrow := bits.Sub64(ah, bh, borrow)
	if borrow != 0 {
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	return Uint128{hi, lo}
}
