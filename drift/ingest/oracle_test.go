package ingest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The oracle is a second reading of the rules in doc.go, slow and by the
// standard library alone, to compare the parser with.

// oracleRow is a row before its rules: texts of CSV fields, or JSON values.
type oracleRow struct {
	values map[string]any // string, json.Number, bool, nil, map[string]any, []any
	table  bool           // from CSV: texts may stand for anything
}

func fromCSV(names, fields []string) oracleRow {
	row := oracleRow{values: map[string]any{}, table: true}
	for i, f := range fields {
		if i < len(names) {
			row.values[names[i]] = f
		}
	}
	if len(fields) != len(names) {
		row.values = nil
	}
	return row
}

func oracleName(v any, most int) bool {
	s, ok := v.(string)
	return ok && s != "" && len(s) <= most && utf8.ValidString(s) &&
		!strings.ContainsFunc(s, unicode.IsControl) && strings.TrimSpace(s) == s
}

var decimalForm = regexp.MustCompile(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$`)

func (r oracleRow) float(name string) (f float64, ok bool) {
	text, number := "", false
	switch v := r.values[name].(type) {
	case json.Number:
		text, number = string(v), true
	case string:
		text, number = strings.Trim(v, " \t"), r.table
	}
	if !number || !decimalForm.MatchString(text) {
		return 0, false
	}
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil
}

func (r oracleRow) blank(name string) bool {
	v := r.values[name]
	return v == nil || v == ""
}

func (r oracleRow) time(name string) (micros int64, ok bool) {
	s, ok := r.values[name].(string)
	if r.table {
		s = strings.Trim(s, " \t")
	}
	if !ok || len(s) < 20 || !timeForm.MatchString(s) {
		return 0, false
	}
	at, err := time.Parse(time.RFC3339Nano, rfc3339(s))
	if err != nil || at.Year() < 0 || at.Unix() < 0 || at.After(testNow.Add(24*time.Hour).Add(999)) {
		return 0, false
	}
	return at.UnixMicro(), true
}

var timeForm = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)$`)

func (r oracleRow) label(name string) (label, ok bool) {
	text := ""
	switch v := r.values[name].(type) {
	case string:
		text = v
		if r.table {
			text = strings.Trim(v, " \t")
		}
	case json.Number:
		text = string(v)
	case bool:
		return v, true
	}
	switch asciiLower(text) {
	case "true", "t", "yes", "1", "1.0":
		return true, true
	case "false", "f", "no", "0", "0.0":
		return false, true
	}
	return false, false
}

func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

func oracleAccepts(r oracleRow) bool {
	v := r.values
	_, timeOK := r.time("created_at")
	score, scoreOK := r.float("score")
	_, predictedOK := r.label("predicted")
	_, actualOK := r.label("actual")
	low, lowOK := r.float("interval_low")
	high, highOK := r.float("interval_high")
	latency, latencyOK := r.float("latency_ms")
	_, featuresOK := r.features()
	return v != nil && oracleName(v["prediction_id"], MaxID) && oracleName(v["tenant"], MaxName) &&
		oracleName(v["model_type"], MaxName) && oracleName(v["model_version"], MaxName) &&
		timeOK && scoreOK && score >= 0 && score <= 1 && predictedOK && (actualOK || r.blank("actual")) &&
		(lowOK || r.blank("interval_low")) && (highOK || r.blank("interval_high")) &&
		(latencyOK && latency >= 0 || r.blank("latency_ms")) &&
		!(lowOK && highOK && low > high) && featuresOK
}

// features gives the canonical JSON of what has no meaning of its own.
func (r oracleRow) features() (text string, ok bool) {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(r.values)) {
		if findPredictionColumn([]byte(name)) >= 0 {
			continue
		}
		if !oracleName(name, MaxFeatureName) {
			return "", false
		}
		if r.blank(name) {
			continue
		}
		v := r.values[name]
		if s, isText := v.(string); isText && r.table && json.Valid([]byte(s)) && strings.ContainsRune("-0123456789", rune(s[0])) && strings.TrimSpace(s) == s {
			v = json.Number(s)
		}
		if !storable(v) {
			return "", false
		}
		parts = append(parts, oracleJSON(name)+":"+oracleJSON(v))
	}
	if parts == nil {
		return "", true
	}
	text = "{" + strings.Join(parts, ",") + "}"
	return text, len(text) <= MaxFeatureBytes && len(r.values) <= MaxFeatures
}

// storable reports whether PostgreSQL and a trainer can do with a value.
func storable(v any) bool {
	switch v := v.(type) {
	case string:
		return utf8.ValidString(v) && !strings.Contains(v, "\x00")
	case json.Number:
		mantissa, exponent, _ := strings.Cut(asciiLower(strings.TrimPrefix(string(v), "-")), "e")
		whole, fraction, _ := strings.Cut(mantissa, ".")
		e, ok := new(big.Int).SetString("0"+strings.TrimLeft(exponent, "+-"), 10)
		if !ok || e.Cmp(big.NewInt(10_000)) > 0 {
			return false
		}
		shift := int(e.Int64())
		if strings.HasPrefix(exponent, "-") {
			shift = -shift
		}
		whole = strings.TrimLeft(whole, "0")
		lead := len(whole)
		return lead+shift <= 309 && len(fraction)-shift <= MaxNumberDigits && lead+len(fraction) <= MaxNumberDigits
	case []any:
		return !slices.ContainsFunc(v, func(e any) bool { return !storable(e) })
	case map[string]any:
		for name, e := range v {
			if !storable(name) || !storable(e) {
				return false
			}
		}
	}
	return true
}

func oracleJSON(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	// encoding/json escapes the two line separators for JavaScript's sake.
	s := strings.TrimSuffix(b.String(), "\n")
	return separators.ReplaceAllStringFunc(s, func(m string) string {
		if len(m)%2 == 1 { // an even number of backslashes before it: text
			return m
		}
		return m[:len(m)-6] + map[byte]string{'8': "\u2028", '9': "\u2029"}[m[len(m)-1]]
	})
}

var separators = regexp.MustCompile(`\\+u202[89]`)

func oracleRender(r oracleRow) string {
	score, _ := r.float("score")
	micros, _ := r.time("created_at")
	predicted, _ := r.label("predicted")
	actual := int(Unknown)
	if label, ok := r.label("actual"); ok {
		actual = map[bool]int{true: 1}[label]
	}
	features, _ := r.features()
	optional := func(name string) float64 {
		if f, ok := r.float(name); ok {
			return f
		}
		return math.NaN()
	}
	v := r.values
	return fmt.Sprintf("%s|%s|%s|%s|%d|%x|%v|%d|%s|%v|%v|%v", v["prediction_id"], v["tenant"], v["model_type"], v["model_version"],
		micros, math.Float64bits(score+0), predicted, actual, features, optional("interval_low"), optional("interval_high"), optional("latency_ms"))
}
