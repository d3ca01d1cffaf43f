package auth

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/driftwatch/driftwatch/drift"
)

// The bounds of a password: characters at least (NIST SP 800-63B, where sign-in attempts are
// limited), bytes at most.
const (
	MinPassword = 8
	MaxPassword = 1024
)

// CheckPassword refuses a password that is too short, too long, or the name of its user. There are
// no rules about digits and signs: they make passwords worse.
func CheckPassword(user, password string) error {
	switch {
	case utf8.RuneCountInString(password) < MinPassword:
		return drift.Invalid("password", fmt.Sprintf("A password has at least %d characters. A few words in a row are good ones.", MinPassword))
	case len(password) > MaxPassword:
		return drift.Invalid("password", "A password has at most 1024 bytes.")
	case strings.EqualFold(strings.TrimSpace(password), strings.TrimSpace(user)):
		return drift.Invalid("password", "The password must not be the user's name.")
	}
	return nil
}
