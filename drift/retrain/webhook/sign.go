package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// The headers of a signed request, in both directions.
const (
	SignatureHeader = "Driftwatch-Signature" // t=<unix seconds>,v1=<hex HMAC-SHA-256>
	digestHeader    = "Content-Digest"       // RFC 9530
)

// tolerance is how far a callback's clock may be from ours: how long a copied one can be replayed.
const tolerance = 5 * time.Minute

func mac(secret, text string) []byte {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(text))
	return h.Sum(nil)
}

// sign signs one of our requests: its time, method, target and the digest of its body. A body is
// too large to be held for signing, and without the target a signed GET would do as a DELETE.
func sign(secret string, r *http.Request, digest []byte, now time.Time) {
	t := strconv.FormatInt(now.Unix(), 10)
	d := "sha-256=:" + base64.StdEncoding.EncodeToString(digest) + ":"
	r.Header.Set(digestHeader, d)
	text := t + "." + r.Method + " " + r.URL.RequestURI() + "." + d
	r.Header.Set(SignatureHeader, "t="+t+",v1="+hex.EncodeToString(mac(secret, text)))
}

// WrongSignature is the answer to whoever does not show the secret, and to calls for what has none.
func WrongSignature() error {
	return &drift.Error{Code: drift.CodeUnauthorized, Message: "The callback's signature is wrong."}
}

// Verify checks the signature of a callback: the HMAC of "t.body", made within five minutes of now, and
// returns when it was made. Several v1 may stand there while a secret is changed.
func Verify(secret string, header http.Header, body []byte, now time.Time) (time.Time, error) {
	if secret == "" {
		return time.Time{}, WrongSignature()
	}
	var t string
	var sums [][]byte
	for part := range strings.SplitSeq(header.Get(SignatureHeader), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "t":
			t = value
		case "v1":
			if sum, err := hex.DecodeString(value); err == nil {
				sums = append(sums, sum)
			}
		}
	}
	want := mac(secret, t+"."+string(body))
	right := false
	for _, sum := range sums {
		right = hmac.Equal(sum, want) || right
	}
	at, err := strconv.ParseInt(t, 10, 64)
	if !right || err != nil {
		return time.Time{}, WrongSignature()
	}
	if away := now.Sub(time.Unix(at, 0)); away > tolerance || away < -tolerance {
		return time.Time{}, &drift.Error{Code: drift.CodeUnauthorized, Message: "The callback was signed more than five minutes away from now."}
	}
	return time.Unix(at, 0).UTC(), nil
}
