package hook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// The bounds of one attempt, and of the wait after one that failed.
const (
	attemptWithin = 10 * time.Second
	answerBytes   = 64 << 10
	firstWait     = 10 * time.Second
	longestWait   = time.Hour
)

// errLinkLocal refuses an address that no receiver has.
var errLinkLocal = errors.New("link-local addresses are not called")

// newClient makes requests that go where the address says and nowhere else.
func newClient() *http.Client {
	dialer := &net.Dialer{Timeout: attemptWithin, Control: func(_, address string, _ syscall.RawConn) error {
		if a, err := netip.ParseAddrPort(address); err == nil && a.Addr().Unmap().IsLinkLocalUnicast() {
			return errLinkLocal
		}
		return nil
	}}
	return &http.Client{
		Timeout: attemptWithin,
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
			TLSHandshakeTimeout: attemptWithin, IdleConnTimeout: time.Minute, MaxIdleConnsPerHost: 1,
			MaxResponseHeaderBytes: answerBytes,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// attempt sends a delivery once and says what came of it.
func (s *Sender) attempt(ctx context.Context, t *drift.DeliveryTask) drift.DeliveryResult {
	status, err := s.post(ctx, t)
	r := drift.DeliveryResult{State: drift.DeliveryDelivered, At: s.now(), Status: status}
	switch {
	case err != nil:
		r.Error = failure(err)
	case status >= 200 && status < 300:
		return r
	case status == http.StatusGone:
		r.Gone, r.State, r.Error = true, drift.DeliveryDead, "answered 410 Gone"
		return r
	default:
		r.Error = fmt.Sprintf("answered %d %s", status, http.StatusText(status))
	}
	r.State = drift.DeliveryDead
	if r.At.Before(t.GiveUpAt) {
		r.State, r.NextAt = drift.DeliveryPending, r.At.Add(s.wait(t.Attempt))
		if r.NextAt.After(t.GiveUpAt) {
			r.NextAt = t.GiveUpAt // the last attempt is made when its time is over
		}
	}
	return r
}

func (s *Sender) post(ctx context.Context, t *drift.DeliveryTask) (status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.URL, bytes.NewReader(t.Body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Driftwatch")
	req.Header.Set(SignatureHeader, Sign(t.Secret, s.now(), t.Body))
	req.Header.Set(KeyHeader, t.Key)
	res, err := s.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	// Read so that the connection can be used again; what it says is not ours to keep.
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, answerBytes))
	return res.StatusCode, nil
}

// wait is how long after a failed attempt, counted from 1, the next is made: twice as long every
// time up to an hour, and up to half more or less so that many do not come back at once.
func (s *Sender) wait(attempt int) time.Duration {
	d := longestWait
	if attempt < 10 { // ten seconds doubled nine times are more than an hour
		d = min(firstWait<<(attempt-1), longestWait)
	}
	return d/2 + s.jitter(d)
}

// failure says why nothing answered, without what the request held.
func failure(err error) string {
	var timeout interface{ Timeout() bool }
	var dns *net.DNSError
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		return "did not answer within 10 seconds"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection was refused"
	case errors.Is(err, errLinkLocal):
		return "this is a link-local address, which is not called"
	case errors.As(err, &dns):
		return "its name was not found"
	}
	return "the connection failed, or was not secure"
}
