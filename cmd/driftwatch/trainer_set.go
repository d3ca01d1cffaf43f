package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/drift/retrain/command"
	"github.com/driftwatch/driftwatch/drift/retrain/webhook"
	"github.com/driftwatch/driftwatch/store"
)

// callbackPath is where services that train call back, with the model type behind it.
const callbackPath = "/hooks/trainers/"

// trainerSet finds who trains a model type: the program or the service that its settings name, or the
// built-in trainer, which runs as a program of its own too, so that none can touch the server.
type trainerSet struct {
	self string
	// back is the address by which a service reaches this server, "" where it cannot.
	back func(service *url.URL) string

	mu       sync.Mutex
	services map[service]*webhook.Trainer
}

// service is what makes a service another one: a job is waited for by the trainer it was handed to.
type service struct{ modelType, url, secret string }

func newTrainerSet(self string) *trainerSet {
	return &trainerSet{self: self, back: func(*url.URL) string { return "" }, services: map[service]*webhook.Trainer{}}
}

var _ engine.Trainers = (*trainerSet)(nil).find

// find is the engine's.
func (t *trainerSet) find(modelType string, s drift.Settings) (string, retrain.Trainer, error) {
	own, address := s.List(drift.CommandSetting(modelType)), s.Text(drift.WebhookSetting(modelType))
	switch {
	case len(own) > 0 && address != "": // a settings file may say so of what the database says otherwise
		return "", nil, drift.Invalid("trainer", fmt.Sprintf("Both %s and %s are set: a model type has one trainer.",
			drift.CommandSetting(modelType), drift.WebhookSetting(modelType)))
	case address != "":
		w, err := t.service(modelType, s)
		if err != nil {
			return "", nil, err
		}
		return "webhook", w, nil
	case len(own) > 0:
		c, err := t.program(own)
		return "command", c, err
	}
	c, err := t.program([]string{t.self, trainerWord, "logistic", "."})
	return "logistic", c, err
}

func (t *trainerSet) program(argv []string) (*command.Trainer, error) {
	return command.New(command.Options{Argv: argv, Guard: t.guard()})
}

// service returns the one trainer of a model type's service under these settings.
func (t *trainerSet) service(modelType string, s drift.Settings) (*webhook.Trainer, error) {
	key := service{modelType, s.Text(drift.WebhookSetting(modelType)), s.Secret(drift.SecretSetting(modelType))}
	if key.secret == "" {
		return nil, drift.Invalid("trainer", fmt.Sprintf("%s is set and %s is not: what is sent to a training service has to be signed.",
			drift.WebhookSetting(modelType), drift.SecretSetting(modelType)))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if w, ok := t.services[key]; ok {
		return w, nil
	}
	u, err := url.Parse(key.url)
	if err != nil {
		return nil, drift.Invalid("trainer", drift.WebhookSetting(modelType)+" is no address.")
	}
	o := webhook.Options{URL: key.url, Secret: key.secret}
	if base := t.back(u); base != "" {
		o.CallbackURL = strings.TrimSuffix(base, "/") + callbackPath + url.PathEscape(modelType)
	}
	w, err := webhook.New(o)
	if err != nil {
		return nil, err
	}
	for k, old := range t.services { // the settings have changed; one that still waits for a job is kept
		if k.modelType == modelType && !old.Busy() {
			delete(t.services, k)
		}
	}
	t.services[key] = w
	return w, nil
}

// verify finds the trainer by whose secret a callback is genuine: that of the settings in force, or one
// that waits for a job since before they were changed.
func (t *trainerSet) verify(modelType string, s drift.Settings, header http.Header, body []byte) (w *webhook.Trainer, c webhook.Call, err error) {
	err = webhook.WrongSignature() // also where nothing is set: who asks learns nothing
	if _, ok := drift.SettingNamed(drift.WebhookSetting(modelType)); !ok {
		return nil, c, err
	}
	if s.Text(drift.WebhookSetting(modelType)) != "" {
		if w, wrong := t.service(modelType, s); wrong == nil {
			if c, err = w.Called(header, body, time.Now()); drift.CodeOf(err) != drift.CodeUnauthorized {
				return w, c, err
			}
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for k, old := range t.services {
		if k.modelType == modelType && old.Busy() {
			if c, e := old.Called(header, body, time.Now()); drift.CodeOf(e) != drift.CodeUnauthorized {
				return old, c, e
			}
		}
	}
	return nil, c, err
}

// trainerCalls takes the callbacks of services that train.
type trainerCalls struct {
	set    *trainerSet
	store  *store.DB
	engine *engine.Engine
}

// Called implements handlers.TrainerCalls. On a server that does not wait for the job itself the call
// is noted, and the server that does asks when its time comes.
func (t trainerCalls) Called(ctx context.Context, modelType string, header http.Header, body []byte) error {
	s, err := t.store.Settings(ctx, drift.SystemActor(), 0)
	if err != nil {
		return err
	}
	w, call, err := t.set.verify(modelType, s, header, body)
	if err != nil {
		return err
	}
	if err := t.engine.TrainerCalled(ctx, modelType, call.Job, call.At); err != nil {
		return err
	}
	w.Wake(call.Job)
	return nil
}

// reachable is this server's address as a service sees it: the public one or, where the server has
// none, the one it listens on, unless that is this machine's own and the service is elsewhere.
func (s *server) reachable(service *url.URL) string {
	if s.public != nil {
		return s.public.String()
	}
	ip := s.web.Addr().IP
	there := net.ParseIP(service.Hostname())
	if (ip.IsLoopback() || ip.IsUnspecified()) && service.Hostname() != "localhost" && !there.IsLoopback() {
		return ""
	}
	return s.web.URL()
}

// guard is the command that starts a guard.
func (t *trainerSet) guard() []string { return []string{t.self, trainerWord, "guard"} }
