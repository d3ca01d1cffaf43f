package queue

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// silent is a connection that answers so often and then never again.
type silent struct{ answers int }

func (s *silent) Ping(ctx context.Context) error {
	if s.answers > 0 {
		s.answers--
		return nil
	}
	<-ctx.Done()
	return ctx.Err()
}

// cut is a connection that was closed.
type cut struct{}

func (cut) Ping(context.Context) error { return errors.New("closed") }

// Work whose lock cannot be vouched for any more is stopped in time, also where the connection says nothing.
func TestALockThatIsNotAnswered(t *testing.T) {
	for name, c := range map[string]struct {
		conn pinger
		want time.Duration
	}{
		"cut":    {cut{}, lockEvery},
		"silent": {&silent{answers: 3}, 4*lockEvery + lockWithin},
	} {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			stopped := false
			guard(ctx, c.conn, func() { stopped = true })
			if took := time.Since(begun); !stopped || took != c.want {
				t.Errorf("%s: stopped %t after %v, want %v", name, stopped, took, c.want)
			}
		})
	}
}
