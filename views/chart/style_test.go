package chart

import (
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

func readStyle(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("../../static/css/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(string(b), "")
}

// TestPaletteIsThePagesLightTheme: a file has the colours of the pages.
func TestPaletteIsThePagesLightTheme(t *testing.T) {
	tokens := readStyle(t, "tokens.css")
	for name, want := range palette {
		if name == "window" {
			continue
		}
		m := regexp.MustCompile(`--` + name + `: light-dark\((#[0-9a-f]{6}),`).FindStringSubmatch(tokens)
		if m == nil || m[1] != want {
			t.Errorf("%s is %s here and %v on the pages", name, want, m)
		}
	}
}

// rules are the declarations of each class of evidence.css outside of media
// rules, later ones over earlier ones.
func rules(t *testing.T) map[string]map[string]string {
	css := readStyle(t, "evidence.css")
	css = css[:strings.Index(css, "@media (min-width")]
	out := map[string]map[string]string{}
	for _, m := range regexp.MustCompile(`([^{}]+)\{([^{}]*)\}`).FindAllStringSubmatch(css, -1) {
		selector := strings.TrimSpace(m[1])
		if list := regexp.MustCompile(`:is\(([^)]*)\)`).FindStringSubmatch(selector); list != nil {
			selector = list[1]
		}
		for s := range strings.SplitSeq(selector, ",") {
			s = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(s), ".plot "))
			if !strings.HasPrefix(s, ".") || strings.ContainsAny(s[1:], " .:>") {
				continue
			}
			if out[s[1:]] == nil {
				out[s[1:]] = map[string]string{}
			}
			for d := range strings.SplitSeq(m[2], ";") {
				if k, v, ok := strings.Cut(d, ":"); ok {
					out[s[1:]][strings.TrimSpace(k)] = strings.TrimSpace(v)
				}
			}
		}
	}
	return out
}

// TestFilesArePaintedLikePages: every class has on a page what it has in a file.
func TestFilesArePaintedLikePages(t *testing.T) {
	page := rules(t)
	colour := func(name string) string {
		if name == "" || name == "window" {
			return ""
		}
		return "var(--" + name + ")"
	}
	for class, p := range paints {
		if class == "" || class == "t2" || class == "t3" || class == "win" {
			continue
		}
		css := page[class]
		if css == nil {
			t.Errorf(".%s is not in evidence.css", class)
			continue
		}
		fill := css["fill"]
		if fill == "none" {
			fill = ""
		}
		if fill != colour(p.fill) || css["stroke"] != colour(p.stroke) {
			t.Errorf(".%s: fill %q stroke %q on pages, %q %q in files", class, css["fill"], css["stroke"], p.fill, p.stroke)
		}
		number := func(key string, fallback, got float64) {
			want := fallback
			if v, err := strconv.ParseFloat(css[key], 64); err == nil {
				want = v
			}
			if want != got {
				t.Errorf(".%s: %s %v on pages, %v in files", class, key, want, got)
			}
		}
		if p.stroke != "" {
			number("stroke-width", 1, p.width)
		}
		if p.opacity > 0 {
			number("opacity", 1, p.opacity)
		}
		number("font-weight", 0, float64(p.weight))
		dash := strings.Fields(css["stroke-dasharray"])
		if len(dash) != len(p.dash) {
			t.Errorf(".%s: dashes %v on pages, %v in files", class, dash, p.dash)
		}
		for i := range dash {
			if machine(p.dash[i]) != dash[i] {
				t.Errorf(".%s: dashes %v on pages, %v in files", class, dash, p.dash)
			}
		}
		if want := map[string]string{"": "", "end": "end", "middle": "middle"}[p.anchor]; css["text-anchor"] != want {
			t.Errorf(".%s: anchor %q on pages, %q in files", class, css["text-anchor"], p.anchor)
		}
	}
}

// TestScalesAreMonotoneAndInside: a larger value never lies lower, and no value
// lies outside of the plot.
func TestScalesAreMonotoneAndInside(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 13))
	for range 2000 {
		low, width, height := r.NormFloat64()*10, math.Abs(r.NormFloat64())*math.Pow(10, float64(r.IntN(8)-4)), 20+r.Float64()*300
		y := yScale{low, low + width, height}
		a, b := low+width*(r.Float64()*3-1), low+width*(r.Float64()*3-1)
		if a > b {
			a, b = b, a
		}
		if ya, yb := y.at(a), y.at(b); ya < yb || ya > height || yb < 0 {
			t.Fatalf("%+v: %v at %v, %v at %v", y, a, ya, b, yb)
		}
		p := newRootLog(r.Float64()*320, height)
		q1, q2 := math.Pow(10, -r.Float64()*320), math.Pow(10, -r.Float64()*320)
		if q1 > q2 {
			q1, q2 = q2, q1
		}
		if y1, y2 := p.at(q1), p.at(q2); y1 > y2 || y1 < 0 || y2 > height {
			t.Fatalf("p %g at %v, %g at %v of %v", q1, y1, q2, y2, p)
		}
		span := newTimeAxis(Window{}, day(0), day(r.IntN(900)))
		t1, t2 := day(0).Add(time.Duration(r.Int64N(int64(1000*24*time.Hour)))), day(0).Add(time.Duration(r.Int64N(int64(1000*24*time.Hour))))
		if t1.After(t2) {
			t1, t2 = t2, t1
		}
		if x1, x2 := span.x(t1), span.x(t2); x1 > x2 || x1 < 0 || x2 > 1 {
			t.Fatalf("%v at %v, %v at %v of %d days", t1, x1, t2, x2, span.days)
		}
		for _, v := range ticks(low, low+width, 5) {
			if v < low-width*1e-6 || v > low+width*(1+1e-6) {
				t.Fatalf("tick %v of %v to %v", v, low, low+width)
			}
		}
	}
}

// TestCurvesAreReadAsTheyAreDefined: an ROC curve between thresholds is a
// straight line and takes the upper end of a rise; precision is that of the
// first threshold that reaches the recall.
func TestCurvesAreReadAsTheyAreDefined(t *testing.T) {
	roc := stepped([]CurvePoint{{0, 0}, {0, .5}, {.5, .5}, {.5, 1}, {1, 1}}, false)
	for x, want := range map[int]float64{0: .5, 25: .5, 49: .5, 50: 1, 100: 1} {
		if got := *roc[x]; math.Abs(got-want) > 1e-9 {
			t.Errorf("ROC at %d %%: %v, want %v", x, got, want)
		}
	}
	if tied := stepped([]CurvePoint{{0, 0}, {1, 1}}, false); math.Abs(*tied[30]-.3) > 1e-9 {
		t.Errorf("of ties: %v", *tied[30])
	}
	pr := stepped([]CurvePoint{{.5, 1}, {1, .6}}, true)
	for x, want := range map[int]float64{0: 1, 50: 1, 51: .6, 100: .6} {
		if got := *pr[x]; got != want {
			t.Errorf("precision at %d %%: %v, want %v", x, got, want)
		}
	}
	if short := stepped([]CurvePoint{{.5, 1}}, true); short[60] != nil {
		t.Error("a recall that was not reached has a precision")
	}
	if quantile([]float64{3, 1, 2, 4}, .5) != 2 || quantile(nil, .5) != 0 || quantile([]float64{7}, 1) != 7 {
		t.Error("quantiles")
	}
}
