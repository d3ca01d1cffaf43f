package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

const (
	oldSecret = "the secret of last year"
	newSecret = "the secret of this year"
)

func trainerSettings(address, secret, program string) drift.Settings {
	return drift.NewSettings(drift.SettingLayer{Origin: drift.FromGlobal, Values: map[string]string{
		"TRAINER_WEBHOOK_CHURN": address, "TRAINER_SECRET_CHURN": secret, "TRAINER_COMMAND_CHURN": program,
	}})
}

func TestWhoTrains(t *testing.T) {
	set := newTrainerSet("/bin/driftwatch")
	for _, c := range []struct {
		address, secret, program, name, says string
	}{
		{"", "", "[]", "logistic", ""},
		{"", "", `["python3","train.py"]`, "command", ""},
		{"https://t.example/", newSecret, "[]", "webhook", ""},
		{"https://t.example/", "", "[]", "", "TRAINER_WEBHOOK_CHURN is set and TRAINER_SECRET_CHURN is not: what is sent to a training service has to be signed."},
		{"https://t.example/", drift.SecretSet, "[]", "", "TRAINER_WEBHOOK_CHURN is set and TRAINER_SECRET_CHURN is not: what is sent to a training service has to be signed."},
		{"https://t.example/", newSecret, `["python3"]`, "", "Both TRAINER_COMMAND_CHURN and TRAINER_WEBHOOK_CHURN are set: a model type has one trainer."},
	} {
		name, _, err := set.find("churn", trainerSettings(c.address, c.secret, c.program))
		if name != c.name || (err == nil) != (c.says == "") || err != nil && err.Error() != c.says {
			t.Errorf("%+v: %q, %v", c, name, err)
		}
	}
}

// One trainer is kept for an address and a secret; a change takes effect with the next training.
func TestOneTrainerForAServiceAndItsSecret(t *testing.T) {
	set := newTrainerSet("/bin/driftwatch")
	of := func(address, secret string) retrain.Trainer {
		t.Helper()
		_, tr, err := set.find("churn", trainerSettings(address, secret, "[]"))
		if err != nil {
			t.Fatal(err)
		}
		return tr
	}
	first := of("https://t.example/", oldSecret)
	if first != of("https://t.example/", oldSecret) {
		t.Error("two trainers of one service")
	}
	if first == of("https://t.example/", newSecret) || first == of("https://u.example/", oldSecret) {
		t.Error("another service, or secret, has the same trainer")
	}
	if len(set.services) != 1 {
		t.Errorf("%d are kept that nobody waits on", len(set.services))
	}
}

func calledBy(secret, body string) http.Header {
	now := strconv.FormatInt(time.Now().Unix(), 10)
	sum := hmac.New(sha256.New, []byte(secret))
	_, _ = io.WriteString(sum, now+"."+body)
	return http.Header{"Driftwatch-Signature": {"t=" + now + ",v1=" + hex.EncodeToString(sum.Sum(nil))}}
}

// While a training goes on, its callbacks are genuine by the secret that it began with, and the next
// one's by the new one; then the old secret is worth nothing.
func TestCallbacksWhileTheSecretChanges(t *testing.T) {
	waits := make(chan struct{})
	var once sync.Once
	there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			_, _ = io.WriteString(w, `{"job":"j1","status_url":"/j1"}`)
			return
		}
		once.Do(func() { close(waits) })
		_, _ = io.WriteString(w, `{"state":"running"}`)
	}))
	defer there.Close()
	set := newTrainerSet("/bin/driftwatch")
	before, after := trainerSettings(there.URL, oldSecret, "[]"), trainerSettings(there.URL, newSecret, "[]")
	tr, err := set.service("churn", before)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{retrain.FileDescription, retrain.FileTrain, retrain.FileHoldout} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("{}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		ended <- tr.Train(ctx, retrain.Job{Dir: dir, Key: "k", SaveState: func(context.Context, string, json.RawMessage) error { return nil }})
	}()
	<-waits
	const body = `{"job":"j1"}`
	heard := func(s drift.Settings, secret string) bool {
		w, call, err := set.verify("churn", s, calledBy(secret, body), []byte(body))
		if err == nil && (call.Job != "j1" || w == nil) {
			t.Errorf("heard %+v", call)
		}
		return err == nil
	}
	if !heard(before, oldSecret) || heard(before, newSecret) || !heard(after, oldSecret) || !heard(after, newSecret) || heard(after, "a stranger's secret") {
		t.Error("while it trains, both secrets count, and no other")
	}
	if w, _, err := set.verify("churn", after, calledBy(oldSecret, body), []byte(body)); err != nil || w != tr {
		t.Errorf("the old secret wakes %p, not %p: %v", w, tr, err)
	}
	cancel()
	<-ended
	if heard(after, oldSecret) || !heard(after, newSecret) {
		t.Error("after it the old secret counts")
	}
	if heard(drift.Settings{}, newSecret) {
		t.Error("a model type without a service has been called")
	}
}
