package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"

	"github.com/driftwatch/driftwatch/drift"
)

// params are the cost of a hash.
type params struct {
	memory  uint32 // KiB
	passes  uint32
	lanes   uint8
	saltLen int
	keyLen  uint32
}

var current = params{memory: 19 * 1024, passes: 2, lanes: 1, saltLen: 16, keyLen: 32}

// The most that a stored hash may ask for: a row that was tampered with must not take the machine.
const (
	maxMemory = 256 * 1024
	maxPasses = 10
	maxLanes  = 8
)

// maxWaiting bounds how many may wait for a hashing: beyond it the sign-in page is under attack.
const maxWaiting = 256

// Hasher computes password hashes, a bounded number at once.
type Hasher struct {
	slots   chan struct{}
	waiting atomic.Int64
	dummy   string
}

// NewHasher returns a Hasher that computes at most n hashes at once; each takes 19 MiB.
func NewHasher(n int) *Hasher {
	h := &Hasher{slots: make(chan struct{}, max(n, 1))}
	// Somebody unknown costs the same time as a wrong password: nobody learns which names exist.
	h.dummy = encode(current, make([]byte, current.saltLen), derive(current, rand.Text(), make([]byte, current.saltLen)))
	return h
}

// New checks a password against the rules and returns its hash.
func (h *Hasher) New(ctx context.Context, user, password string) (string, error) {
	if err := CheckPassword(user, password); err != nil {
		return "", err
	}
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	return hash(password), nil
}

func hash(password string) string {
	salt := make([]byte, current.saltLen)
	rand.Read(salt) // never fails, see crypto/rand
	return encode(current, salt, derive(current, password, salt))
}

// enter waits for a slot. Whoever holds one may call verify.
func (h *Hasher) enter(ctx context.Context) error {
	if h.waiting.Add(1) > maxWaiting {
		h.waiting.Add(-1)
		return &drift.Error{
			Code: drift.CodeTooMany, Message: "Too many people are signing in at this moment. Try again in a few seconds.",
			Extra: map[string]any{"retry_after": 5},
		}
	}
	defer h.waiting.Add(-1)
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *Hasher) leave() { <-h.slots }

// verify compares a password with a stored hash in constant time. stale says that it was right
// and that the hash has other parameters than a new one would.
func verify(encoded, password string) (right, stale bool, err error) {
	p, salt, key, err := decode(encoded)
	if err != nil {
		return false, false, err
	}
	right = subtle.ConstantTimeCompare(derive(p, password, salt), key) == 1
	return right, right && p != current, nil
}

func derive(p params, password string, salt []byte) []byte {
	return argon2.IDKey([]byte(password), salt, p.passes, p.memory, p.lanes, p.keyLen)
}

// encode writes the PHC string format: $argon2id$v=19$m=…,t=…,p=…$salt$key.
func encode(p params, salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, p.memory, p.passes, p.lanes, b64.EncodeToString(salt), b64.EncodeToString(key))
}

func decode(encoded string) (p params, salt, key []byte, err error) {
	wrong := func(what string) (params, []byte, []byte, error) {
		return params{}, nil, nil, fmt.Errorf("stored password hash: %s", what)
	}
	parts := strings.Split(encoded, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return wrong("not an argon2id PHC string")
	}
	var version int
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return wrong("unknown version " + parts[2])
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.lanes); err != nil {
		return wrong("unreadable cost " + parts[3])
	}
	if p.memory < 8 || p.memory > maxMemory || p.passes < 1 || p.passes > maxPasses || p.lanes < 1 || p.lanes > maxLanes {
		return wrong("cost out of range " + parts[3])
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil || len(salt) < 8 || len(salt) > 64 {
		return wrong("unreadable salt")
	}
	if key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil || len(key) < 16 || len(key) > 64 {
		return wrong("unreadable key")
	}
	p.saltLen, p.keyLen = len(salt), uint32(len(key))
	return p, salt, key, nil
}
