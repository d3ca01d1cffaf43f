package main_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	driftwatch "github.com/driftwatch/driftwatch/cmd/driftwatch"
	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store/localpg"
)

// TestGuideAtEveryHour: whatever the hour at which the demo is first started, before the day's checks
// or in its last minute, the guide's queries return sensible rows, and nothing lies ahead of the clock.
func TestGuideAtEveryHour(t *testing.T) {
	t.Parallel()
	pg, err := localpg.Start(t.Context(), localpg.Options{DataDir: freshDir(t), Purpose: "tests", Volatile: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // the test's own may have ended
		defer cancel()
		if err := pg.Stop(ctx); err != nil {
			t.Error(err)
		}
	}()
	for _, after := range []time.Duration{30 * time.Minute, 23*time.Hour + 59*time.Minute} {
		t.Run(time.Time{}.Add(after).Format("1504"), func(t *testing.T) {
			// The queries ask the database's own clock, which nobody sets: where its day ended
			// meanwhile, what they said of today is worth nothing.
			for try := 0; ; try++ {
				today := drift.DateOf(time.Now())
				wrong := atHour(t, pg.DSN(), fmt.Sprintf("at_%d_%d", int(after.Minutes()), try), today.Time().Add(after))
				if drift.DateOf(time.Now()) != today {
					continue
				}
				for _, w := range wrong {
					t.Error(w)
				}
				return
			}
		})
	}
}

// atHour loads the demo into a new database at a moment and returns what is wrong with it.
func atHour(t *testing.T, server, name string, now time.Time) (wrong []string) {
	t.Helper()
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if _, err := query(t.Context(), server, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	dsn := u.String()
	begun := time.Now()
	if err := driftwatch.LoadDemoAt(t.Context(), dsn, now); err != nil {
		t.Fatal(err)
	}
	t.Logf("loaded in %v", time.Since(begun).Round(time.Millisecond))

	// As printed, and as they would have been answered at the hour itself: later ones leave out what
	// has become too old by then.
	at := strings.NewReplacer("NOW()", now.Format("TIMESTAMPTZ '2006-01-02 15:04:05Z'"), "CURRENT_DATE", now.Format("DATE '2006-01-02'"))
	for _, q := range guideQueries(t) {
		for _, sql := range []string{q.sql, at.Replace(q.sql)} {
			rows, err := query(t.Context(), dsn, sql)
			switch {
			case err != nil:
				complain("%s: %v", q.section, err)
			case len(rows) < 2:
				complain("%s: no rows of\n%s", q.section, sql)
			case strings.Contains(sql, "noc_alert_event"):
				wrong = append(wrong, nulls(q.section, rows)...)
			}
		}
	}

	today := now.Format(time.DateOnly)
	for _, c := range []struct{ what, sql, want string }{
		{"last check", "SELECT max(check_date) FROM ml_drift_report", today},
		{"last day measured", "SELECT max(metric_date) + 1 FROM ml_model_performance_metrics", today},
		{"alert raised today", "SELECT count(*) > 0 FROM noc_alert_event WHERE created_at >= CURRENT_DATE AND alert_type = 'ML_DRIFT_DETECTED'", "t"},
		{"ahead of the clock", `SELECT max(at) FILTER (WHERE at > '` + now.Format(time.RFC3339) + `') FROM (
			SELECT created_at FROM ml_prediction_log UNION ALL
			SELECT created_at FROM noc_alert_event UNION ALL SELECT last_seen FROM noc_alert_event UNION ALL
			SELECT at FROM noc_alert_timeline UNION ALL SELECT at FROM event UNION ALL SELECT at FROM audit_log UNION ALL
			SELECT finished_at FROM schedule_run) AS stamps (at)`, null},
	} {
		rows, err := query(t.Context(), dsn, c.sql)
		if err != nil {
			complain("%s: %v", c.what, err)
		} else if got := rows[1][0]; got != c.want {
			complain("%s: %s, want %s", c.what, got, c.want)
		}
	}
	return wrong
}
