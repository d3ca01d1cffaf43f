//go:build !linux

package livetest

import (
	"context"
	"errors"
	"net"
	"time"
)

// load needs epoll.
type load struct{}

func newLoad(int) (*load, error) {
	return nil, errors.New("the fan-out is measured on Linux only")
}

func (*load) connect(context.Context, *net.TCPAddr) error { return errors.ErrUnsupported }

func (*load) collect(context.Context, time.Time) ([]time.Duration, error) {
	return nil, errors.ErrUnsupported
}

func (*load) close() {}
