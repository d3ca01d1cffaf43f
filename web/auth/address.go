package auth

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Address is what sign-ins from one place are counted under: the peer's address or, behind a proxy
// of ours, the last one that the proxy wrote into X-Forwarded-For. What stands before it there was
// written by anybody. IPv6 counts by /64, which is one household or machine.
func Address(r *http.Request, behindProxy bool) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if behindProxy {
		list := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		if last := strings.TrimSpace(list[len(list)-1]); last != "" {
			host = last
		}
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	if err != nil {
		return "unknown"
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		if p, err := ip.Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
}
