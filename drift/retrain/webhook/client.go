package webhook

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// connectPatience bounds reaching the service; how long it may take to answer is each request's own.
const connectPatience = 10 * time.Second

var (
	errLinkLocal = errors.New("link-local addresses are not called")
	errInClear   = errors.New("without https only this machine itself is called")
)

// guarded goes where the URL says and nowhere else: never to link-local addresses, where clouds keep
// their credentials, and in the clear only to this machine, whatever a name resolves to today.
func guarded(u *url.URL) http.Client {
	inClear := u.Scheme == "http"
	dialer := &net.Dialer{Timeout: connectPatience, Control: func(_, address string, _ syscall.RawConn) error {
		a, err := netip.ParseAddrPort(address)
		switch ip := a.Addr().Unmap(); {
		case err != nil:
			return err
		case ip.IsLinkLocalUnicast():
			return errLinkLocal
		case inClear && !ip.IsLoopback():
			return errInClear
		}
		return nil
	}}
	proxy := http.ProxyFromEnvironment
	if inClear {
		proxy = nil
	}
	return http.Client{Transport: &http.Transport{
		Proxy: proxy, DialContext: dialer.DialContext, ForceAttemptHTTP2: true, TLSHandshakeTimeout: connectPatience,
		IdleConnTimeout: time.Minute, MaxIdleConnsPerHost: 1, MaxResponseHeaderBytes: 64 << 10,
	}}
}
