package web

import (
	"io"
	"net/http"
	"time"
)

// moveWithin is how long a body or an answer without a bound may stand still.
const moveWithin = 30 * time.Second

// Patient lets the body of a request take as long as it moves: logs come over slow lines. Without it
// the bounds of the server hold.
func Patient(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = patientBody{r.Body, http.NewResponseController(w)}
		next.ServeHTTP(w, r)
	})
}

// PatientWriter lets an answer take as long as it moves, as a download over a slow line does.
func PatientWriter(w http.ResponseWriter) io.Writer {
	return patientWriter{w, http.NewResponseController(w)}
}

// patientBody moves both deadlines on with each read: the answer waits for the body.
type patientBody struct {
	io.ReadCloser
	c *http.ResponseController
}

func (b patientBody) Read(p []byte) (int, error) {
	now := time.Now()
	// A connection that takes no deadlines has none that would have to be moved.
	_, _ = b.c.SetReadDeadline(now.Add(moveWithin)), b.c.SetWriteDeadline(now.Add(DefaultAnswerWithin))
	return b.ReadCloser.Read(p)
}

type patientWriter struct {
	http.ResponseWriter
	c *http.ResponseController
}

func (w patientWriter) Write(p []byte) (int, error) {
	_ = w.c.SetWriteDeadline(time.Now().Add(moveWithin)) // as above
	return w.ResponseWriter.Write(p)
}
