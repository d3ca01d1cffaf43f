package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
)

// TokenPrefix begins every API token, so that one left lying about is recognised.
const TokenPrefix = "dw_"

// NewToken makes an API token of 32 random bytes and the hash under which it is kept. The token is
// shown once and is 46 characters of A-Za-z0-9_-.
func NewToken() (token string, hash []byte) {
	token = TokenPrefix + newSecret()
	return token, HashSecret(token)
}

// newSecret is 32 random bytes in 43 characters of A-Za-z0-9_-.
func newSecret() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails, see crypto/rand
	return base64.RawURLEncoding.EncodeToString(b)
}

// HashSecret is how tokens, session cookies and setup keys are kept. They are random and long, so
// that a plain SHA-256 cannot be turned back.
func HashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// maxSecret bounds what is hashed for a request.
const maxSecret = 256

// bearer returns the token of an Authorization header. present says that there is such a header at
// all: who sends one is a program, and means it to be used.
func bearer(r *http.Request) (token string, present bool) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return "", false
	}
	scheme, token, _ := strings.Cut(header, " ")
	token = strings.TrimSpace(token)
	if !strings.EqualFold(scheme, "Bearer") || token == "" || len(token) > maxSecret {
		return "", true
	}
	return token, true
}
