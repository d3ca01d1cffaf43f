//go:build torture

package main_test

import (
	"context"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// At each moment of a retrain's life each process is killed that there is.
func TestTortureRetrainStates(t *testing.T) {
	var list []tornRound
	for _, m := range moments {
		targets := []string{killServer, killPostgres}
		if m.state == drift.RetrainTraining {
			targets = append(targets, killGuard, killProgram, killBoth)
		}
		for _, target := range targets {
			list = append(list, tornRound{m, target})
		}
	}
	retrainsKilled(t, list)
}

// A hundred kills at any moment, of any process, while retrains of many models run at once.
func TestTortureRetrainKills(t *testing.T) {
	const kills = 100
	k := newTrainee(t, 400, 0)
	targets := shuffled(map[string]int{killServer: 34, killPostgres: 22, killGuard: 16, killProgram: 16, killBoth: 12})
	ctx, stop := context.WithCancel(t.Context())
	begun := k.keepBusy(ctx, 4)
	met := map[string]int{}
	for i, target := range targets[:kills] {
		<-time.After(time.Duration(rand.IntN(1500)) * time.Millisecond)
		states := k.states()
		var alive trainerProcesses
		eventually(t, time.Minute, "something to kill", func() bool {
			alive = k.processes()
			return target == killServer || target == killPostgres || len(alive.guards) > 0 && len(alive.programs) > 0
		})
		k.kill(target, alive)
		for _, s := range states {
			met[target+" at "+s]++
		}
		began := time.Now()
		if !k.server.running() {
			k.server = k.serve()
		}
		eventually(t, time.Minute, "the server to be ready again", k.ready)
		t.Logf("kill %d: %s at %v, ready again after %v", i+1, target, states, time.Since(began).Round(time.Millisecond))
	}
	stop()
	tenants := begun()
	for _, tenant := range tenants {
		eventually(t, 2*time.Minute, "the retrain of "+tenant+" to come to its end", func() bool {
			k.begin(tenant)
			s := k.retrainOf(tenant).State
			return s == drift.RetrainWatching || s == drift.RetrainFailed
		})
	}
	k.noOrphans()
	k.verifyRetrains()
	k.watchesFallDue()
	k.verifyRetrains()
	k.verifyAudit(k.look())
	for _, m := range slices.Sorted(maps.Keys(met)) {
		t.Logf("met %3d times: %s", met[m], m)
	}
	conn := k.look()
	t.Logf("%d retrains: %d activated and kept, %d failed; %d trainings begun anew", len(tenants),
		count(t, conn, `SELECT count(*) FROM ml_retrain WHERE state = 'kept'`), count(t, conn, `SELECT count(*) FROM ml_retrain WHERE state = 'failed'`),
		count(t, conn, `SELECT count(*) FROM ml_retrain_timeline WHERE move = 'requeue'`))
	none(t, conn, "failures without one of the reasons that there were", `SELECT format('retrain %s: %s', id, note) FROM ml_retrain WHERE state = 'failed'
		AND note NOT LIKE '%guards the trainer was killed%' AND note NOT LIKE '%was killed from outside%' AND note NOT LIKE 'It was broken off 3 times%'`)
	endInOrder(k.home, k.server, syscall.SIGTERM)
}

// keepBusy has so many programs ask for retrains, each of one tenant after the other, and approve them.
// What it returns waits for their end and lists the tenants.
func (k *trainee) keepBusy(ctx context.Context, programs int) (wait func() (tenants []string)) {
	var group sync.WaitGroup
	var mu sync.Mutex
	var begun []string
	next := 0
	for range programs {
		group.Go(func() {
			for ctx.Err() == nil {
				mu.Lock()
				tenant := tenantOf(next)
				next++
				begun = append(begun, tenant)
				mu.Unlock()
				k.carry(ctx, tenant)
			}
		})
	}
	return func() []string {
		group.Wait()
		return begun
	}
}

// carry asks for a retrain and approves it, again and again as answers are lost, until it serves or has
// failed, or ctx ends.
func (k *trainee) carry(ctx context.Context, tenant string) {
	for ctx.Err() == nil {
		switch r := k.listed(ctx, tenant); r.State {
		case drift.RetrainWatching, drift.RetrainFailed:
			return
		case "":
			k.ask(ctx, tenant)
		case drift.RetrainWaitingApproval:
			k.approve(ctx, r)
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// listed reads the retrain of a tenant as a program does; a zero one where it has none, and with the
// state "unknown" where no answer came.
func (k *trainee) listed(ctx context.Context, tenant string) (r torn) {
	unknown := torn{State: "unknown"}
	status, answer, err := k.call(ctx, http.MethodGet, "/api/v1/retrains?tenant="+tenant, k.decider, nil)
	if err != nil || status == http.StatusServiceUnavailable || status == http.StatusInternalServerError {
		return unknown
	}
	var list struct{ Items []torn }
	if err := json.Unmarshal(answer, &list); err != nil || status != http.StatusOK || len(list.Items) > 1 {
		k.t.Errorf("retrains of %s: %d %s %v", tenant, status, answer, err)
		return unknown
	}
	if len(list.Items) == 1 {
		return list.Items[0]
	}
	return r
}

// states lists the states of the retrains under way that are not just watched.
func (k *trainee) states() (list []string) {
	k.t.Helper()
	var text string
	err := k.look().QueryRow(context.Background(), `SELECT COALESCE(string_agg(state, ' ' ORDER BY state), 'rest') FROM ml_retrain
		WHERE state NOT IN ('watching', 'kept', 'failed')`).Scan(&text)
	if err != nil {
		k.t.Fatal(err)
	}
	return strings.Fields(text)
}
