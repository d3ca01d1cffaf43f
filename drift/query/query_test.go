package query_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/query"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]query.Query{
		"":  nil,
		" ": nil,
		"severity:critical -status:resolved tenant:acme": {
			{Field: drift.TermSeverity, Values: []string{"critical"}},
			{Field: drift.TermStatus, Not: true, Values: []string{"resolved"}},
			{Field: drift.TermTenant, Values: []string{"acme"}},
		},
		"Severity:CRITICAL,high,critical": {{Field: drift.TermSeverity, Values: []string{"critical", "high"}}},
		`tenant:"north retail","a,b",c:d`: {{Field: drift.TermTenant, Values: []string{"north retail", "a,b", "c:d"}}},
		"age:>2h,<1d12h age:90m": {
			{Field: drift.TermAge, Ages: []drift.AgeBound{{Span: 2 * time.Hour}, {Younger: true, Span: 36 * time.Hour}}},
			{Field: drift.TermAge, Ages: []drift.AgeBound{{Span: 90 * time.Minute}}},
		},
		`moved -"up, again: \"x\" \\"`: {
			{Values: []string{"moved"}},
			{Not: true, Values: []string{`up, again: "x" \`}},
		},
		`say"hi" \\ tenant:a"b`:                        {{Values: []string{`say"hi"`}}, {Values: []string{`\\`}}, {Field: drift.TermTenant, Values: []string{`a"b`}}},
		"a,b --x":                                      {{Values: []string{"a,b"}}, {Not: true, Values: []string{"-x"}}},
		"owner:me,nobody is:blind,flapping":            {{Field: drift.TermOwner, Values: []string{"me", "nobody"}}, {Field: drift.TermIs, Values: []string{"blind", "flapping"}}},
		"incident:fraud_detector:2026-05-01 version:7": {{Field: drift.TermIncident, Values: []string{"fraud_detector:2026-05-01"}}, {Field: drift.TermVersion, Values: []string{"7"}}},
	} {
		got, err := query.Parse(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

// TestErrors: each says where it is and what could stand there.
func TestErrors(t *testing.T) {
	for text, want := range map[string]struct {
		at   int
		says string
	}{
		"foo:bar":                {1, `Nothing is called "foo"`},
		"x :y":                   {3, `Nothing is called ""`},
		"x severity:severe":      {12, "critical, high, medium, blind"},
		"severity:":              {10, "Say after severity: one of critical"},
		"severity:high,":         {15, "one of critical"},
		"tenant: acme":           {8, "Say a name after tenant:"},
		`tenant:""`:              {8, "Say a name after tenant:"},
		"age:old":                {5, `"old" is no age`},
		"age:>":                  {5, "is no age"},
		"age:":                   {5, "Say an age"},
		"age:999999w":            {5, "longer than ten years"},
		`a "b`:                   {3, "does not end"},
		`tenant:"a"b`:            {11, "A space is missing"},
		`"a"b`:                   {4, "A space is missing"},
		`""`:                     {1, "nothing between the quotes"},
		"- x":                    {1, "A minus stands right before"},
		"-":                      {1, "A minus stands right before"},
		"is:awake":               {4, "open, blind, rollback, cleared, flapping"},
		strings.Repeat("a ", 25): {49, "at most 24 parts"},
		strings.Repeat("a", 601): {601, "at most 600 characters"},
	} {
		_, err := query.Parse(text)
		var e *query.Error
		if !errors.As(err, &e) {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if e.At != want.at || !strings.Contains(err.Error(), want.says) || strings.Contains(err.Error(), "%!") {
			t.Errorf("%q: at %d: %v", text, e.At, err)
		}
	}
}

func TestWith(t *testing.T) {
	q, err := query.Parse("moved severity:high,medium -severity:blind severity:critical tenant:acme")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		field drift.TermField
		value string
		want  string
	}{
		{drift.TermSeverity, "critical", "moved severity:critical -severity:blind tenant:acme"},
		{drift.TermSeverity, "", "moved -severity:blind tenant:acme"},
		{drift.TermTenant, "north retail", `moved severity:high,medium -severity:blind severity:critical tenant:"north retail"`},
		{drift.TermAge, ">26h", "moved severity:high,medium -severity:blind severity:critical tenant:acme age:>1d2h"},
		{drift.TermOwner, "", q.String()},
	} {
		if got := q.With(c.field, c.value).String(); got != c.want {
			t.Errorf("%s=%s: %s", c.field, c.value, got)
		}
	}
	if q.Of(drift.TermOwner) != nil || !q.Has(drift.TermTenant) || q.Has(drift.TermOwner) || !q.HasValue(drift.TermSeverity, "blind") {
		t.Error("what a query asks for is told wrongly")
	}
	if len(query.Words(drift.TermTenant)) != 0 || len(query.Words(drift.TermIs)) != 5 {
		t.Error("the words of a field are told wrongly")
	}
}

// FuzzParse: whatever is typed, it is read or refused with a place within it; what was read is
// written so that it is read the same.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`severity:critical,high -status:resolved tenant:"a \"b\"" age:>1h30m,<2d text -"not: this"`,
		`age:`, `"`, `-`, `owner:me,`, `tenant:\`, "a\x00b", "tenant:\u00a0x", `-"-"`, `""`, `x:`, `:`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := query.Parse(text)
		if err != nil {
			var e *query.Error
			if !errors.As(err, &e) || e.At < 1 || e.At > len([]rune(text))+1 || strings.Contains(err.Error(), "%!") {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		again, err := query.Parse(q.String())
		if err != nil && len([]rune(q.String())) <= query.MaxText {
			t.Fatalf("%q became %q, which is refused: %v", text, q.String(), err)
		}
		if err == nil && !reflect.DeepEqual(q, again) {
			t.Fatalf("%q became %q: %+v and %+v", text, q.String(), q, again)
		}
	})
}
