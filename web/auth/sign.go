package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"net/http"
)

// signKey keeps these signatures apart from every other use of a credential.
const signKey = "driftwatch text for one reader\n"

// Sign signs a text for the credential that a request shows: its session cookie or bearer token. The
// same credential alone gives the same signature, on every server of one installation, so a browser can
// keep the text and nobody else can plant one. It returns nil where the request shows no credential.
func (a *Auth) Sign(r *http.Request, text []byte) []byte {
	secret, present := bearer(r)
	if !present {
		secret = a.cookie(r)
	}
	if secret == "" {
		return nil
	}
	mac := hmac.New(sha256.New, []byte(signKey+secret))
	mac.Write(text)
	return mac.Sum(nil)
}

// Signed tells whether a signature is the one that Sign makes for this request.
func (a *Auth) Signed(r *http.Request, text, signature []byte) bool {
	want := a.Sign(r, text)
	return want != nil && hmac.Equal(want, signature)
}
