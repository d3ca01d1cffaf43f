package drift

import (
	"encoding/hex"
	"strconv"
	"time"
)

// User is a person who may sign in.
type User struct {
	ID         int64     `json:"id"`
	Name       string    `json:"name"`
	Role       Role      `json:"-"`
	AllTenants bool      `json:"all_tenants"` // all tenants, present and future
	Tenants    []int64   `json:"tenants"`     // empty where AllTenants
	Disabled   bool      `json:"disabled"`
	CreatedAt  time.Time `json:"created_at"`
	Prefs      Prefs     `json:"-"`
}

// Actor is the person as the one who does something.
func (u User) Actor() Actor {
	return Actor{Name: u.Name, Role: u.Role, UserID: u.ID, AllTenants: u.AllTenants, Tenants: u.Tenants}
}

// Token is what a program shows instead of signing in. The token itself is never kept, only its
// SHA-256.
type Token struct {
	ID         int64     `json:"id"`
	Name       string    `json:"name"`
	Role       Role      `json:"-"`
	AllTenants bool      `json:"all_tenants"`
	Tenants    []int64   `json:"tenants"`
	CreatedAt  time.Time `json:"created_at"`
	RevokedAt  time.Time `json:"revoked_at"` // zero while it is good
	UsedAt     time.Time `json:"used_at"`    // last shown, to some ten minutes; zero for never
	// Wall marks the key of a wall's link: it opens the wall in a browser and is no bearer token.
	Wall bool `json:"wall"`
}

// Actor is the program as the one who does something.
func (t Token) Actor() Actor {
	return Actor{Name: t.Name, Role: t.Role, TokenID: t.ID, AllTenants: t.AllTenants, Tenants: t.Tenants}
}

// Session is one browser's sign-in, found again by the SHA-256 of its cookie.
type Session struct {
	ID        int64  // names it on pages; 0 before it is kept
	Hash      []byte // 32 bytes
	UserID    int64
	Data      []byte // what the session manager keeps, opaque
	CreatedAt time.Time
	SeenAt    time.Time // last request, to about a minute
	ExpiresAt time.Time // signed out at this time however busy
	Visitor   Visitor   // from where it was begun
}

// UserKey, SessionKey and TokenKey name whose rights ended or changed when servers tell each other.
func UserKey(id int64) string { return "user:" + strconv.FormatInt(id, 10) }

// SessionKey names a session by its hash, see UserKey.
func SessionKey(hash []byte) string { return "session:" + hex.EncodeToString(hash) }

// TokenKey names a token, see UserKey.
func TokenKey(id int64) string { return "token:" + strconv.FormatInt(id, 10) }

// SignInResult is what became of an attempt to sign in.
type SignInResult int

// An attempt is refused unlooked at, or fails, or is right.
const (
	SignInRefused SignInResult = iota
	SignInFailed
	SignInRight
)

// SignInFailures counts the failed sign-ins of one account or one address.
type SignInFailures struct {
	Count int
	Last  time.Time // zero where there are none
}

// ValidName checks the name of a user, a token or a tenant: 1 to 100 characters, no control
// characters, no space at either end.
func ValidName(field, name string) error {
	n := 0
	for _, c := range name {
		if c < 0x20 || c == 0x7f || c == 0xfffd {
			return Invalid(field, "A name is plain text: no line breaks, tabs or other control characters.")
		}
		n++
	}
	if n == 0 || n > 100 || name[0] == ' ' || name[len(name)-1] == ' ' {
		return Invalid(field, "A name has 1 to 100 characters and no space at either end.")
	}
	return nil
}
