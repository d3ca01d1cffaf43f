package ingest

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	for _, c := range []struct{ text, same string }{
		{"2024-05-01T12:30:00Z", "2024-05-01T12:30:00Z"},
		{"2024-05-01t12:30:00z", "2024-05-01T12:30:00Z"},
		{"2024-05-01 12:30:00Z", "2024-05-01T12:30:00Z"},
		{"2024-05-01 12:30:00+00", "2024-05-01T12:30:00Z"},
		{"2024-05-01 12:30:00-0530", "2024-05-01T12:30:00-05:30"},
		{"2024-05-01T12:30:00.5+23:59", "2024-05-01T12:30:00.5+23:59"},
		{"2024-02-29T23:59:59.1234569Z", "2024-02-29T23:59:59.123456Z"},
		{"1969-12-31T23:59:59.9999999Z", "1969-12-31T23:59:59.999999Z"},
		{"2000-02-29T00:00:00Z", "2000-02-29T00:00:00Z"},
		{"0000-03-01T00:00:00Z", "0000-03-01T00:00:00Z"},
		{"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
	} {
		want, err := time.Parse(time.RFC3339Nano, c.same)
		if err != nil {
			t.Fatal(err)
		}
		if got, reason := parseTime([]byte(c.text)); got != want.UnixMicro() || reason != "" {
			t.Errorf("%s: %d %s, want %d", c.text, got, reason, want.UnixMicro())
		}
	}
	for text, reason := range map[string]string{
		"":                              notATime,
		"2024-05-01":                    notATime,
		"2024-05-01T12:30Z":             notATime,
		"2024-05-01_12:30:00Z":          notATime,
		"2024-05-01T12:30:00.Z":         notATime,
		"2024-05-01T12:30:00,5Z":        notATime,
		"2024-05-01T12:30:00ZZ":         notATime,
		"2024-05-01T12:30:00 Z":         notATime,
		"2024-05-01T12:30:00+1":         notATime,
		"2024-05-01T12:30:00+01:":       notATime,
		"2024-05-01T12:30:00+01:0":      notATime,
		"2024-05-01T12:30:00+01:000":    notATime,
		"2024-05-01T12:30:00+a1:00":     notATime,
		"+2024-05-01T12:30:0Z":          notATime,
		"2O24-05-01T12:30:00Z":          notATime,
		"2024-05-01T12:30:00":           noZone,
		"2024-05-01 12:30:00.123":       noZone,
		"2024-00-01T12:30:00Z":          "there is no such day",
		"2024-13-01T12:30:00Z":          "there is no such day",
		"2024-04-31T12:30:00Z":          "there is no such day",
		"2023-02-29T12:30:00Z":          "there is no such day",
		"1900-02-29T12:30:00Z":          "there is no such day",
		"2024-05-00T12:30:00Z":          "there is no such day",
		"2024-05-01T12:60:00Z":          "there is no such time of day",
		"2016-12-31T23:59:60Z":          "there is no such time of day",
		"2024-05-01T12:30:00-24:00":     "there is no such offset",
		"2024-05-01T12:30:00-00:60":     "there is no such offset",
		"2024-05-01T12:30:00.123456789": noZone,
	} {
		if _, got := parseTime([]byte(text)); got != reason {
			t.Errorf("%q: %q, want %q", text, got, reason)
		}
	}
}

// Every day from 1968 to 2105 is where the standard library has it.
func TestDaysSinceEpoch(t *testing.T) {
	for day := time.Date(1968, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2106; day = day.AddDate(0, 0, 1) {
		if got, want := daysSinceEpoch(day.Year(), int(day.Month()), day.Day()), int(math.Floor(float64(day.Unix())/86400)); got != want {
			t.Fatalf("%s: %d, want %d", day, got, want)
		}
		if day.AddDate(0, 0, 1).Day() == 1 && daysIn(day.Year(), int(day.Month())) != day.Day() {
			t.Fatalf("%s is the last of its month", day)
		}
	}
}

func TestParseLabel(t *testing.T) {
	for text, want := range map[string]bool{
		"true": true, "TRUE": true, "t": true, "T": true, "yes": true, "Yes": true, "1": true, "1.0": true,
		"false": false, "False": false, "f": false, "F": false, "no": false, "NO": false, "0": false, "0.0": false,
	} {
		if got, ok := parseLabel([]byte(text)); got != want || !ok {
			t.Errorf("%q: %v %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "2", "-1", "y", "n", "10", "01", "1.00", "tru", "truee", "yeſ", "null", "NaN", "on"} {
		if _, ok := parseLabel([]byte(text)); ok {
			t.Errorf("%q is a label", text)
		}
	}
}

func TestMinusZeroScoreIsZero(t *testing.T) {
	r := NewPredictionReader(strings.NewReader(with("score", "-0.0")), testOptions())
	var b PredictionBatch
	if err := r.Next(&b, 1); err != nil || b.Len() != 1 || math.Signbit(b.Score[0]) {
		t.Errorf("%v %v", err, b.Score)
	}
}

// More names than the interner keeps are still told apart.
func TestManyNames(t *testing.T) {
	var text strings.Builder
	for i := range 3 * maxNames {
		name := strings.Repeat("n", i%90) + string(rune('a'+i%26)) + strings.Repeat("m", i/90%9)
		text.WriteString(with("prediction_id", `"`+name+`"`, "tenant", `"`+name+`"`, "model_type", `"`+name+`"`) + "\n")
	}
	r := NewPredictionReader(strings.NewReader(text.String()), testOptions())
	var b PredictionBatch
	if err := r.Next(&b, 3*maxNames); err != nil || b.Len() != 3*maxNames {
		t.Fatal(err, b.Len())
	}
	for i, id := range b.PredictionID {
		if b.Tenant[i] != id || b.ModelType[i] != id {
			t.Fatalf("row %d: %s %s %s", i, id, b.Tenant[i], b.ModelType[i])
		}
	}
	if n := len(r.tenants.known); n > maxNames {
		t.Errorf("%d names are kept", n)
	}
}
