package stats

import (
	"compress/gzip"
	"encoding/json"
	"math"
	"math/big"
	"os"
	"testing"
)

// loadGzip decodes a gzipped JSON file of testdata.
func loadGzip(t *testing.T, name string, into any) {
	t.Helper()
	file, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	plain, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(plain).Decode(into); err != nil {
		t.Fatal(err)
	}
}

// number is a float that JSON writes as a number or as "inf" and "-inf".
type number float64

func (n *number) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case `"inf"`:
		*n = number(math.Inf(1))
		return nil
	case `"-inf"`:
		*n = number(math.Inf(-1))
		return nil
	}
	var f float64
	err := json.Unmarshal(b, &f)
	*n = number(f)
	return err
}

func floats(ns []number) []float64 {
	fs := make([]float64, len(ns))
	for i, n := range ns {
		fs[i] = float64(n)
	}
	return fs
}

type ksCase struct {
	Name   string   `json:"name"`
	Num    uint64   `json:"d_num"`
	D      float64  `json:"D"`
	PLimit float64  `json:"p_limit"`
	PExact *float64 `json:"p_exact"`
	PTrue  string   `json:"p_true"`
	X, Y   []number
}

type ksVectors struct {
	Cases     []ksCase
	Functions struct {
		KolmogorovSF []struct{ X, SF float64 } `json:"kolmogorov_sf"`
	}
}

// relative returns |got − want|/|want|, 0 for equal values.
func relative(got, want float64) float64 {
	if got == want {
		return 0
	}
	return math.Abs(got-want) / math.Abs(want)
}

func TestKSVectors(t *testing.T) {
	var v ksVectors
	loadGzip(t, "ks_vectors.json.gz", &v)
	if len(v.Cases) < 60 {
		t.Fatalf("only %d cases", len(v.Cases))
	}
	worst := 0.0
	for _, c := range v.Cases {
		x, y := floats(c.X), floats(c.Y)
		r, err := KS(x, y, PRule{Exact: true})
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		if r.Num != (Uint128{Lo: c.Num}) || r.D != c.D {
			t.Errorf("%s: numerator %v, D %v, want %d and %v", c.Name, r.Num, r.D, c.Num, c.D)
		}
		if r.Method != MethodExact {
			t.Errorf("%s: method %s", c.Name, r.Method)
		}
		want := exactOf(t, c)
		switch {
		case want >= 1e-300:
			e := relative(r.P, want)
			worst = math.Max(worst, e)
			if e > 1e-9 {
				t.Errorf("%s: p = %v, want %v, off by %g", c.Name, r.P, want, e)
			}
		case math.Abs(r.P-want) > 1e-309:
			t.Errorf("%s: p = %v, want %v", c.Name, r.P, want)
		}
		// The file's p_limit has no correction of its argument.
		en := float64(len(x)) * float64(len(y)) / float64(len(x)+len(y))
		if p := KolmogorovSF(math.Sqrt(en) * r.D); relative(p, c.PLimit) > 1e-11 {
			t.Errorf("%s: limit %v, want %v", c.Name, p, c.PLimit)
		}
	}
	t.Logf("exact p: worst relative error %.2g", worst)
}

// exactOf returns the true p of a case, else what scipy calls exact.
func exactOf(t *testing.T, c ksCase) float64 {
	t.Helper()
	if c.PTrue == "" {
		return *c.PExact
	}
	r, ok := new(big.Rat).SetString(c.PTrue)
	if !ok {
		t.Fatalf("%s: p_true %q", c.Name, c.PTrue)
	}
	f, _ := r.Float64()
	return f
}

func TestKolmogorovSFVectors(t *testing.T) {
	var v ksVectors
	loadGzip(t, "ks_vectors.json.gz", &v)
	if len(v.Functions.KolmogorovSF) < 30 {
		t.Fatalf("only %d values", len(v.Functions.KolmogorovSF))
	}
	for _, c := range v.Functions.KolmogorovSF {
		got := KolmogorovSF(c.X)
		if c.SF < 1e-300 {
			if math.Abs(got-c.SF) > 1e-307 {
				t.Errorf("sf(%v) = %v, want %v", c.X, got, c.SF)
			}
			continue
		}
		if e := relative(got, c.SF); e > 1e-12 {
			t.Errorf("sf(%v) = %v, want %v, off by %g", c.X, got, c.SF, e)
		}
	}
}

type metricsCase struct {
	Name           string
	Threshold      float64
	Y              []int
	Score          []float64
	TP, FP, FN, TN int
	Accuracy       *float64
	Precision      *float64
	Recall         *float64
	F1             *float64
	ROCAUC         *float64 `json:"roc_auc"`
	PRAUC          *float64 `json:"avg_precision"`
	Brier          *float64
	LogLoss        *float64 `json:"log_loss"`
	ECE            *float64 `json:"ece10"`
}

// agrees reports whether got is the wanted number to 1e-12, or NaN for none.
func agrees(got float64, want *float64) bool {
	if want == nil {
		return math.IsNaN(got)
	}
	return math.Abs(got-*want) <= 1e-12*math.Max(1, math.Abs(*want))
}

func TestMetricsVectors(t *testing.T) {
	var v struct{ Cases []metricsCase }
	loadGzip(t, "metrics_vectors.json.gz", &v)
	if len(v.Cases) < 36 {
		t.Fatalf("only %d cases", len(v.Cases))
	}
	for _, c := range v.Cases {
		actual, predicted := make([]bool, len(c.Y)), make([]bool, len(c.Y))
		for i, s := range c.Score {
			actual[i], predicted[i] = c.Y[i] == 1, s >= c.Threshold
		}
		m, err := Classify(actual, c.Score, predicted)
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		if want := (Confusion{c.TP, c.FP, c.FN, c.TN}); m.Confusion != want {
			t.Errorf("%s: counts %+v, want %+v", c.Name, m.Confusion, want)
		}
		for _, f := range []struct {
			name string
			got  float64
			want *float64
		}{
			{"accuracy", m.Accuracy, c.Accuracy},
			{"precision", m.Precision, c.Precision},
			{"recall", m.Recall, c.Recall},
			{"f1", m.F1, c.F1},
			{"roc_auc", m.ROCAUC, c.ROCAUC},
			{"pr_auc", m.PRAUC, c.PRAUC},
			{"brier", m.Brier, c.Brier},
			{"log_loss", m.LogLoss, c.LogLoss},
			{"ece", m.ECE, c.ECE},
		} {
			if !agrees(f.got, f.want) {
				t.Errorf("%s: %s = %v, want %v", c.Name, f.name, f.got, show(f.want))
			}
		}
	}
}

func show(f *float64) any {
	if f == nil {
		return "undefined"
	}
	return *f
}
