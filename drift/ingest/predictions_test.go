package ingest

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
)

const sampleCSV = "\ufeffscore,prediction_id,tenant,model_type,model_version,created_at,predicted,actual,interval_low,interval_high,latency_ms,zeta,alpha,note\r\n" +
	"0.25,p1,acme,fraud_detector,v1,2024-05-01T12:30:00Z,false,,0.1,0.4,12.5,007,1.50,\"said \"\"no\"\", twice\"\r\n" +
	"\r\n" +
	"1,p2,acme,fraud_detector,v1,2024-05-01 14:30:00.1234567+02:00,YES,1,,,,-0.5e3,,\r\n"

const sampleNDJSON = `{"score":0.25,"prediction_id":"p1","tenant":"acme","model_type":"fraud_detector","model_version":"v1","created_at":"2024-05-01T12:30:00Z","predicted":false,"actual":null,"interval_low":0.1,"interval_high":0.4,"latency_ms":12.5,"zeta":"007","alpha":1.50,"note":"said \"no\", tw\u0069ce"}` + "\r\n\r\n" +
	` {"tenant" : "acme", "prediction_\u0069d":"p2","score":1.0,"model_type":"fraud_detector","model_version":"v1","created_at":"2024-05-01T12:30:00.123456Z","predicted":1,"actual":"1","zeta":-0.5e3,"alpha":null,"note":""}` + "\n"

var sampleArray = "\n[" + strings.ReplaceAll(strings.TrimSpace(sampleNDJSON), "\r\n\r\n", ",\n") + "\n]\n"

// A log has the same content in each of its forms, however it arrives.
func TestFormsAgree(t *testing.T) {
	micros := time.Date(2024, 5, 1, 12, 30, 0, 0, time.UTC).UnixMicro()
	want := PredictionBatch{
		Tenant: []string{"acme", "acme"}, PredictionID: []string{"p1", "p2"},
		ModelType:    []string{"fraud_detector", "fraud_detector"},
		ModelVersion: []string{"v1", "v1"},
		CreatedAt:    []int64{micros, micros + 123456},
		Score:        []float64{0.25, 1}, Predicted: []bool{false, true}, Actual: []int8{Unknown, 1},
		Features: [][]byte{
			[]byte(`{"alpha":1.50,"note":"said \"no\", twice","zeta":"007"}`),
			[]byte(`{"zeta":-0.5e3}`),
		},
		IntervalLow: []float64{0.1, math.NaN()}, IntervalHigh: []float64{0.4, math.NaN()},
		LatencyMS: []float64{12.5, math.NaN()},
	}
	for name, c := range map[string]struct {
		text   string
		format Format
		lines  [2]int
	}{
		"csv":    {sampleCSV, FormatCSV, [2]int{2, 4}},
		"ndjson": {sampleNDJSON, FormatNDJSON, [2]int{1, 3}},
		"array":  {sampleArray, FormatJSONArray, [2]int{1, 2}},
	} {
		for _, format := range []Format{FormatAuto, c.format} {
			for _, text := range []string{
				c.text,
				string(zipped(t, c.text)),
				string(zipped(t, c.text[:50], "", c.text[50:])),
			} {
				opts := testOptions()
				opts.Format = format
				r := NewPredictionReader(strings.NewReader(text), opts)
				var b PredictionBatch
				if err := r.Next(&b, 10); err != nil || b.Len() != 2 {
					t.Fatalf("%s: %d rows, %v, %v", name, b.Len(), err, r.Errors())
				}
				for i := range 2 {
					if got, want := renderContent(&b, i), renderContent(&want, i); got != want {
						t.Errorf("%s row %d:\n got %s\nwant %s", name, i, got, want)
					}
					if b.Line[i] != c.lines[i] {
						t.Errorf("%s row %d: line %d, want %d", name, i, b.Line[i], c.lines[i])
					}
				}
				if r.BytesRead() != int64(len(text)) || r.Rows() != 2 || r.Rejected() != 0 {
					t.Errorf("%s: %d bytes of %d, %d rows, %d refused", name, r.BytesRead(), len(text), r.Rows(), r.Rejected())
				}
			}
		}
	}
}

// What a batch hands out stays as it is when the batch is used again, the
// features excepted; and no row without features gets those of another.
func TestBatchReuse(t *testing.T) {
	text := with("prediction_id", `"first"`, "f", "1") + "\n" + with("prediction_id", `"second"`) + "\n" + with("prediction_id", `"third"`, "f", "3")
	r := NewPredictionReader(strings.NewReader(text), testOptions())
	var b PredictionBatch
	if err := r.Next(&b, 1); err != nil || b.Len() != 1 {
		t.Fatal(err, b.Len())
	}
	id, feature := b.PredictionID[0], string(b.Features[0])
	if err := r.Next(&b, 5); err != nil || b.Len() != 2 {
		t.Fatal(err, b.Len())
	}
	if id != "first" || feature != `{"f":1}` || b.PredictionID[0] != "second" || b.PredictionID[1] != "third" {
		t.Error(id, feature, b.PredictionID)
	}
	if b.Features[0] != nil || string(b.Features[1]) != `{"f":3}` {
		t.Errorf("%s", b.Features)
	}
	if err := r.Next(&b, 5); err == nil || b.Len() != 0 {
		t.Error(err, b.Len())
	}
	if id != "first" {
		t.Error("an id changed when its batch was used again")
	}
}

// IDHash is what PostgreSQL gives for
// substr(sha256(convert_to('Zürich-1', 'UTF8')), 1, 16).
func TestIDHash(t *testing.T) {
	b := PredictionBatch{PredictionID: []string{"Zürich-1"}}
	o := OutcomeBatch{PredictionID: []string{"Zürich-1"}}
	want := [16]byte{0xb7, 0x73, 0x1d, 0x2d, 0x6b, 0x91, 0xba, 0x41, 0x64, 0xd5, 0xbf, 0xf2, 0x8c, 0x57, 0x9d, 0x91}
	if b.IDHash(0) != want || o.IDHash(0) != want || IDHash("Zürich-1") != want {
		t.Errorf("%x", b.IDHash(0))
	}
	if IDHash(strings.Repeat("x", 1000)) == IDHash(strings.Repeat("x", MaxID)) {
		t.Error("a long id is cut before it is hashed")
	}
}

// A batch ends early where its text gets large.
func TestBatchBytes(t *testing.T) {
	row := with("f", `"`+strings.Repeat("x", 60_000)+`"`) + "\n"
	const rows = 200
	r := NewPredictionReader(strings.NewReader(strings.Repeat(row, rows)), testOptions())
	var b PredictionBatch
	var sizes []int
	for r.Next(&b, rows) == nil {
		sizes = append(sizes, b.Len())
	}
	each := len(`{"f":""}`) + 60_000 + len("p1")
	first := (MaxBatchBytes + each - 1) / each
	if want := []int{first, rows - first}; !reflect.DeepEqual(sizes, want) {
		t.Errorf("batches of %v, want %v", sizes, want)
	}
}

// Only so many refused rows are described, but all are counted.
func TestMaxErrors(t *testing.T) {
	text := strings.Repeat(with("score", "2")+"\n", 7)
	for _, c := range []struct{ max, described int }{{3, 3}, {0, 7}, {-1, 7}} {
		opts := testOptions()
		opts.MaxErrors = c.max
		r := NewPredictionReader(strings.NewReader(text), opts)
		var b PredictionBatch
		described := 0
		for r.Next(&b, 2) == nil {
			described += len(r.Errors())
		}
		if described != c.described || r.Rejected() != 7 || r.Rows() != 7 {
			t.Errorf("max %d: %d described, %d refused, %d rows", c.max, described, r.Rejected(), r.Rows())
		}
	}
	var many strings.Builder
	for range DefaultMaxErrors + 10 {
		many.WriteString("{}\n")
	}
	r := NewPredictionReader(strings.NewReader(many.String()), Options{})
	var b PredictionBatch
	if err := r.Next(&b, 10_000); err != nil || len(r.Errors()) != DefaultMaxErrors || len(r.Errors()) != 0 {
		t.Error("the default limit does not hold", err)
	}
}
