package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/demo"
	"github.com/driftwatch/driftwatch/drift/ingest"
	"github.com/driftwatch/driftwatch/drift/schedule"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/web/auth"
)

// demoAccount is a person of the demo.
type demoAccount struct {
	name string
	role drift.Role
	team string // "" is none
}

var demoAccounts = []demoAccount{
	{"viewer", drift.RoleViewer, ""},
	{"operator", drift.RoleOperator, "NOC"},
	{"manager", drift.RoleManager, "ML Team Lead"},
	{"admin", drift.RoleAdmin, "ML Engineering"},
}

// loadDemo invents the history and lets the real engine replay it on a stepped clock, through the
// same import and the same checks as anybody's log. One that was broken off goes on where it was:
// the story belongs to the day of the first start.
func (h *house) loadDemo(ctx context.Context, install store.Installation, say func(string, ...any)) error {
	story, today := drift.DateOf(install.FirstStart), drift.DateOf(h.clock())
	by := demoActor()
	for _, m := range demo.Models {
		if err := h.addDemoModel(ctx, by, m); err != nil {
			return err
		}
	}
	rows, err := h.importDemo(ctx, demo.New(demo.Seed, story), story)
	if err != nil {
		return fmt.Errorf("load the demo's log: %w", err)
	}
	say("Invented %d predictions over %d days; the engine replays their checks.", rows, demo.Days)
	if err := h.replayDemo(ctx, story, today); err != nil {
		return fmt.Errorf("replay the demo's history: %w", err)
	}
	if err := h.recordToday(ctx, today); err != nil {
		return fmt.Errorf("record today's jobs: %w", err)
	}
	return h.store.DemoIsReady(ctx, h.clock())
}

func (h *house) addDemoModel(ctx context.Context, by drift.Actor, m demo.Model) error {
	_, err := h.store.AddModelType(ctx, by, drift.ModelType{Name: m.ModelType, BehavesLike: m.BehavesLike})
	if err == nil {
		_, _, err = h.store.AddTenant(ctx, by, m.Tenant)
	}
	return err
}

// recordToday runs today's jobs once more, now on finished reports, and puts them down in the
// schedule: they have run, whatever the hour, and the server need not run them again.
func (h *house) recordToday(ctx context.Context, today drift.Date) error {
	for _, job := range drift.DailyJobs {
		began := h.clock().UTC()
		res, err := h.engine.RunJob(ctx, job, today)
		if err != nil {
			return err
		}
		slot := schedule.At(job, today)
		err = h.store.InTx(ctx, drift.SystemActor(), func(tx *store.Tx) error {
			if _, err := tx.ClaimSlot(ctx, slot.Job, slot.At, began); err != nil {
				return err
			}
			if _, err := tx.StartRun(ctx, slot.Job, slot.At, 1, "demo", began); err != nil {
				return err
			}
			_, err := tx.FinishRun(ctx, slot.Job, slot.At, res.Covered, h.clock().UTC())
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// importDemo writes the invented days through the import.
func (h *house) importDemo(ctx context.Context, g *demo.Generator, today drift.Date) (rows int64, err error) {
	r, w := io.Pipe()
	go func() {
		var err error
		for ago := demo.Days; ago >= 1 && err == nil; ago-- {
			err = g.WriteDay(w, today.Add(-ago))
		}
		w.CloseWithError(err)
	}()
	defer r.Close()
	return h.importInvented(ctx, r)
}

// importInvented takes in a log of which every row has to be good.
func (h *house) importInvented(ctx context.Context, r io.Reader) (rows int64, err error) {
	batches := newPredictionBatches(h, r, store.IngestOptions{Strict: true})
	for {
		res, err := batches.next(ctx)
		rows += res.Inserted
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		if res.Rejected > 0 {
			return rows, fmt.Errorf("line %d was refused: %s", res.Errors[0].Line, res.Errors[0].Error)
		}
	}
}

// demoPeople makes the demo's accounts, or gives them their passwords anew. Known passwords are for
// this machine alone: where others can reach the server they are random and printed at each start.
func (h *house) demoPeople(ctx context.Context, hasher *auth.Hasher, loopback bool) (map[string]string, error) {
	users, err := h.store.Users(ctx)
	if err != nil {
		return nil, err
	}
	ids := map[string]int64{}
	for _, u := range users {
		ids[u.Name] = u.ID
	}
	passwords := map[string]string{}
	for _, a := range demoAccounts {
		password := "watching-drift-" + a.role.String()
		if !loopback {
			password, _ = auth.NewToken()
		}
		passwords[a.name] = password
		id, exists := ids[a.name]
		if exists && loopback {
			continue
		}
		hash, err := hasher.New(ctx, "demo", password)
		if err != nil {
			return nil, err
		}
		if exists {
			err = h.store.SetPassword(ctx, shellActor(), id, hash)
		} else {
			err = h.addDemoPerson(ctx, a, hash)
		}
		if err != nil {
			return nil, err
		}
	}
	return passwords, nil
}

// addDemoPerson makes an account and puts it into its team, so that what the demo escalates reaches somebody.
func (h *house) addDemoPerson(ctx context.Context, a demoAccount, hash string) error {
	_, err := h.store.AddUser(ctx, shellActor(), drift.User{Name: a.name, Role: a.role, AllTenants: true}, hash)
	if err != nil || a.team == "" {
		return err
	}
	_, err = h.store.AddMember(ctx, shellActor(), a.team, a.name)
	return err
}

func (h *house) takePredictions(ctx context.Context, by drift.Actor, lines []byte) error {
	var b ingest.PredictionBatch
	err := ingest.NewPredictionReader(bytes.NewReader(lines), ingest.Options{Now: h.clock}).Next(&b, importBatch)
	if err == nil {
		_, err = h.store.IngestPredictions(ctx, by, &b, store.IngestOptions{})
	}
	return err
}

func (h *house) takeOutcomes(ctx context.Context, by drift.Actor, lines []byte) error {
	var b ingest.OutcomeBatch
	err := ingest.NewOutcomeReader(bytes.NewReader(lines), ingest.Options{Now: h.clock}).Next(&b, importBatch)
	if err == nil {
		_, err = h.store.IngestOutcomes(ctx, by, &b, store.IngestOptions{})
	}
	return err
}
