package ingest

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// A row to be scored needs its name alone; the columns of a log are no features, and the same values
// give the same JSON as in a log, whatever the form.
func TestFeatureReader(t *testing.T) {
	for name, text := range map[string]string{
		"csv":    "prediction_id,tenant,score,amount,country\na,acme,,12.50,NO\nb,acme,0.5,,\n,acme,0.5,1,SE\n",
		"ndjson": `{"prediction_id":"a","tenant":"acme","amount":12.50,"country":"NO"}` + "\n" + `{"prediction_id":"b","score":0.5}` + "\n" + `{"amount":1}` + "\n",
	} {
		r := NewFeatureReader(strings.NewReader(text), Options{})
		var b FeatureBatch
		if err := r.Next(&b, 10); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(b.PredictionID) != 2 || b.PredictionID[0] != "a" || b.PredictionID[1] != "b" || string(b.Features[0]) != `{"amount":12.50,"country":"NO"}` || b.Features[1] != nil {
			t.Errorf("%s: %q %q", name, b.PredictionID, b.Features)
		}
		if errs := r.Errors(); r.Rejected() != 1 || len(errs) != 1 || errs[0].Field != "prediction_id" {
			t.Errorf("%s: refused %v", name, errs)
		}
		if err := r.Next(&b, 10); !errors.Is(err, io.EOF) || len(b.Line) != 0 {
			t.Errorf("%s: at the end %v, %d rows", name, err, len(b.Line))
		}
	}
}
