package store_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// TestModelTypesOwnTheirSettings: two types of one switch, program or secret would decide for each other.
func TestModelTypesOwnTheirSettings(t *testing.T) {
	db := storetest.Fresh(t)
	add := func(name string) (bool, error) {
		return db.AddModelType(t.Context(), drift.SystemActor(), drift.ModelType{Name: name, BehavesLike: drift.FraudDetector})
	}
	if made, err := add("churn-a"); !made || err != nil {
		t.Fatal(made, err)
	}
	for _, name := range []string{"churn_a", "Churn A", "fraud", "conflict", "fraud-detector"} {
		if made, err := add(name); made || drift.CodeOf(err) != drift.CodeInvalid || !strings.Contains(err.Error(), "would share the setting") {
			t.Errorf("%s: %t, %v", name, made, err)
		}
	}
	if made, err := add("churn-a"); made || err != nil {
		t.Errorf("again: %t, %v", made, err)
	}
	names := []string{"north west", "north-west", "north_west", "North West"}
	var all sync.WaitGroup
	made := make([]bool, len(names))
	for i, name := range names {
		all.Go(func() { made[i], _ = add(name) })
	}
	all.Wait()
	n := 0
	for _, m := range made {
		if m {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d of four names at once were registered", n)
	}
}
