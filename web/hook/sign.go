package hook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
)

// The headers of a delivery.
const (
	SignatureHeader = "Driftwatch-Signature"
	KeyHeader       = "Idempotency-Key"
)

// Sign is the value of SignatureHeader for a body sent at a time: "t=" and the Unix second, ",v1="
// and the HMAC-SHA256 of that second, a full stop and the body, in hexadecimal.
func Sign(secret string, at time.Time, body []byte) string {
	t := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(t + "."))
	mac.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}
