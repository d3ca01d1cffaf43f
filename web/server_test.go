package web_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/web"
)

func listening(t *testing.T, h http.Handler) *web.Server {
	t.Helper()
	s, err := web.Listen(t.Context(), web.ServerOptions{
		Addr: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler),
		RequestWithin: 100 * time.Millisecond, AnswerWithin: 200 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Shutdown(context.Background()); err != nil { // the test's own context has ended
			t.Error(err)
		}
	})
	s.Handle(h)
	return s
}

// answerTo sends a request as it stands and returns all that comes until the server hangs up.
func answerTo(t *testing.T, s *web.Server, request string) string {
	t.Helper()
	c, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(c)
	if err != nil {
		t.Errorf("the server did not hang up: %v", err)
	}
	return string(got)
}

// TestBodiesThatStandStill: whoever announces a body and sends none is hung up on, whether the
// handler reads it or not.
func TestBodiesThatStandStill(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"read": func(w http.ResponseWriter, r *http.Request) {
			if _, err := io.ReadAll(r.Body); err == nil {
				t.Error("a body came that was never sent")
			}
			w.WriteHeader(http.StatusBadRequest)
		},
		"not read": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) },
	} {
		t.Run(name, func(t *testing.T) {
			s := listening(t, h)
			got := answerTo(t, s, "POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nname=")
			if !strings.HasPrefix(got, "HTTP/1.1 4") {
				t.Errorf("answered %q", got)
			}
		})
	}
}

// TestReadersThatStandStill: whoever asks and does not read lets go of the server.
func TestReadersThatStandStill(t *testing.T) {
	ended := make(chan error, 1)
	s := listening(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		var err error
		for piece := make([]byte, 1<<20); err == nil; {
			_, err = w.Write(piece)
		}
		ended <- err
	}))
	c, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Error("the handler still writes to a reader that does not read")
	}
}

// TestPatientAnswers: an answer that moves outlasts the bounds of the server.
func TestPatientAnswers(t *testing.T) {
	s := listening(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		out := web.PatientWriter(w)
		for range 8 { // twice the time for an answer
			<-tick.C
			if _, err := io.WriteString(out, "0123456789"); err != nil {
				t.Error(err)
			}
		}
	}))
	resp, err := http.Get(s.URL() + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got, err := io.ReadAll(resp.Body); err != nil || len(got) != 80 {
		t.Errorf("%q, %v", got, err)
	}
}

// TestPatientRequests: a log that comes slowly, and an answer that goes out after it, outlast the
// bounds of the server.
func TestPatientRequests(t *testing.T) {
	s := listening(t, web.Patient(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		fmt.Fprintf(w, "%d %v", n, err)
	})))
	body, write := io.Pipe()
	go func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for range 8 { // twice the time for a request
			<-tick.C
			if _, err := io.WriteString(write, "0123456789"); err != nil {
				t.Error(err)
			}
		}
		write.Close()
	}()
	resp, err := http.Post(s.URL()+"/", "text/plain", body)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got, err := io.ReadAll(resp.Body); err != nil || string(got) != "80 <nil>" {
		t.Errorf("%q, %v", got, err)
	}
}

// TestStarting: before there is something to serve, that is said, and nothing else.
func TestStarting(t *testing.T) {
	s, err := web.Listen(t.Context(), web.ServerOptions{Addr: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	for path, status := range map[string]int{"/healthz": 200, "/": 503, "/api/v1/predictions": 503} {
		resp, err := http.Get(s.URL() + path)
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil || resp.StatusCode != status || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %s %v", path, resp.Status, resp.Header)
		}
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if _, open := <-s.Failed(); !open {
		t.Error("the server does not say how it ended")
	}
}
