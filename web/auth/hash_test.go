package auth

import (
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

func TestHash(t *testing.T) {
	h := NewHasher(1)
	one, err := h.New(t.Context(), "rita", password)
	if err != nil {
		t.Fatal(err)
	}
	two, err := h.New(t.Context(), "rita", password)
	if err != nil || one == two || !strings.HasPrefix(one, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hashes %q and %q, %v", one, two, err)
	}
	for pass, want := range map[string]bool{
		password: true, password + " ": false, "": false, strings.Repeat("x", MaxPassword+1): false,
	} {
		if right, stale, err := verify(one, pass); right != want || stale || err != nil {
			t.Errorf("%.30q: %v, %v, %v", pass, right, stale, err)
		}
	}
}

// The reference program's own answer: argon2 of phc-winner-argon2, as its README prints it.
func TestHashOfTheReference(t *testing.T) {
	const reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if right, stale, err := verify(reference, "password"); !right || !stale || err != nil {
		t.Errorf("%v, %v, %v", right, stale, err)
	}
}

func TestDamagedHashesAreErrors(t *testing.T) {
	good := NewHasher(1).dummy
	for name, encoded := range map[string]string{
		"empty": "", "plain": password, "bcrypt": "$2a$10$abcdefghijklmnopqrstuv", "argon2i": strings.Replace(good, "argon2id", "argon2i", 1),
		"version": strings.Replace(good, "v=19", "v=16", 1), "memory": strings.Replace(good, "m=19456", "m=4000000", 1),
		"passes": strings.Replace(good, "t=2", "t=0", 1), "lanes": strings.Replace(good, "p=1", "p=0", 1),
		"salt": strings.Replace(good, "p=1$", "p=1$!", 1), "key": good + "!", "cut": good[:len(good)-30],
	} {
		if right, _, err := verify(encoded, password); right || err == nil {
			t.Errorf("%s: %v, %v", name, right, err)
		}
	}
}

func TestCheckPassword(t *testing.T) {
	for pass, ok := range map[string]bool{
		password: true, "elevenchars": false, "twelve chars": true, "ääääääääääää": true, "äääääääääää": false, "": false,
		"the duty manager": false, " THE DUTY MANAGER ": false,
		strings.Repeat("x", MaxPassword): true, strings.Repeat("x", MaxPassword+1): false,
	} {
		err := CheckPassword("The Duty Manager", pass)
		if (err == nil) != ok || (err != nil && drift.CodeOf(err) != drift.CodeInvalid) {
			t.Errorf("%.40q: %v", pass, err)
		}
	}
}
