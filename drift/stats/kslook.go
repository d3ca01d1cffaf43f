package stats

// look looks into the waiting and the constant bins in ascending order, into as
// many at a time as may be copied.
func (l *level) look(s *search, recent, baseline []float64, r *refiner) {
	for b, state := range l.state {
		if state == binWaiting {
			r.need = min(r.most, r.need+int(l.counts[0][b])+int(l.counts[1][b]))
		}
	}
	var c1, c2 uint64
	for from := 0; from < levelBins; {
		to, held := l.batch(s, from, c1, c2, r.most)
		if held > r.most {
			lo, hi := l.keysOf(from, recent, baseline)
			r.crowd(s, recent, baseline, keySpan{lo, hi}, c1, c2, 0)
			l.state[from] = binShut
		} else {
			var xs, ys []float64
			if held > 0 {
				xs = l.gather(recent, 0, r.room())
				ys = l.gather(baseline, 1, r.room()[len(xs):])
			}
			l.open(s, xs, ys, from, to, c1, c2, r)
		}
		for ; from < to; from++ {
			c1 += uint64(l.counts[0][from])
			c2 += uint64(l.counts[1][from])
		}
	}
}

// batch opens waiting bins from one on, where c1 and c2 values lie below, and
// returns the end of these bins and what they hold: up to most values, or one
// bin with more. Those that what has been found since leaves behind are shut.
func (l *level) batch(s *search, from int, c1, c2 uint64, most int) (to, held int) {
	for b := from; b < levelBins; b++ {
		m1, m2 := uint64(l.counts[0][b]), uint64(l.counts[1][b])
		if l.state[b] == binWaiting && s.worth(s.bound(c1, c2, m1, m2)) {
			if held+int(m1+m2) > most && b > from {
				return b, held
			}
			l.state[b] = binOpen
			if held += int(m1 + m2); held > most {
				return b + 1, held
			}
		} else if l.state[b] == binWaiting {
			l.state[b] = binShut
		}
		c1, c2 = c1+m1, c2+m2
	}
	return levelBins, held
}

// gather copies the values of the open bins into out, bin by bin, and returns
// the part of it that they fill.
func (l *level) gather(xs []float64, side int, out []float64) []float64 {
	total := uint32(0)
	for b, state := range l.state {
		if state == binOpen {
			l.next[b] = total
			total += l.counts[side][b]
		}
	}
	if total > 0 {
		l.scatter(xs, out)
	}
	return out[:total]
}

// open looks into the bins from one on to another, before which c1 and c2 values
// lie, and shuts them. The values of the open ones have been gathered.
func (l *level) open(s *search, xs, ys []float64, from, to int, c1, c2 uint64, r *refiner) {
	for b := from; b < to; b++ {
		m1, m2 := uint64(l.counts[0][b]), uint64(l.counts[1][b])
		switch l.state[b] {
		case binConstant:
			s.point(c1+m1, c2+m2, l.value[b]+0)
		case binOpen:
			if s.worth(s.bound(c1, c2, m1, m2)) {
				r.refine(s, xs[:m1], ys[:m2], c1, c2, 0)
			}
			xs, ys = xs[m1:], ys[m2:]
		}
		l.state[b] = binShut
		c1, c2 = c1+m1, c2+m2
	}
}

// keysOf returns the least and the largest key in a bin.
func (l *level) keysOf(bin int, recent, baseline []float64) (lo, hi uint64) {
	lo = ^uint64(0)
	for _, xs := range [2][]float64{recent, baseline} {
		for _, x := range xs {
			if l.scale.bin(x) == bin {
				k := orderedKey(x)
				lo, hi = min(lo, k), max(hi, k)
			}
		}
	}
	return lo, hi
}
