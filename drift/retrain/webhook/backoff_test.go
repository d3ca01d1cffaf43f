package webhook_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestBackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t)
		tries := 0
		s.submit = func(w http.ResponseWriter) {
			if tries++; tries <= 6 {
				answer(503, "")(w)
				return
			}
			answer(202, `{"job":"j1","status_url":"/jobs/j1"}`)(w)
		}
		job := newJob(t)
		var lines []string
		job.Progress = func(line string) { lines = append(lines, line) }
		if err := s.trainer(t).Train(t.Context(), *job); err != nil {
			t.Fatal(err)
		}
		if want := "answered 503 Service Unavailable. It is asked again in 10 seconds."; len(lines) != 6 || !strings.Contains(lines[0], want) {
			t.Errorf("shown %q, want six lines like %q", lines, want)
		}
		var waits []time.Duration
		for i := range 6 {
			waits = append(waits, s.at[i+1].Sub(s.at[i])/time.Second)
		}
		if want := []time.Duration{10, 20, 40, 80, 120, 120}; !slices.Equal(waits, want) {
			t.Errorf("waited %v seconds, want %v", waits, want)
		}
		if want := slices.Repeat([]string{"retrain-7-1"}, 7); !slices.Equal(s.keys, want) {
			t.Errorf("keys %q: the service must see that it is the same job", s.keys)
		}
	})
}
