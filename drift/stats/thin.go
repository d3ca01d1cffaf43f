package stats

import (
	"math"
	"slices"
)

// thin returns at most most points of a curve (all where most is below 2 or there are no more): both ends,
// the corners of its upper hull, on which every best threshold lies, and for the rest those that cut the
// way along the curve into even parts. Where the hull alone has too many corners, even parts of it.
func thin(points []CurvePoint, most int) []CurvePoint {
	if most < 2 || len(points) <= most {
		return points
	}
	corners := upperHull(points)
	if len(corners) > most {
		return pick(points, evenly(corners, most))
	}
	keep := append(corners, alongWay(points, most-len(corners))...)
	slices.Sort(keep)
	return pick(points, slices.Compact(keep))
}

func pick(points []CurvePoint, indexes []int) []CurvePoint {
	out := make([]CurvePoint, len(indexes))
	for i, at := range indexes {
		out[i] = points[at]
	}
	return out
}

// evenly takes n ≥ 2 of more, the first and the last among them.
func evenly(of []int, n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = of[i*(len(of)-1)/(n-1)]
	}
	return out
}

// upperHull returns the indexes of the corners of the upper convex hull, ends included, of points whose X
// does not fall.
func upperHull(points []CurvePoint) []int {
	var hull []int
	for i, p := range points {
		for len(hull) >= 2 {
			a, b := points[hull[len(hull)-2]], points[hull[len(hull)-1]]
			if (b.X-a.X)*(p.Y-a.Y)-(b.Y-a.Y)*(p.X-a.X) < 0 {
				break // a right turn: b stays
			}
			hull = hull[:len(hull)-1]
		}
		hull = append(hull, i)
	}
	return hull
}

// alongWay returns n indexes that cut the way along the points, |Δx| + |Δy| added up, into even parts.
func alongWay(points []CurvePoint, n int) []int {
	way := make([]float64, len(points))
	for i := 1; i < len(points); i++ {
		way[i] = way[i-1] + math.Abs(points[i].X-points[i-1].X) + math.Abs(points[i].Y-points[i-1].Y)
	}
	whole := way[len(way)-1]
	out := make([]int, 0, n)
	for k := 1; k <= n; k++ {
		at, _ := slices.BinarySearch(way, whole*float64(k)/float64(n+1))
		out = append(out, min(at, len(points)-1))
	}
	return out
}
