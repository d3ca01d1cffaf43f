package auth

import (
	"strings"
	"unicode/utf8"

	"github.com/driftwatch/driftwatch/drift"
)

// The bounds of a password: characters at least, bytes at most.
const (
	MinPassword = 12
	MaxPassword = 1024
)

// CheckPassword refuses a password that is too short, too long, or the name of its user. There are
// no rules about digits and signs: they make passwords worse.
func CheckPassword(user, password string) error {
	switch {
	case utf8.RuneCountInString(password) < MinPassword:
		return drift.Invalid("password", "A password has at least 12 characters. A few words in a row are good ones.")
	case len(password) > MaxPassword:
		return drift.Invalid("password", "A password has at most 1024 bytes.")
	case strings.EqualFold(strings.TrimSpace(password), strings.TrimSpace(user)):
		return drift.Invalid("password", "The password must not be the user's name.")
	}
	return nil
}
