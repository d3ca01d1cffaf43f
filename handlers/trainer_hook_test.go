package handlers_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/handlers"
)

// heardCalls notes of which model types callbacks were.
type heardCalls struct{ of []string }

func (c *heardCalls) Called(_ context.Context, modelType string, _ http.Header, _ []byte) error {
	c.of = append(c.of, modelType)
	return nil
}

// TestCallbacksOfEveryName calls back by the address that a service is given, for names with characters
// that an address holds only in disguise.
func TestCallbacksOfEveryName(t *testing.T) {
	calls := &heardCalls{}
	router := chi.NewRouter()
	router.Method(http.MethodPost, "/hooks/trainers/{model_type}", handlers.NewTrainerHook(handlers.TrainerHookOptions{
		Calls: calls, Address: func(*http.Request) string { return "192.0.2.1" },
	}))
	for _, name := range []string{"churn", "churn, north", "north/south", "a;b", "50%", "Anfänger", "a+b", "?", "%2F"} {
		calls.of = nil
		w := httptest.NewRecorder()
		router.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/hooks/trainers/"+url.PathEscape(name), strings.NewReader("{}")))
		if w.Code != http.StatusAccepted || len(calls.of) != 1 || calls.of[0] != name {
			t.Errorf("%q: %d, heard of %q", name, w.Code, calls.of)
		}
	}
}
