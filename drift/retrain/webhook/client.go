package webhook

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
	"time"
)

// connectPatience bounds reaching the service; how long it may take to answer is each request's own.
const connectPatience = 10 * time.Second

var (
	errLinkLocal = errors.New("link-local addresses are not called")
	errMetadata  = errors.New("addresses at which clouds keep credentials are not called")
	errInClear   = errors.New("without https only this machine itself is called")
)

// metadata are the addresses at which clouds hand out credentials beside the link-local ones.
var metadata = []netip.Addr{
	netip.MustParseAddr("fd00:ec2::254"),   // Amazon, over IPv6
	netip.MustParseAddr("100.100.100.200"), // Alibaba
}

// guarded goes where the URL says and nowhere else: never to where clouds keep their credentials,
// link-local addresses above all, and in the clear only to this machine, whatever a name resolves to today.
func guarded(u *url.URL) http.Client {
	inClear := u.Scheme == "http"
	dialer := &net.Dialer{Timeout: connectPatience, Control: func(_, address string, _ syscall.RawConn) error {
		a, err := netip.ParseAddrPort(address)
		switch ip := a.Addr().Unmap(); {
		case err != nil:
			return err
		case ip.IsLinkLocalUnicast():
			return errLinkLocal
		case slices.Contains(metadata, ip.WithZone("")):
			return errMetadata
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
