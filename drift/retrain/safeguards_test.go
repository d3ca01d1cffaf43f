package retrain

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

func TestFlags(t *testing.T) {
	on := FlagsInput{Master: true, Type: true, TypeFlag: "ENABLE_AUTO_RETRAIN_FRAUD", Tenant: "acme", Tenants: []string{"acme"}}
	for name, c := range map[string]struct {
		change func(*FlagsInput)
		want   bool
		says   string
	}{
		"all on":               {func(*FlagsInput) {}, true, "allows acme"},
		"everybody":            {func(f *FlagsInput) { f.Tenants = []string{"*"} }, true, "allows acme"},
		"master off":           {func(f *FlagsInput) { f.Master = false }, false, "ENABLE_AUTO_RETRAIN is off"},
		"type off":             {func(f *FlagsInput) { f.Type = false }, false, "ENABLE_AUTO_RETRAIN_FRAUD is off"},
		"nobody":               {func(f *FlagsInput) { f.Tenants = nil }, false, "AUTO_RETRAIN_ENABLED_TENANTS is empty"},
		"another tenant":       {func(f *FlagsInput) { f.Tenants = []string{"acme2", "ACME"} }, false, "does not name acme"},
		"star is not a prefix": {func(f *FlagsInput) { f.Tenants = []string{"*", "globex"} }, false, "does not name acme"},
		"manual, all off":      {func(f *FlagsInput) { *f = FlagsInput{Manual: true} }, true, "not asked of a manual request"},
	} {
		in := on
		c.change(&in)
		if s := Flags(in); *s.Passed != c.want || !strings.Contains(s.Detail, c.says) || s.Name != "feature_flags" {
			t.Errorf("%s: %t, %q", name, *s.Passed, s.Detail)
		}
	}
}

// What is recorded of a tenant's model names no other tenant.
func TestFlagsNameNoOtherTenant(t *testing.T) {
	for want, list := range map[string][]string{
		"[acme]": {"acme"}, "[acme and others]": {"globex", "acme"}, "[others]": {"globex"}, "[]": {}, "[*]": {"*"},
	} {
		if s := Flags(FlagsInput{Tenant: "acme", Tenants: list}); !strings.HasSuffix(s.Compared, "AUTO_RETRAIN_ENABLED_TENANTS "+want) {
			t.Errorf("%v: %q, want %s", list, s.Compared, want)
		}
	}
}

func TestCooldownToTheSecond(t *testing.T) {
	until := noon.Add(168 * time.Hour)
	for _, c := range []struct {
		last time.Time
		days int
		now  time.Time
		skip bool
		want bool
		says string
	}{
		{time.Time{}, 7, noon, false, true, "not been retrained before"},
		{noon, 7, noon, false, false, "until 2026-03-17 12:00:00 UTC"},
		{noon, 7, until.Add(-time.Second), false, false, "until 2026-03-17 12:00:00 UTC"},
		{noon, 7, until, false, true, "ended at 2026-03-17 12:00:00 UTC"},
		{noon, 7, until.Add(time.Second), false, true, "ended"},
		{noon, 7, until.Add(-time.Second), true, true, "a manager chose to skip it"},
		{noon, 0, noon, false, true, "ended"},
	} {
		s := Cooldown(c.last, c.days, c.now, c.skip)
		if *s.Passed != c.want || !strings.Contains(s.Detail, c.says) {
			t.Errorf("%v + %d days at %v: %t, %q", c.last, c.days, c.now, *s.Passed, s.Detail)
		}
	}
	for d, sign := range map[time.Duration]string{167 * time.Hour: "6 days since the last < 7 days", 168 * time.Hour: "7 days since the last ≥ 7 days"} {
		if s := Cooldown(noon, 7, noon.Add(d), false); s.Compared != sign {
			t.Errorf("%v: %q", d, s.Compared)
		}
	}
	for d, want := range map[time.Duration]string{
		167 * time.Hour: "6 days since", 25 * time.Hour: "1 day since", 24 * time.Hour: "1 day since",
		24*time.Hour - 1: "23 hours since", time.Hour: "1 hour since", time.Hour - 1: "59 minutes since", 2 * time.Hour: "2 hours since", time.Minute: "1 minute since", -time.Hour: "0 minutes since",
	} {
		if s := Cooldown(noon, 7, noon.Add(d), false); !strings.HasPrefix(s.Compared, want) {
			t.Errorf("%v: %q", d, s.Compared)
		}
	}
}

func TestData(t *testing.T) {
	for _, c := range []struct {
		rows, pos, neg int
		want           bool
		compared, says string
	}{
		{100, 1, 99, true, "100 rows ≥ 100", "1 positive and 99 negative"},
		{99, 50, 49, false, "99 rows < 100", "RETRAIN_MIN_TRAINING_SAMPLES asks for 100"},
		{100, 0, 100, false, "100 rows ≥ 100", "is positive"},
		{100, 100, 0, false, "100 rows ≥ 100", "is negative"},
		{2160, 1050, 1110, true, "2,160 rows ≥ 100", "2,160 rows with an outcome, 1,050 positive and 1,110 negative"},
	} {
		if s := Data(c.rows, c.pos, c.neg, 100); *s.Passed != c.want || s.Compared != c.compared || !strings.Contains(s.Detail, c.says) {
			t.Errorf("%+v: %t, %q, %q", c, *s.Passed, s.Compared, s.Detail)
		}
	}
}

func TestSeverityAndValidation(t *testing.T) {
	for s := drift.SeverityUnknown; s <= drift.SeverityCritical; s++ {
		name := s.String()
		if s == drift.SeverityUnknown {
			name = "not judged"
		}
		if guard := Severity(s, false); !strings.HasPrefix(guard.Detail, "The drift is "+name) || guard.Compared != name+" against HIGH or CRITICAL" {
			t.Errorf("%q: %q, %q", s, guard.Compared, guard.Detail)
		}
		if got := *Severity(s, false).Passed; got != (s.String() == "HIGH" || s.String() == "CRITICAL") {
			t.Errorf("%q: %t", s, got)
		}
		if !*Severity(s, true).Passed {
			t.Errorf("%q was asked of a manual request", s)
		}
	}
	if s := Validation(nil); s.Passed != nil || !strings.Contains(s.Detail, "Not yet") {
		t.Errorf("without a verdict: %+v", s)
	}
	bad := Check{Deciding: true, Sentence: "Recall is low."}
	if s := Validation(&Verdict{Checks: []Check{bad, {Passed: true}}}); *s.Passed || s.Detail != "Recall is low." || s.Compared != "1 of 2 checks passed" {
		t.Errorf("failed: %+v", s)
	}
}

// Every subset of passing and failing safeguards, every severity, both approval settings, manual
// and not: 32 · 4 · 2 · 2, against rules written down by hand.
func TestDecideEnumerated(t *testing.T) {
	names := []string{"feature_flags", "cooldown", "data_threshold", "severity", "validation"}
	n := 0
	for subset := range 32 {
		for _, severity := range []string{"NONE", "MEDIUM", "HIGH", "CRITICAL"} {
			for bits := range 4 {
				approval, manual := bits&1 != 0, bits&2 != 0
				level, err := drift.ParseSeverity(severity)
				if err != nil {
					t.Fatal(err)
				}
				var list []drift.Safeguard
				first := ""
				for i, name := range names {
					ok := subset>>i&1 == 1
					list = append(list, drift.Safeguard{Name: name, Passed: &ok, Detail: name + " says"})
					if !ok && first == "" {
						first = name
					}
				}
				want, guard := "", ""
				switch {
				case first != "":
					want, guard = "refuse", first
				case manual:
					want = "wait_approval"
				case severity == "CRITICAL" && approval:
					want = "wait_approval"
				case severity == "CRITICAL" || severity == "HIGH":
					want = "countdown"
				default:
					want, guard = "refuse", "severity"
				}
				got := Decide(list, DecideInput{level, approval, manual})
				name := fmt.Sprintf("%05b %s approval %t manual %t", subset, severity, approval, manual)
				if string(got.Action) != want || got.Safeguard != guard || got.Sentence == "" {
					t.Errorf("%s: %+v, want %s by %q", name, got, want, guard)
				}
				n++
			}
		}
	}
	if n != 512 {
		t.Fatalf("%d cases", n)
	}
}

// The same through the safeguards themselves: each input is made to pass or fail on its own.
func TestAllEnumerated(t *testing.T) {
	for subset := range 32 {
		for s := drift.SeverityNone; s <= drift.SeverityCritical; s++ {
			for bits := range 4 {
				approval, manual := bits&1 != 0, bits&2 != 0
				ok := func(i int) bool { return subset>>i&1 == 1 }
				in := Input{
					Flags: FlagsInput{Master: ok(0), Type: true, TypeFlag: "F", Tenant: "a", Tenants: []string{"*"}},
					Last:  noon, CooldownDays: 7, Now: noon, Rows: 9, Positives: 4, Negatives: 5, MinRows: 10,
					Severity: s, Manual: manual, Verdict: &Verdict{Passed: ok(4)},
				}
				if ok(1) {
					in.Last = noon.Add(-168 * time.Hour)
				}
				if ok(2) {
					in.MinRows = 9
				}
				if !ok(3) {
					in.Verdict = nil // not yet: never a reason to refuse
				}
				got := Decide(All(in), DecideInput{s, approval, manual})
				high := s == drift.SeverityHigh || s == drift.SeverityCritical
				want, guard := "countdown", ""
				switch {
				case !manual && !ok(0):
					want, guard = "refuse", "feature_flags"
				case !ok(1):
					want, guard = "refuse", "cooldown"
				case !ok(2):
					want, guard = "refuse", "data_threshold"
				case !manual && !high:
					want, guard = "refuse", "severity"
				case ok(3) && !ok(4):
					want, guard = "refuse", "validation"
				case manual, s == drift.SeverityCritical && approval:
					want = "wait_approval"
				}
				if string(got.Action) != want || got.Safeguard != guard {
					t.Errorf("%05b %s approval %t manual %t: %+v, want %s by %q", subset, s, approval, manual, got, want, guard)
				}
			}
		}
	}
}

func TestSafeguardsThatWereNotAskedRefuse(t *testing.T) {
	all := All(Input{
		Flags: FlagsInput{Master: true, Type: true, Tenants: []string{"*"}}, Rows: 9, Positives: 4, Negatives: 5,
		Severity: drift.SeverityHigh,
	})
	in := DecideInput{Severity: drift.SeverityHigh}
	if d := Decide(all, in); d.Action != Countdown {
		t.Fatalf("all passed: %+v", d)
	}
	for i := range 4 {
		less := slices.Delete(slices.Clone(all), i, i+1)
		if d := Decide(less, in); d.Action != Refuse || d.Safeguard != all[i].Name {
			t.Errorf("without %s: %+v", all[i].Name, d)
		}
	}
	if d := Decide(nil, DecideInput{Manual: true}); d.Action != Refuse {
		t.Errorf("no safeguard at all: %+v", d)
	}
}
