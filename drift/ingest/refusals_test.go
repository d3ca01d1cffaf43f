package ingest

import (
	"fmt"
	"strings"
	"testing"
)

type refusal struct {
	row   string // empty error: the row is accepted
	field string
	err   string
}

var ndjsonRows = []refusal{
	{with(), "", ""},

	{with("prediction_id", ""), "prediction_id", "prediction_id is missing"},
	{with("prediction_id", "null"), "prediction_id", "prediction_id is null"},
	{with("prediction_id", `""`), "prediction_id", "prediction_id is empty"},
	{with("prediction_id", "17"), "prediction_id", "prediction_id is a number; it must be text"},
	{with("prediction_id", "[1]"), "prediction_id", "prediction_id is an object or array; it must be text"},
	{with("prediction_id", `" p"`), "prediction_id", "prediction_id begins or ends with white space"},
	{with("prediction_id", `"p\u00a0"`), "prediction_id", "prediction_id begins or ends with white space"},
	{with("prediction_id", `"a\u0000b"`), "prediction_id", "prediction_id contains a control character"},
	{with("prediction_id", `"a\tb"`), "prediction_id", "prediction_id contains a control character"},
	{with("prediction_id", `"a\u0085b"`), "prediction_id", "prediction_id contains a control character"},
	{with("prediction_id", `"a\ud800b"`), "prediction_id", "prediction_id contains half of a surrogate pair, which cannot be stored"},
	{with("prediction_id", "\"a\xffb\""), "prediction_id", "prediction_id is not valid UTF-8"},
	{with("prediction_id", `"`+strings.Repeat("x", 200)+`"`), "", ""},
	{with("prediction_id", `"`+strings.Repeat("x", 201)+`"`), "prediction_id", "prediction_id is 201 bytes long; at most 200 are allowed"},
	{with("prediction_id", `"\ud83d\ude00é"`), "", ""},
	{with("tenant", ""), "tenant", "tenant is missing"},
	{with("tenant", "true"), "tenant", "tenant is true or false; it must be text"},
	{with("tenant", `"`+strings.Repeat("t", 100)+`"`), "", ""},
	{with("tenant", `"`+strings.Repeat("t", 101)+`"`), "tenant", "tenant is 101 bytes long; at most 100 are allowed"},
	{with("model_type", ""), "model_type", "model_type is missing"},
	{with("model_type", `"\u007f"`), "model_type", "model_type contains a control character"},
	{with("model_version", ""), "model_version", "model_version is missing"},
	{with("model_version", "1"), "model_version", "model_version is a number; it must be text"},

	{with("created_at", ""), "created_at", "created_at is missing"},
	{with("created_at", "1714566600"), "created_at", "created_at is a number; it must be a time like 2024-05-01T12:30:00Z, as text"},
	{with("created_at", `"yesterday"`), "created_at", `created_at is "yesterday"; it must be a time like 2024-05-01T12:30:00Z`},
	{with("created_at", `"2024-05-01T12:30:00"`), "created_at", `created_at is "2024-05-01T12:30:00"; it has no time zone: end it with Z or an offset like +02:00`},
	{with("created_at", `"2024-05-01T12:30:00.5"`), "created_at", `created_at is "2024-05-01T12:30:00.5"; it has no time zone: end it with Z or an offset like +02:00`},
	{with("created_at", `"2024-02-30T12:30:00Z"`), "created_at", `created_at is "2024-02-30T12:30:00Z"; there is no such day`},
	{with("created_at", `"2024-05-01T24:00:00Z"`), "created_at", `created_at is "2024-05-01T24:00:00Z"; there is no such time of day`},
	{with("created_at", `"2024-05-01T12:30:00+24:00"`), "created_at", `created_at is "2024-05-01T12:30:00+24:00"; there is no such offset`},
	{with("created_at", `"1969-12-31T23:59:59.999999Z"`), "created_at", `created_at is "1969-12-31T23:59:59.999999Z"; times before 1970 are not accepted`},
	{with("created_at", `"1970-01-01T00:00:00Z"`), "", ""},
	{with("created_at", `"2024-06-02T12:00:00Z"`), "", ""},
	{with("created_at", `"2024-06-02T12:00:00.000001Z"`), "created_at", `created_at is "2024-06-02T12:00:00.000001Z"; that is more than a day ahead of now`},

	{with("score", ""), "score", "score is missing"},
	{with("score", "null"), "score", "score is null"},
	{with("score", "0"), "", ""},
	{with("score", "1"), "", ""},
	{with("score", "1.3"), "score", "score is 1.3; it must lie between 0 and 1"},
	{with("score", "-0.1"), "score", "score is -0.1; it must lie between 0 and 1"},
	{with("score", "1e999"), "score", "score is 1e999; it must be a number between 0 and 1"},
	{with("score", `"0.5"`), "score", "score is the text 0.5; it must be a number between 0 and 1, without quotes"},
	{with("score", "true"), "score", "score is true or false; it must be a number between 0 and 1"},
	{with("score", "{}"), "score", "score is an object or array; it must be a number between 0 and 1"},

	{with("predicted", ""), "predicted", "predicted is missing; it must be true, false, yes, no, 1 or 0"},
	{with("predicted", "null"), "predicted", "predicted is null; it must be true, false, yes, no, 1 or 0"},
	{with("predicted", "2"), "predicted", "predicted is 2; it must be true, false, yes, no, 1 or 0"},
	{with("predicted", `"maybe"`), "predicted", `predicted is "maybe"; it must be true, false, yes, no, 1 or 0`},
	{with("predicted", "[]"), "predicted", "predicted is an object or array; it must be true, false, yes, no, 1 or 0"},
	{with("predicted", `"Yes"`), "", ""},
	{with("predicted", "1.0"), "", ""},
	{with("actual", "null"), "", ""},
	{with("actual", `""`), "", ""},
	{with("actual", `"NA"`), "actual", `actual is "NA"; it must be true, false, yes, no, 1 or 0`},
	{with("actual", "-1"), "actual", "actual is -1; it must be true, false, yes, no, 1 or 0"},

	{with("interval_low", "0.1", "interval_high", "0.1"), "", ""},
	{with("interval_low", "0.2", "interval_high", "0.1"), "interval_low", "interval_low is above interval_high"},
	{with("interval_low", "1e400"), "interval_low", "interval_low is 1e400; it must be a finite number"},
	{with("interval_high", `"x"`), "interval_high", `interval_high is the text "x"; it must be a finite number, without quotes`},
	{with("latency_ms", "-1"), "latency_ms", "latency_ms is -1; it must not be negative"},
	{with("latency_ms", "false"), "latency_ms", "latency_ms is true or false; it must be a finite number"},

	{with("f", `"a\u0000"`), "f", `"f" contains the character U+0000, which cannot be stored`},
	{with("f", `{"x":["a\u0000"]}`), "f", `"f" contains the character U+0000, which cannot be stored`},
	{with("f", `{"a\u0000":1}`), "f", `"f" contains the character U+0000, which cannot be stored`},
	{with("f", `"\udc00"`), "f", `"f" contains half of a surrogate pair, which cannot be stored`},
	{with("f", `["\ud800\u0041"]`), "f", `"f" contains half of a surrogate pair, which cannot be stored`},
	{with("f", "[\"\xc3\x28\"]"), "f", `"f" is not valid UTF-8`},
	{with("f", "1e999999"), "f", `"f" holds the number 1e999999; that is too large or too long`},
	{with("f", `{"x":[-1E310]}`), "f", `"f" holds the number -1E310; that is too large or too long`},
	{with("f", "1e308"), "", ""},
	{with("f", "5e-324"), "", ""},
	{with("f", "1e-701"), "f", `"f" holds the number 1e-701; that is too large or too long`},
	{with("f", "0."+strings.Repeat("1", 701)), "f", `"f" holds the number 0.11111111111111111111111111111111111111…; that is too large or too long`},
	{with("f", `{"a":1,"b":{"c":1,"\u0063":2}}`), "f", `in "f" the key "c" comes twice`},
	{with("", "1"), "", "a feature has an empty name"},
	{with(strings.Repeat("n", 200), "1"), "", ""},
	{with(strings.Repeat("n", 201), "1"), `"` + strings.Repeat("n", 40) + `…"`, "a feature's name is longer than allowed"},
	{`{"a\u0000":1,` + with()[1:], "a\x00", "the name of a feature contains a control character"},
	{`{"a\ud800":1,` + with()[1:], "", "a key contains half of a surrogate pair, which cannot be stored"},
	{`{"score":0.5,` + with()[1:], "score", `the key "score" comes twice`},
	{`{"sc\u006fre":0.5,` + with()[1:], "score", `the key "score" comes twice`},
	{`{"f":null,"g":1,"f":2,` + with()[1:], "f", `the key "f" comes twice`},
	{with("f", `"`+strings.Repeat("x", MaxFeatureBytes-8)+`"`), "", ""},
	{with("f", `"`+strings.Repeat("x", MaxFeatureBytes-7)+`"`), "", "the features are 65537 bytes as JSON; at most 65536 are allowed"},
	{with(manyFeatures(1000)...), "", ""},
	{with(manyFeatures(1001)...), "", "there are 1001 features; at most 1000 are allowed"},

	{`17`, "", "the line is not a JSON object: it must begin with {"},
	{`[{}]`, "", "the line is not a JSON object: it must begin with {"},
	{with() + with(), "", "malformed JSON at byte 157 of the line: something follows the object: NDJSON has one object on each line"},
	{`{`, "", "malformed JSON at byte 2 of the line: the line ends in the middle of an object: NDJSON has one whole object on each line"},
	{`{"a":"b`, "", "malformed JSON at byte 6 of the line: the line ends in the middle of an object: NDJSON has one whole object on each line"},
	{`{"a" 1}`, "", "malformed JSON at byte 6 of the line: expected a colon after a key"},
	{`{a:1}`, "", "malformed JSON at byte 2 of the line: expected a key in double quotes"},
	{`{"a":1,}`, "", "malformed JSON at byte 8 of the line: expected a key in double quotes"},
	{`{"a":1;}`, "", "malformed JSON at byte 7 of the line: expected a comma or the end of the object"},
	{`{"a":[1;]}`, "", "malformed JSON at byte 8 of the line: expected a comma or the end of the array"},
	{`{"a":}`, "", "malformed JSON at byte 6 of the line: expected a value"},
	{`{"a":01}`, "", "malformed JSON at byte 7 of the line: expected a comma or the end of the object"},
	{`{"a":-}`, "", "malformed JSON at byte 6 of the line: a number is not written as JSON has it"},
	{`{"score":NaN}`, "", "malformed JSON at byte 10 of the line: NaN and Infinity are not JSON: leave the value out or use null"},
	{`{"score":-Infinity}`, "", "malformed JSON at byte 10 of the line: NaN and Infinity are not JSON: leave the value out or use null"},
	{"{\"a\":\"\x00\"}", "", "malformed JSON at byte 6 of the line: a control character stands in a text without being escaped"},
	{`{"a":"\x"}`, "", "malformed JSON at byte 6 of the line: a backslash in a text is followed by something that JSON does not know"},
	{with("f", strings.Repeat("[", 64)+strings.Repeat("]", 64)), "", ""},
	{with("f", strings.Repeat("[", 65)+strings.Repeat("]", 65)), "", "malformed JSON at byte 225 of the line: it is nested too deep"},
	{with("f", `"`+strings.Repeat("x", MaxLine)+`"`), "", "the line is longer than 1048576 bytes"},
}

func manyFeatures(n int) []string {
	var members []string
	for i := range n {
		members = append(members, fmt.Sprintf("f%d", i), "1")
	}
	return members
}

var csvRows = []refusal{
	{cells(), "", ""},
	{cells(0, ""), "prediction_id", "prediction_id is empty"},
	{cells(0, "a\x00b"), "prediction_id", "prediction_id contains a control character"},
	{cells(0, `"a`+"\n"+`b"`), "prediction_id", "prediction_id contains a control character"},
	{cells(0, "\xff"), "prediction_id", "prediction_id is not valid UTF-8"},
	{cells(0, "17"), "", ""},
	{cells(1, " acme"), "tenant", "tenant begins or ends with white space"},
	{cells(2, ""), "model_type", "model_type is empty"},
	{cells(3, ""), "model_version", "model_version is empty"},
	{cells(4, ""), "created_at", "created_at is empty"},
	{cells(4, "01.05.2024"), "created_at", `created_at is "01.05.2024"; it must be a time like 2024-05-01T12:30:00Z`},
	{cells(4, " 2024-05-01 12:30:00+00 "), "", ""},
	{cells(5, ""), "score", "score is empty"},
	{cells(5, " .5 "), "", ""},
	{cells(5, "+1."), "", ""},
	{cells(5, "NaN"), "score", `score is "NaN"; it must be a number between 0 and 1`},
	{cells(5, "inf"), "score", `score is "inf"; it must be a number between 0 and 1`},
	{cells(5, "0x1p-2"), "score", `score is "0x1p-2"; it must be a number between 0 and 1`},
	{cells(5, "1_0"), "score", `score is "1_0"; it must be a number between 0 and 1`},
	{cells(5, `"0,5"`), "score", `score is "0,5"; it must be a number between 0 and 1, with a point, not a comma`},
	{cells(5, "1.0000001"), "score", "score is 1.0000001; it must lie between 0 and 1"},
	{cells(6, ""), "predicted", "predicted is empty; it must be true, false, yes, no, 1 or 0"},
	{cells(6, " T "), "", ""},
	{cells(6, "x"), "predicted", `predicted is "x"; it must be true, false, yes, no, 1 or 0`},
	{cells(6, "10"), "predicted", "predicted is 10; it must be true, false, yes, no, 1 or 0"},
	{cells() + ",", "", "the number of fields is 8; the header has 7"},
	{"p1", "", "the number of fields is 1; the header has 7"},
	{cells(0, `a"b`), "", faultBareQuote},
	{cells(0, `"a"b`), "", faultAfter},
	{cells(0, `"a""b"`), "", ""},
	{cells(0, `"a`), "", faultOpen},
	{cells(0, strings.Repeat("x", MaxLine)), "", faultLong},
}

// Every refusal names its line, field and reason, and the rows around it go in.
func TestRefusals(t *testing.T) {
	for _, c := range ndjsonRows {
		checkRefusal(t, c, with("prediction_id", `"before"`)+"\n", "\n"+with("prediction_id", `"after"`), 2, 3)
	}
	for _, c := range csvRows {
		checkRefusal(t, c, goodHeader+"\n"+cells(0, "before")+"\n", "\n"+cells(0, "after"), 3, 4)
	}
}

func checkRefusal(t *testing.T, c refusal, before, after string, line, next int) {
	t.Helper()
	next += strings.Count(c.row, "\n")
	res := readPredictions(strings.NewReader(before+c.row+after), testOptions(), 100)
	shown := excerpt([]byte(c.row)) + c.err
	if res.err != nil {
		t.Errorf("%s: %v", shown, res.err)
		return
	}
	if c.err == "" {
		if len(res.rows) != 3 || len(res.errs) != 0 {
			t.Errorf("%s: %d rows, %v", shown, len(res.rows), res.errs)
		}
		return
	}
	want := RowError{Line: line, Field: c.field, Error: c.err}
	if len(res.errs) != 1 || res.errs[0] != want {
		t.Errorf("%s:\n got %+v\nwant %+v", shown, res.errs, want)
	}
	if len(res.rows) != 2 || !strings.HasPrefix(res.rows[1], fmt.Sprintf("%d|after|", next)) {
		t.Errorf("%s: the rows around it are %q", shown, res.rows)
	}
}
