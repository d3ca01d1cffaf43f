package auth

import (
	"fmt"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// The limits on failed sign-ins. Each failure beyond the free ones doubles the wait, up to maxWait;
// failures older than memory count no more. Other people's mistakes at one address (an office behind
// one router) are more likely than at one account, hence two numbers.
const (
	freePerAccount = 5
	freePerAddress = 20
	firstWait      = 15 * time.Second
	maxWait        = 15 * time.Minute
	memory         = time.Hour
)

// until is when another attempt may be made after these failures; the zero time is now.
func until(f drift.SignInFailures, free int) time.Time {
	if f.Count < free {
		return time.Time{}
	}
	wait := maxWait
	if n := f.Count - free; n < 6 { // 15 s · 2⁶ is beyond maxWait
		wait = firstWait << n
	}
	return f.Last.Add(wait)
}

// admit refuses an attempt that comes too soon after the failures before it.
func admit(byAccount, byAddress drift.SignInFailures, now time.Time) error {
	next := until(byAccount, freePerAccount)
	if t := until(byAddress, freePerAddress); t.After(next) {
		next = t
	}
	if !next.After(now) {
		return nil
	}
	wait := next.Sub(now)
	return &drift.Error{
		Code: drift.CodeTooMany,
		Message: fmt.Sprintf("Too many failed attempts. Try again in %s, at %s UTC.",
			inWords(wait), next.UTC().Format("15:04:05")),
		Extra: map[string]any{"retry_after": int((wait + time.Second - 1) / time.Second)},
	}
}

func inWords(d time.Duration) string {
	unit, n := "second", int((d+time.Second-1)/time.Second)
	if n > 90 {
		unit, n = "minute", (n+59)/60
	}
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

// accountKey is what an account's failures are counted under: the same for any writing of its name.
func accountKey(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	if len(name) > 400 { // 100 characters, the longest name there can be
		name = name[:400]
	}
	return strings.ToValidUTF8(strings.ReplaceAll(name, "\x00", ""), "")
}
