package stats

// Pool counts the values of several runs together, by bin, and returns their mean; NaN where there is none.
func Pool(runs []Run) (counts []int64, mean float64) {
	counts = make([]int64, Bins)
	sum, n := 0.0, 0
	for _, r := range runs {
		n += r.N()
		sum += r.Moments.Mean * float64(r.N())
		for b, k := range r.Counts {
			counts[b] += int64(k)
		}
	}
	return counts, sum / float64(n)
}

// AtOrBelow is how many values of each side lie at or below a score: of the bin that holds it the values are
// fetched, of the others nothing.
func AtOrBelow(recent, baseline []Run, fetch Fetch, score float64) (atRecent, atBaseline int64, err error) {
	bin := BinOf(score)
	var needs []Need
	look := func(at *int64, runs []Run, isBaseline bool) {
		for i, run := range runs {
			lo := 0
			for _, n := range run.Counts[:bin] {
				lo += int(n)
			}
			*at += int64(lo)
			if n := int(run.Counts[bin]); n > 0 {
				needs = append(needs, Need{Baseline: isBaseline, Run: i, Lo: lo, Hi: lo + n})
			}
		}
	}
	look(&atRecent, recent, false)
	look(&atBaseline, baseline, true)
	if len(needs) == 0 {
		return atRecent, atBaseline, nil
	}
	values, err := fetch(needs)
	if err != nil {
		return 0, 0, err
	}
	for i, need := range needs {
		for _, v := range values[i] {
			switch {
			case v > score:
			case need.Baseline:
				atBaseline++
			default:
				atRecent++
			}
		}
	}
	return atRecent, atBaseline, nil
}
