package ingest

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestOutcomes(t *testing.T) {
	at := time.Date(2024, 5, 2, 0, 0, 0, 0, time.UTC).UnixMicro()
	table := "tenant,actual,note,prediction_id,observed_at,note\r\nacme,yes,x,p1,2024-05-02T00:00:00Z,\r\nacme,0,,p2,,y\r\n"
	lines := `{"prediction_id":"p1","tenant":"acme","actual":true,"observed_at":"2024-05-02T00:00:00Z","note":"\u0000"}` + "\n" +
		`{"prediction_id":"p2","tenant":"acme","actual":0,"observed_at":null,"note":{"x":1e999999}}` + "\n"
	for name, c := range map[string]struct {
		text  string
		first int
	}{
		"csv":        {table, 2},
		"csv gzip":   {string(zipped(t, table)), 2},
		"ndjson":     {lines, 1},
		"array":      {"[" + strings.Replace(lines, "\n", ",", 1) + "]", 1},
		"array gzip": {string(zipped(t, "["+strings.Replace(lines, "\n", ",", 1)+"]")), 1},
	} {
		res := readOutcomes(strings.NewReader(c.text), testOptions(), 10)
		want := []string{fmt.Sprintf("%d|p1|acme|1|%d", c.first, at), fmt.Sprintf("%d|p2|acme|0|%d", c.first+1, NoTime)}
		if res.err != nil || !reflect.DeepEqual(res.rows, want) {
			t.Errorf("%s: %v, %v, %v", name, res.rows, res.errs, res.err)
		}
	}
}

func TestOutcomeRefusals(t *testing.T) {
	for _, c := range []refusal{
		{`{"tenant":"a","actual":1}`, "prediction_id", "prediction_id is missing"},
		{`{"prediction_id":"p","actual":1}`, "tenant", "tenant is missing"},
		{`{"prediction_id":"p","tenant":"a"}`, "actual", "actual is missing; an outcome must say what happened"},
		{`{"prediction_id":"p","tenant":"a","actual":null}`, "actual", "actual is null; an outcome must say what happened"},
		{`{"prediction_id":"p","tenant":"a","actual":""}`, "actual", "actual is empty; an outcome must say what happened"},
		{`{"prediction_id":"p","tenant":"a","actual":"perhaps"}`, "actual", `actual is "perhaps"; it must be true, false, yes, no, 1 or 0`},
		{`{"prediction_id":"p","tenant":"a","actual":1,"observed_at":"2024-05-01"}`, "observed_at", `observed_at is "2024-05-01"; it must be a time like 2024-05-01T12:30:00Z`},
		{`{"prediction_id":"p","tenant":"a","actual":1,"observed_at":"2025-05-01T00:00:00Z"}`, "observed_at", `observed_at is "2025-05-01T00:00:00Z"; that is more than a day ahead of now`},
		{`{"prediction_id":"p","tenant":"a","actual":1,"actual":0}`, "actual", `the key "actual" comes twice`},
		{`{"prediction_id":"p","tenant":"a","actual":1,"x":1,"x":0}`, "x", `the key "x" comes twice`},
	} {
		res := readOutcomes(strings.NewReader(c.row), testOptions(), 10)
		want := []RowError{{Line: 1, Field: c.field, Error: c.err}}
		if res.err != nil || len(res.rows) != 0 || !reflect.DeepEqual(res.errs, want) {
			t.Errorf("%s: %v, %v, %v", c.row, res.rows, res.errs, res.err)
		}
	}
	table := "prediction_id,tenant,actual\np1,a,\np2,a,1\n"
	res := readOutcomes(strings.NewReader(table), testOptions(), 10)
	want := []RowError{{Line: 2, Field: "actual", Error: "actual is empty; an outcome must say what happened"}}
	if res.err != nil || len(res.rows) != 1 || !reflect.DeepEqual(res.errs, want) {
		t.Errorf("%v, %v, %v", res.rows, res.errs, res.err)
	}
}
