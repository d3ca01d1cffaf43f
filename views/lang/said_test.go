package lang

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// isSaid tells whether a key is a sentence of the domain.
func isSaid(key string) bool {
	return slices.ContainsFunc(saidInGerman, func(area entries) bool { return area[key] != nil })
}

// notTexts are strings with words that are not said to anybody: names, and what only puts texts together.
var notTexts = []string{
	"%s %s version %s", // of the log's errors
	"ML Engineering", "ML Team Lead", "none of the four",
	"%s %ss", "hold-out row", // plural puts them together, and its nouns are looked for by themselves
	"rollback rehearsal %s", "artefact of %s of %s", // a shadow's own
	"team %s", "tenant %s", // of the audit
	"%s UTC",
}

// seenThrough are messages that the reading of the sources cannot see, because they come from elsewhere: by
// file, how many.
var seenThrough = map[string]int{
	"drift/engine/handover.go": 1, "drift/engine/propose.go": 1, "drift/engine/retrain.go": 1, // variables of their functions
	"drift/errors.go": 3,                              // the makers themselves
	"drift/moves.go":  1, "drift/retrain/moves.go": 1, // illegal
	"drift/retrain/command/ending.go": 1, "drift/retrain/webhook/request.go": 1, "drift/retrain/predictions.go": 2, // makers of errors
	"store/db.go":            1,                       // away
	"web/auth/middleware.go": 1, "handlers/api.go": 2, // the sentence of a gate
	"handlers/handlers.go":    1,
	"drift/engine/silence.go": 1, "drift/oncall/calendar.go": 1, "handlers/api_silences.go": 1, // variables of their functions
	"handlers/api_alerts.go": 1, "handlers/filters.go": 1, "handlers/incident.go": 1, // what cannot be read in a query
}

// TestEverythingSaidIsTranslated reads what the domain says in its sources. Each sentence has its German with
// the same arguments, and no German is there of what nobody says.
func TestEverythingSaidIsTranslated(t *testing.T) {
	s := sentencesOfDomain(t)
	for key, at := range s.must {
		if !isSaid(key) && !slices.Contains(notTexts, key) {
			t.Errorf("%s: no translation of %q", at, key)
		}
	}
	for _, key := range notTexts {
		if s.must[key] == "" {
			t.Errorf("nothing says %q", key)
		}
	}
	hidden := map[string]int{}
	for _, at := range s.hidden {
		file, _, _ := strings.Cut(strings.TrimPrefix(at, "../../"), ":")
		hidden[file]++
	}
	for file, n := range hidden {
		if n != seenThrough[file] {
			t.Errorf("%s: the messages of %d errors cannot be read from the source, %d are known: write them as literals", file, n, seenThrough[file])
		}
	}
	for _, area := range saidInGerman {
		for key, f := range area {
			if s.must[key] == "" && !s.all[key] && !s.all[strings.ReplaceAll(key, " ", "_")] {
				t.Errorf("nothing says %q", key)
			}
			if len(f) != 1 {
				t.Errorf("%q has %d forms", key, len(f))
			}
			if x := catalogue[German][key]; len(strings.Fields(key)) > 2 && len(x) == 1 && newPattern(key, f[0]) == nil && x[0] != f[0] {
				t.Errorf("%q is %q where the domain says it, and %q in the catalogue", key, f[0], x[0])
			}
			checkForm(t, key, f[0])
		}
	}
}

// checkForm holds a translation to the arguments of its key, and a pattern to words that make its matches sure.
func checkForm(t *testing.T, key, form string) {
	t.Helper()
	takes := 0
	for _, m := range verbsOfSource.FindAllStringSubmatch(key, -1) {
		if m[1] != "" {
			takes++
		}
	}
	shown := map[int]bool{}
	for _, part := range readForm(form) {
		if part.verb != 0 {
			shown[part.arg] = true
		}
	}
	for i := range takes {
		if !shown[i] {
			t.Errorf("%q: its translation %q lacks argument %d", key, form, i+1)
		}
	}
	if len(shown) != takes {
		t.Errorf("%q takes %d arguments, its translation %q shows %d", key, takes, form, len(shown))
	}
	p := newPattern(key, form)
	if p == nil {
		return
	}
	if p.letters() < 3 {
		t.Errorf("%q has too few words of its own to be known by", key)
	}
	for i, m := range verbsOfSource.FindAllStringSubmatch(key, -1) {
		if m[1] == "q" && takes == len(verbsOfSource.FindAllString(key, -1)) && p.verb(i) != 'q' {
			t.Errorf("%q: argument %d is quoted; its translation %q shows it by %%%c", key, i+1, form, p.verb(i))
		}
	}
}

// TestSaidOfEveryFormat puts arguments into every key, as its source does, and asks for the German.
func TestSaidOfEveryFormat(t *testing.T) {
	for _, area := range saidInGerman {
		for key, f := range area {
			english, german := filled(key, f[0])
			if got := German.Said(english); got != german {
				t.Errorf("%q: %q, want %q", english, got, german)
			}
		}
	}
}

// filled is a sentence with made-up arguments, and its German.
func filled(key, form string) (english, german string) {
	p := newPattern(key, form)
	if p == nil {
		return strings.ReplaceAll(key, "%%", "%"), strings.ReplaceAll(form, "%%", "%")
	}
	n := 0
	shown := map[int]string{}
	english = verbsOfSource.ReplaceAllStringFunc(strings.ReplaceAll(key, "%%", "\x00"), func(v string) string {
		if v == "%" {
			return v
		}
		name := fmt.Sprintf("n%dx", n)
		written := name
		shown[n] = name
		switch {
		case p.verb(n) == 'q':
			written, shown[n] = `"`+name+`"`, "„"+name+"“"
		case p.verb(n) == 'd' || v[len(v)-1] != 's':
			written, shown[n] = fmt.Sprintf("1,%03d.5", n), fmt.Sprintf("1.%03d,5", n)
			if p.verb(n) != 'd' {
				shown[n] = written
			}
		case p.verb(n) == 't':
			written, shown[n] = fmt.Sprintf("2026-07-%02d", n+1), fmt.Sprintf("%d. Juli 2026", n+1)
		}
		n++
		return written
	})
	var b strings.Builder
	for _, part := range p.form {
		if part.verb == 0 {
			b.WriteString(part.text)
		} else {
			b.WriteString(shown[part.arg])
		}
	}
	return strings.ReplaceAll(english, "\x00", "%"), b.String()
}

// TestSaid shows whole texts as they are stored.
func TestSaid(t *testing.T) {
	for english, want := range map[string]string{
		"":                                "",
		"Normal variance: nothing to do.": "Übliche Schwankung: Es ist nichts zu tun.",
		"a person's own words":            "a person's own words",
		"Written by a person. Normal variance: nothing to do. Anna, 3.5 rows": "Written by a person. Übliche Schwankung: Es ist nichts zu tun. Anna, 3.5 rows",
		"acme fraud_detector version 1.2: accuracy fell. Accuracy 95.0 % → 71.2 %: 23.8 points lower over 1,440 outcomes, against 12,000 in the baseline (95 % interval of the drop 20.1 to 27.5 points, one-sided p = 9.1 × 10⁻³²). Precision or recall fell far: precision by 16.0 points, recall by 21.5 points.": "acme fraud_detector Version 1.2: Die Genauigkeit ist gesunken. Genauigkeit 95,0\u00a0% → 71,2\u00a0%: 23,8 Punkte niedriger, gemessen über 1.440 Ergebnisse, gegen 12.000 in der Basis (95-%-Intervall des Rückgangs: 20,1 bis 27,5 Punkte, einseitiges p = 9,1 × 10⁻³²). Präzision oder Trefferquote ist stark gesunken: Präzision um 16,0 Punkte, Trefferquote um 21,5 Punkte.",
		"acme risk version v3: scores moved. Mean score 0.312 → 0.420; KS p = 0.0005 (exact), D = 0.171, 1 score against 12,000 in the baseline.":                                                                                                                                                                    "acme risk Version v3: Die Scores haben sich verschoben. Mittlerer Score 0,312 → 0,420; KS-p = 0,0005 (exakt), D = 0,171, 1 Score gegen 12.000 in der Basis.",
		"acme fraud: a check did not run. The statistical job of 2026-07-02 failed: the server's log says why.":                                                                                                                                                                                                      "acme fraud: Eine Prüfung ist nicht gelaufen. Der Job statistical vom 2. Juli 2026 ist gescheitert: Im Protokoll des Servers steht, warum.",
		"The trainer did not finish within 90 minutes and was stopped. The serving version is untouched.":                                                                                                                                                                                                            "Der Trainer ist nicht innerhalb von 90 Minuten fertig geworden und wurde beendet. Die Version in Betrieb ist unberührt.",
		"The trainer ended with exit code 3. Its last line: no rows. The serving version is untouched.":                                                                                                                                                                                                              "Der Trainer endete mit dem Code 3. Seine letzte Zeile: no rows. Die Version in Betrieb ist unberührt.",
		"Accuracy fell by more than 5 points: version b was right on 1,090 of 1,260, version a on 1,190 of 1,260 before it. Version a takes over again.":                                                                                                                                                             "Die Genauigkeit ist um mehr als 5 Punkte gesunken: Version b lag bei 1.260 mit 1.090 richtig, davor Version a bei 1.260 mit 1.190. Version a übernimmt wieder.",
		"Version b is judged at 2026-03-02 09:30 UTC.": "Das Urteil über Version b fällt am 2. März 2026, 09:30 UTC.",
		"Accuracy 0.6512 is below the 0.70 of VALIDATION_CONFLICT_MIN_ACCURACY. Recall 0.4000 is below the 0.50 of VALIDATION_CONFLICT_MIN_RECALL.": "Genauigkeit 0,6512 liegt unter der Schwelle 0,70 (VALIDATION_CONFLICT_MIN_ACCURACY). Trefferquote 0,4000 liegt unter der Schwelle 0,50 (VALIDATION_CONFLICT_MIN_RECALL).",
		"anna was faster (acknowledged it, 03:10:22 UTC). Your click changed nothing; look at the alert as it is now.":                              "anna war schneller (quittiert, 03:10:22 UTC). Ihr Klick hat nichts geändert; sehen Sie sich den Alarm an, wie er jetzt ist.",
		"ENABLE_AUTO_RETRAIN on, ENABLE_AUTO_RETRAIN_FRAUD off, AUTO_RETRAIN_ENABLED_TENANTS [acme and others]":                                     "ENABLE_AUTO_RETRAIN an, ENABLE_AUTO_RETRAIN_FRAUD aus, AUTO_RETRAIN_ENABLED_TENANTS [acme und andere]",
		"1,212 rows ≥ 100":                  "1.212 Zeilen ≥ 100",
		"CRITICAL against HIGH or CRITICAL": "KRITISCH gegen HOCH oder KRITISCH",
		"48 days since the last ≥ 7 days":   "48 Tage seit dem letzten ≥ 7 Tage",
		"This retrain is counting down; approve is possible only while it is waiting for approval or queued.": "Dieses Nachtraining hat den Stand „im Countdown“; „freigeben“ geht nur im Stand „wartet auf Freigabe oder eingereiht“.",
		"TRAINER_URL_FRAUD cannot be \"ftp://x\": the address of a webhook begins with https:// or http://.":  "TRAINER_URL_FRAUD kann nicht „ftp://x“ sein: Die Adresse eines Webhooks beginnt mit https:// oder http://.",
	} {
		if got := German.Said(english); got != want {
			t.Errorf("%q:\n got %q\nwant %q", english, got, want)
		}
		if got := English.Said(english); got != english {
			t.Errorf("English changed %q to %q", english, got)
		}
	}
}

// FuzzSaid: English is what it was; a text without a word of ours is too; nothing panics.
func FuzzSaid(f *testing.F) {
	for _, area := range saidInGerman {
		for key, form := range area {
			english, _ := filled(key, form[0])
			f.Add(english)
		}
	}
	f.Add(strings.Repeat("The drift is . ", 200))
	f.Fuzz(func(t *testing.T, s string) {
		if got := English.Said(s); got != s {
			t.Errorf("English changed %q to %q", s, got)
		}
		got := German.Said(s)
		if got != s && !strings.ContainsFunc(s, unicode.IsLetter) {
			t.Errorf("%q became %q", s, got)
		}
		if strings.Contains(got, "%!") && !strings.Contains(s, "%!") {
			t.Errorf("%q became %q", s, got)
		}
	})
}
