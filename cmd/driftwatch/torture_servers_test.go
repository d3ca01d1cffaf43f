package main_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store/localpg"
)

// TestTwoServers is the short form of TestTortureTwoServers.
func TestTwoServers(t *testing.T) {
	t.Parallel()
	twoServers(t, history{tenants: 6, days: 67, perDay: 40, today: drift.DateOf(time.Now())}, 1, []string{"server"})
}

// takenOverWithin is how long a job may lie after its server was killed, the job itself included.
const takenOverWithin = 40 * time.Second

// twoServers lets two servers share a database whose schedule is days behind, and kills, by turns, the
// one that runs the 03:00 job in the middle of it, or the PostgreSQL of both. In the end all must be as
// on a database where one server worked undisturbed.
func twoServers(t *testing.T, log history, daysBehind int, kills []string) {
	cluster := sharedCluster(t)
	file := log.file(t)
	calm, torn := cluster.database(t, "calm"), cluster.database(t, "torn")
	for _, dsn := range []string{calm, torn} {
		newHomeOn(t, dsn).run("", "import", "predictions", file)
		// A first start so many midnights ago: everything since was missed.
		if _, err := connect(t, dsn).Exec(t.Context(), `INSERT INTO installation (first_start) VALUES (
			date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - make_interval(days => $1))`, daysBehind); err != nil {
			t.Fatal(err)
		}
	}
	due := dueSlots(daysBehind)
	one := newHomeOn(t, calm)
	server := one.serve()
	conn := connect(t, calm)
	eventually(t, 5*time.Minute, "one server to catch up", func() bool { return allDone(schedule(t, conn), due) })
	verifySchedule(t, conn, due)
	endServer(t, server)

	pair := []*home{newHomeOn(t, torn), newHomeOn(t, torn)}
	running := []*process{pair[0].serve(), pair[1].serve()}
	took := tornCatchUp(t, cluster, torn, pair, running, kills)
	conn = connect(t, torn)
	eventually(t, 5*time.Minute, "two servers to catch up", func() bool { return allDone(schedule(t, conn), due) })
	for _, s := range running {
		endServer(t, s)
	}
	verifySchedule(t, conn, due)
	verifyReports(t, conn)
	verifyEvents(t, conn)
	verifyAlerts(t, conn, nil)
	pair[0].verifyAudit(conn)
	none(t, conn, "reports written twice", `SELECT format('%s %s revision %s', model_type, check_date, revision) FROM ml_drift_report WHERE revision > 1`)
	got, want := effect(t, conn), effect(t, connect(t, calm))
	for i := range max(len(got), len(want)) {
		if g, w := at(got, i), at(want, i); g != w {
			t.Fatalf("after the kills there is (%d lines)\n%s\nundisturbed there is (%d lines)\n%s", len(got), g, len(want), w)
		}
	}
	t.Logf("%d slots; %d kills in the middle of a job, each was done after %v", due, len(took), took)
	if len(took) < len(kills) {
		t.Errorf("only %d of %d kills met a running job", len(took), len(kills))
	}
}

// tornCatchUp kills the server that runs a 03:00 job, or the PostgreSQL, waits until the job is done
// nevertheless, and brings the dead server back.
func tornCatchUp(t *testing.T, c cluster, dsn string, pair []*home, running []*process, kills []string) (took []time.Duration) {
	t.Helper()
	seen := map[time.Time]bool{}
	conn := connect(t, dsn)
	for _, target := range kills {
		var run slotRun
		eventually(t, 2*time.Minute, "a 03:00 job to run", func() bool {
			list := schedule(t, conn)
			i := slices.IndexFunc(list, func(r slotRun) bool {
				return r.name == string(drift.JobStatistical) && r.state == "running" && !seen[r.slot]
			})
			if i >= 0 {
				run = list[i]
			}
			return i >= 0
		})
		seen[run.slot] = true
		<-time.After(time.Duration(rand.IntN(60)) * time.Millisecond)
		host := slices.IndexFunc(pair, func(h *home) bool { return strings.HasSuffix(run.server, h.addr[strings.LastIndex(h.addr, ":"):]) })
		if host < 0 {
			t.Fatalf("who runs %v?", run)
		}
		began := time.Now()
		if target == "server" {
			running[host].kill()
		} else {
			_ = conn.Close(t.Context())
			if err := syscall.Kill(c.pg.PID(), syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			conn = connect(t, dsn)
		}
		var after slotRun
		look := func() bool {
			list := schedule(t, conn)
			after = list[slices.IndexFunc(list, func(r slotRun) bool { return r.name == run.name && r.slot.Equal(run.slot) })]
			return after.state == "done"
		}
		met := !look()
		eventually(t, takenOverWithin, "somebody to do "+run.String(), look)
		if met {
			took = append(took, time.Since(began).Round(time.Millisecond))
		}
		if target == "server" {
			if met && after.server == run.server {
				t.Errorf("%v was ended by a dead server", after)
			}
			running[host] = pair[host].serve()
		}
	}
	return took
}

// verifySchedule: every slot is done, one after the other, in order of time.
func verifySchedule(t testing.TB, conn *pgx.Conn, due int) {
	t.Helper()
	list := schedule(t, conn)
	if len(list) != due {
		t.Errorf("%d slots, %d were due", len(list), due)
	}
	for i, r := range list {
		if r.state != "done" {
			t.Errorf("%v is not done", r)
		}
		if i > 0 && r.started.Before(list[i-1].finished) {
			t.Errorf("%v began before %v had ended", r, list[i-1])
		}
	}
}

// dueSlots counts the slots since a midnight so many days ago.
func dueSlots(daysBehind int) int {
	return 4*daysBehind + min(4, time.Now().UTC().Hour())
}

// effect writes down what the jobs left, whatever the moment: reports, alerts and metrics.
func effect(t testing.TB, conn *pgx.Conn) []string {
	t.Helper()
	var text string
	err := conn.QueryRow(context.Background(), `SELECT concat_ws(E'\n',
		(SELECT string_agg(concat_ws(' ', t.name, model_type, model_version, check_date, drift_type, revision, status, severity, report - 'created_at' - 'id'), E'\n'
			ORDER BY t.name, model_type, check_date, drift_type) FROM ml_drift_report JOIN tenant t ON t.id = tenant_id),
		(SELECT string_agg(concat_ws(' ', t.name, dedup_key, version, severity, current_severity, status, check_date, suppressed_count, cleared), E'\n'
			ORDER BY t.name, dedup_key) FROM noc_alert_event JOIN tenant t ON t.id = tenant_id),
		(SELECT string_agg(concat_ws(' ', t.name, model_type, metric_date, total_predictions, accuracy, roc_auc, brier, performance_delta_from_baseline), E'\n'
			ORDER BY t.name, model_type, metric_date) FROM ml_model_performance_metrics JOIN tenant t ON t.id = tenant_id))`).Scan(&text)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(text, "\n")
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return "nothing"
}

// endServer stops a server that has no PostgreSQL of its own.
func endServer(t testing.TB, p *process) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := p.wait(time.Minute); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p.log.String())
	}
}

// newHomeOn is a server's home with the database elsewhere.
func newHomeOn(t testing.TB, dsn string) *home {
	h := newHome(t)
	h.env = append(h.env, "DATABASE_URL="+dsn)
	return h
}

// cluster is a PostgreSQL that several servers share.
type cluster struct{ pg *localpg.Server }

func sharedCluster(t testing.TB) cluster {
	t.Helper()
	pg, err := localpg.Start(t.Context(), localpg.Options{DataDir: filepath.Join(filepath.Dir(freshDir(t)), "cluster"), Purpose: "a test", Volatile: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := pg.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	return cluster{pg}
}

// database makes an empty database.
func (c cluster) database(t testing.TB, name string) (dsn string) {
	t.Helper()
	conn := connect(t, c.pg.DSN())
	if _, err := conn.Exec(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return strings.Replace(c.pg.DSN(), "/driftwatch?", fmt.Sprintf("/%s?", name), 1)
}
