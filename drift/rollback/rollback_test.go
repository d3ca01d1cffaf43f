package rollback

import (
	"encoding/json"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

var activated = time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)

func TestDecide(t *testing.T) {
	for _, c := range []struct {
		name             string
		nk, nn, ok, on   int // new: nk of nn correct; old: ok of on
		after            time.Duration
		want             Verdict
		missNew, missOld int
	}{
		{"not due by a second", 0, 100, 100, 100, 24*time.Hour - time.Second, NotYet, 0, 0},
		{"due to the second", 0, 100, 100, 100, 24 * time.Hour, RollBack, 0, 0},
		{"exactly 5 points stays", 90, 100, 95, 100, 24 * time.Hour, Keep, 0, 0},
		{"exactly 5 points, sizes differ", 180, 200, 38, 40, 24 * time.Hour, Keep, 0, 0},
		{"one outcome worse", 89, 100, 95, 100, 24 * time.Hour, RollBack, 0, 0},
		{"one outcome better", 91, 100, 95, 100, 24 * time.Hour, Keep, 0, 0},
		{"old one better", 90, 100, 96, 100, 24 * time.Hour, RollBack, 0, 0},
		{"a hair above 5 points", 899_999_999, 1_000_000_000, 950_000_000, 1_000_000_000, 24 * time.Hour, RollBack, 0, 0},
		{"a hair below 5 points", 900_000_001, 1_000_000_000, 950_000_000, 1_000_000_000, 24 * time.Hour, Keep, 0, 0},
		{"beyond 64 bits", 3_599_999_999_999_999_999, 4_000_000_000_000_000_000, 3_800_000_000_000_000_000, 4_000_000_000_000_000_000, 24 * time.Hour, RollBack, 0, 0},
		{"a tie", 50, 100, 50, 100, 24 * time.Hour, Keep, 0, 0},
		{"better", 99, 100, 50, 100, 24 * time.Hour, Keep, 0, 0},
		{"least on both sides", 0, 30, 30, 30, 24 * time.Hour, RollBack, 0, 0},
		{"one too few, new", 0, 29, 30, 30, 24 * time.Hour, KeepWatching, 1, 0},
		{"one too few, old", 0, 30, 29, 29, 24 * time.Hour, KeepWatching, 0, 1},
		{"too few before the seventh day ends", 0, 29, 29, 29, 168*time.Hour - time.Second, KeepWatching, 1, 1},
		{"too few after seven days", 0, 29, 29, 29, 168 * time.Hour, AskManager, 1, 1},
		{"enough after seven days", 30, 30, 30, 30, 168 * time.Hour, Keep, 0, 0},
		{"no outcome", 0, 0, 0, 0, 24 * time.Hour, KeepWatching, 30, 30},
		{"no outcome, late", 0, 0, 30, 30, 400 * time.Hour, AskManager, 30, 0},
	} {
		d, err := Decide(Input{
			New: Counts{c.nk, c.nn}, Old: Counts{c.ok, c.on}, Threshold: "0.05", MinOutcomes: 30,
			Activated: activated, Now: activated.Add(c.after), CheckHours: 24,
		})
		if err != nil || d.Verdict != c.want || d.MissingNew != c.missNew || d.MissingOld != c.missOld {
			t.Errorf("%s: %+v, %v; want %s", c.name, d, err, c.want)
		}
		if !strings.HasSuffix(d.Sentence, ".") {
			t.Errorf("%s: %q is not a sentence", c.name, d.Sentence)
		}
		if _, err := json.Marshal(d); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// The sentence names both versions and writes numbers as people read them.
func TestSentence(t *testing.T) {
	for _, c := range []struct {
		threshold string
		new, old  Counts
		after     time.Duration
		want      string
	}{
		{"0.05", Counts{1090, 1260}, Counts{1190, 1260}, 24 * time.Hour, "Accuracy fell by more than 5 points: version b was right on 1,090 of 1,260, version a on 1,190 of 1,260 before it. Version a takes over again."},
		{"0.01", Counts{95, 100}, Counts{95, 100}, 24 * time.Hour, "Accuracy did not fall by more than 1 point: version b was right on 95 of 100, version a on 95 of 100 before it. Version b stays."},
		{"0.025", Counts{95, 100}, Counts{95, 100}, 24 * time.Hour, "Accuracy did not fall by more than 2.5 points: version b was right on 95 of 100, version a on 95 of 100 before it. Version b stays."},
		{"0.05", Counts{1, 1}, Counts{95, 100}, 200 * time.Hour, "Too few outcomes to judge by, and the watch is over: 1,999 more outcomes of version b and 1,900 of version a are needed. A manager decides."},
		{"0.05", Counts{1, 1}, Counts{95, 100}, time.Hour, "Version b is judged at 2026-03-02 09:30 UTC."},
	} {
		d, err := Decide(Input{
			New: c.new, Old: c.old, NewVersion: "b", OldVersion: "a", Threshold: c.threshold, MinOutcomes: map[bool]int{true: 2000, false: 30}[c.new.Outcomes == 1],
			Activated: activated, Now: activated.Add(c.after), CheckHours: 24,
		})
		if err != nil || d.Sentence != c.want {
			t.Errorf("%v: %q, want %q", err, d.Sentence, c.want)
		}
	}
}

func TestNumbersBesideTheDecision(t *testing.T) {
	d, err := Decide(Input{New: Counts{89, 100}, Old: Counts{95, 100}, Threshold: "0.05", MinOutcomes: 30, Activated: activated, Now: activated, CheckHours: 24})
	if err != nil {
		t.Fatal(err)
	}
	// Wilson for 95 of 100: 0.8882 to 0.9785.
	if d.Old.Low < 0.8882 || d.Old.Low > 0.8883 || d.Old.High < 0.9784 || d.Old.High > 0.9786 {
		t.Errorf("interval of the old version: %v to %v", d.Old.Low, d.Old.High)
	}
	if d.Drop < 0.0599 || d.Drop > 0.0601 || d.DropLow > d.Drop || d.DropHigh < d.Drop {
		t.Errorf("drop %v, %v to %v", d.Drop, d.DropLow, d.DropHigh)
	}
	if !d.Due.Equal(activated.Add(24*time.Hour)) || !d.Until.Equal(activated.Add(168*time.Hour)) {
		t.Errorf("due %v until %v", d.Due, d.Until)
	}
}

func TestLongWatchEndsWhenItIsDue(t *testing.T) {
	in := Input{Threshold: "0.05", MinOutcomes: 30, Activated: activated, CheckHours: 720, Now: activated.Add(720*time.Hour - 1)}
	if d, err := Decide(in); err != nil || d.Verdict != NotYet {
		t.Errorf("%+v, %v", d, err)
	}
	in.Now = activated.Add(720 * time.Hour)
	if d, err := Decide(in); err != nil || d.Verdict != AskManager {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestWrongInput(t *testing.T) {
	good := Input{Threshold: "0.05", Activated: activated, Now: activated.Add(24 * time.Hour)}
	if d, err := Decide(good); err != nil || d.Verdict != KeepWatching || d.MissingNew != 1 {
		t.Errorf("no least number still needs one outcome: %+v, %v", d, err)
	}
	for name, change := range map[string]func(*Input){
		"threshold":    func(i *Input) { i.Threshold = "5 %" },
		"more correct": func(i *Input) { i.New = Counts{2, 1} },
		"negative":     func(i *Input) { i.Old = Counts{-1, 1} },
	} {
		in := good
		change(&in)
		if d, err := Decide(in); err == nil {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

// Against fractions: many small counts, so that exact ties are met often.
func TestDecideAgreesWithFractions(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	met := map[Verdict]int{}
	ties := 0
	for i := range 20_000 {
		nn, on := 1+r.IntN(60), 1+r.IntN(60)
		if i%2 == 0 {
			nn, on = 20*(1+r.IntN(3)), 20*(1+r.IntN(3))
		}
		in := Input{
			New: Counts{r.IntN(nn + 1), nn}, Old: Counts{r.IntN(on + 1), on}, MinOutcomes: 1 + r.IntN(40),
			Threshold: []string{"0.05", "0.1", "0", "0.250", "1"}[r.IntN(5)],
			Activated: activated, Now: activated.Add(time.Duration(r.IntN(200)) * time.Hour), CheckHours: 24,
		}
		d, err := Decide(in)
		if err != nil {
			t.Fatal(err)
		}
		least, _ := new(big.Rat).SetString(in.Threshold)
		drop := new(big.Rat).Sub(big.NewRat(int64(in.Old.Correct), int64(on)), big.NewRat(int64(in.New.Correct), int64(nn)))
		want := Keep
		switch hours := in.Now.Sub(activated).Hours(); {
		case hours < 24:
			want = NotYet
		case nn < in.MinOutcomes || on < in.MinOutcomes:
			want = AskManager
			if hours < 168 {
				want = KeepWatching
			}
		case drop.Cmp(least) > 0:
			want = RollBack
		case drop.Cmp(least) == 0:
			ties++
		}
		if d.Verdict != want {
			t.Fatalf("%+v: %s, want %s", in, d.Verdict, want)
		}
		met[want]++
	}
	if len(met) != 5 || ties < 20 {
		t.Errorf("met %v with %d ties", met, ties)
	}
}
