package stats

import "math/big"

// cellsAtMost reports whether the cells (i,j), 0 ≤ i ≤ n1, 0 ≤ j ≤ n2, with
// |i·n2 − j·n1| < d number at most most. It takes O(log n) steps.
func cellsAtMost(d Uint128, n1, n2 int, most uint64) bool {
	all := mul128(uint64(n1)+1, uint64(n2)+1)
	if all.Hi == 0 && all.Lo <= most {
		return true
	}
	return cellsInBand(d, n1, n2).Cmp(new(big.Int).SetUint64(most)) <= 0
}

// cellsInBand counts the cells with |i·n2 − j·n1| < d, for 0 < d ≤ n1·n2.
//
// Turning the lattice by half (i → n1−i, j → n2−j) changes only the sign of the
// difference, so the cells outside are twice those with j·n1 − i·n2 ≥ d. In the
// column i those are j = ⌈(d + i·n2)/n1⌉ … n2, as long as i ≤ (n1·n2 − d)/n2.
func cellsInBand(d Uint128, n1, n2 int) *big.Int {
	a, b := big.NewInt(int64(n1)), big.NewInt(int64(n2))
	one := big.NewInt(1)
	columns := new(big.Int).Mul(a, b)
	columns.Sub(columns, d.Big()).Div(columns, b).Add(columns, one)

	rows := new(big.Int).Add(b, one)
	outside := new(big.Int).Mul(columns, rows)
	start := d.Big()
	start.Add(start, a).Sub(start, one) // ⌈x/n1⌉ = ⌊(x+n1−1)/n1⌋
	outside.Sub(outside, floorSum(columns, a, b, start))

	total := new(big.Int).Add(a, one)
	total.Mul(total, rows)
	return total.Sub(total, outside.Lsh(outside, 1))
}

// floorSum returns Σ ⌊(a·i + b)/m⌋ over i = 0 … n−1 for n, a, b ≥ 0 and m > 0,
// by the steps of Euclid's algorithm. Its arguments are used up, save m and a.
func floorSum(n, m, a, b *big.Int) *big.Int {
	sum, t, u := new(big.Int), new(big.Int), new(big.Int)
	m, a = new(big.Int).Set(m), new(big.Int).Set(a)
	one := big.NewInt(1)
	for n.Sign() > 0 {
		// Whole parts of a and b: n(n−1)/2·⌊a/m⌋ + n·⌊b/m⌋.
		q, r := t.QuoRem(a, m, u)
		whole := new(big.Int).Sub(n, one)
		whole.Mul(whole, n).Rsh(whole, 1).Mul(whole, q)
		sum.Add(sum, whole)
		a.Set(r)
		q, r = t.QuoRem(b, m, u)
		sum.Add(sum, whole.Mul(n, q))
		b.Set(r)
		// What is left counts lattice points under a line; swap its axes.
		top := new(big.Int).Mul(a, n)
		top.Add(top, b)
		q, r = t.QuoRem(top, m, u)
		n.Set(q)
		b.Set(r)
		a, m = m, a
	}
	return sum
}
