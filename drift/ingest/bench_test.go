package ingest

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"testing"
	"time"
)

const benchRows = 20_000

// benchLog writes plain rows as a program would log them, as NDJSON and as CSV.
func benchLog(rows int, features bool) (ndjson, table []byte) {
	var j, c bytes.Buffer
	c.WriteString("prediction_id,tenant,model_type,model_version,created_at,score,predicted,actual")
	if features {
		c.WriteString(",amount,country,hour")
	}
	c.WriteByte('\n')
	start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range rows {
		at := start.Add(time.Duration(i) * time.Second).Format(time.RFC3339)
		score := float64(i*7919%100_000) / 100_000
		fmt.Fprintf(&j, `{"prediction_id":"p-%08d","tenant":"acme","model_type":"fraud_detector","model_version":"v12","created_at":"%s","score":%v,"predicted":%v,"actual":%d`,
			i, at, score, score > 0.5, i&1)
		fmt.Fprintf(&c, "p-%08d,acme,fraud_detector,v12,%s,%v,%v,%d", i, at, score, score > 0.5, i&1)
		if features {
			fmt.Fprintf(&j, `,"amount":%d.25,"country":"DE","hour":%d`, i, i%24)
			fmt.Fprintf(&c, ",%d.25,DE,%d", i, i%24)
		}
		j.WriteString("}\n")
		c.WriteByte('\n')
	}
	return j.Bytes(), c.Bytes()
}

func benchOurs(b *testing.B, log []byte) {
	var batch PredictionBatch
	b.SetBytes(int64(len(log)))
	b.ReportAllocs()
	for b.Loop() {
		r := NewPredictionReader(bytes.NewReader(log), Options{})
		n := 0
		for r.Next(&batch, 10_000) == nil {
			n += batch.Len()
		}
		if n != benchRows {
			b.Fatalf("read %d rows: %v", n, r.Errors())
		}
	}
	reportRows(b)
}

func reportRows(b *testing.B) {
	b.ReportMetric(float64(benchRows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkNDJSON(b *testing.B) {
	log, _ := benchLog(benchRows, false)
	b.Run("ours", func(b *testing.B) { benchOurs(b, log) })
	b.Run("encoding-json", func(b *testing.B) { benchJSON(b, log) })
}

func BenchmarkNDJSONFeatures(b *testing.B) {
	log, _ := benchLog(benchRows, true)
	b.Run("ours", func(b *testing.B) { benchOurs(b, log) })
	b.Run("encoding-json", func(b *testing.B) { benchJSON(b, log) })
}

func BenchmarkCSV(b *testing.B) {
	_, log := benchLog(benchRows, false)
	b.Run("ours", func(b *testing.B) { benchOurs(b, log) })
	b.Run("encoding-csv", func(b *testing.B) { benchCSV(b, log) })
}

func BenchmarkCSVFeatures(b *testing.B) {
	_, log := benchLog(benchRows, true)
	b.Run("ours", func(b *testing.B) { benchOurs(b, log) })
	b.Run("encoding-csv", func(b *testing.B) { benchCSV(b, log) })
}

// benchJSON decodes the fields into a struct, without checks and features.
func benchJSON(b *testing.B, log []byte) {
	b.SetBytes(int64(len(log)))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for line := range bytes.Lines(log) {
			var p struct {
				PredictionID string    `json:"prediction_id"`
				Tenant       string    `json:"tenant"`
				ModelType    string    `json:"model_type"`
				ModelVersion string    `json:"model_version"`
				CreatedAt    time.Time `json:"created_at"`
				Score        float64   `json:"score"`
				Predicted    bool      `json:"predicted"`
				Actual       *int8     `json:"actual"`
			}
			if err := json.Unmarshal(line, &p); err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != benchRows {
			b.Fatal(n)
		}
	}
	reportRows(b)
}

// benchCSV reads records and converts the fields, without checks and features.
func benchCSV(b *testing.B, log []byte) {
	b.SetBytes(int64(len(log)))
	b.ReportAllocs()
	for b.Loop() {
		r := csv.NewReader(bytes.NewReader(log))
		r.ReuseRecord = true
		if _, err := r.Read(); err != nil {
			b.Fatal(err)
		}
		n := 0
		for {
			f, err := r.Read()
			if err == io.EOF {
				break
			}
			_, err1 := time.Parse(time.RFC3339, f[4])
			_, err2 := strconv.ParseFloat(f[5], 64)
			_, err3 := strconv.ParseBool(f[6])
			if err != nil || err1 != nil || err2 != nil || err3 != nil {
				b.Fatal(err, err1, err2, err3)
			}
			n++
		}
		if n != benchRows {
			b.Fatal(n)
		}
	}
	reportRows(b)
}

func BenchmarkIDHash(b *testing.B) {
	b.ReportAllocs()
	id := "a-prediction-id-of-more-than-32-bytes-00000001"
	for b.Loop() {
		_ = IDHash(id)
	}
}
