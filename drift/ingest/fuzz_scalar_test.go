package ingest

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
)

// FuzzTime compares with the standard library: what it and the form of the
// standard allow is accepted with the same result, and what is accepted it
// reads the same once brought to its form.
func FuzzTime(f *testing.F) {
	for _, s := range []string{
		"2024-05-01T12:30:00Z", "2024-05-01 12:30:00.123456789+02:00", "1969-12-31t23:59:59.9999999z",
		"2000-02-29T00:00:00-0000", "2024-05-01 12:30:00+00", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.5-23:59",
		"2024-02-30T00:00:00Z", "2016-12-31T23:59:60Z", "2024-05-01T12:30:00", "2024-05-01T12:30:00,5Z",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		micros, reason := parseTime([]byte(s))
		var strict time.Time
		if timeForm.MatchString(s) && strict.UnmarshalText([]byte(s)) == nil && (reason != "" || micros != strict.UnixMicro()) {
			t.Fatalf("%q: %d %q, want %d", s, micros, reason, strict.UnixMicro())
		}
		if reason != "" {
			return
		}
		lenient, err := time.Parse(time.RFC3339Nano, rfc3339(s))
		if err != nil || lenient.UnixMicro() != micros {
			t.Fatalf("%q: %d, want %d, %v", s, micros, lenient.UnixMicro(), err)
		}
	})
}

// rfc3339 brings an accepted time to the form of the standard.
func rfc3339(s string) string {
	s = strings.ToUpper(s[:10] + "T" + s[11:])
	zone := strings.LastIndexAny(s, "+-Z")
	digits := strings.ReplaceAll(s[zone:], ":", "")
	switch len(digits) {
	case 3:
		return s[:zone] + digits + ":00"
	case 5:
		return s[:zone] + digits[:3] + ":" + digits[3:]
	}
	return s
}

// FuzzNumber compares the reading of numbers with strconv and encoding/json.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{
		"0", "-0", "0.1", "1e22", "1e23", "9007199254740993", "123456789012345678901234567890", "5e-324", "2.2250738585072011e-308",
		"1.7976931348623159e308", "1e999999999999", "+.5", "5.", ".", "-", "01", "1e", "1e+", "0x1p-2", "1_0", "Inf", "NaN", "0.30000000000000004",
		"179769313486231580793728971405301e276", "8.5e-1", "00000000000000000000000000000000001", "0.00000000000000000000000000000000001",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b := []byte(s)
		got, ok := parseFloat(b)
		want, err := strconv.ParseFloat(s, 64)
		valid := !strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune("0123456789+-.eE", r) }) &&
			(err == nil || math.IsInf(want, 0))
		if ok != valid {
			t.Fatalf("%q is a number: %v, want %v", s, ok, valid)
		}
		if ok && math.Float64bits(got) != math.Float64bits(want) {
			t.Fatalf("%q: %v, want %v", s, got, want)
		}
		isJSON := s != "" && strings.ContainsRune("-0123456789", rune(s[0])) && s == strings.TrimSpace(s) && json.Valid(b)
		if whole := scanNumber(b, 0) == len(b) && len(b) > 0; whole != isJSON {
			t.Fatalf("%q is a JSON number: %v, want %v", s, whole, isJSON)
		}
		if isJSON && numberFits(b) && math.IsInf(want, 0) && !near(b) {
			t.Fatalf("%q fits but is beyond double precision", s)
		}
	})
}

// near reports whether a number has as many digits as the greatest float64.
func near(b []byte) bool {
	d, _ := scanDecimal(b)
	return d.whole+d.exponent == 309
}
