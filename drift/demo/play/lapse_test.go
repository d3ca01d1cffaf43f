package play_test

import (
	"os"
	"strconv"

	"fmt"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
)

func TestStory(t *testing.T) {
	w := newWorld(t)
	begun := time.Now()
	w.play(days())
	fmt.Println("took", time.Since(begun))
	w.dump()
}

func days() float64 { n,_:=strconv.ParseFloat(os.Getenv("DAYS"),64); return n }
func seed() uint64 { n, _ := strconv.Atoi(os.Getenv("SEED")); return uint64(n) }
func (w *world) dump() {
	err := w.db.View(w.t.Context(), drift.SystemActor(), func(tx *store.Tx) error {
		for _, q := range []string{
			`SELECT to_char(m.at,'MM-DD HH24:MI')||' d'||(extract(day from m.at - '2026-03-02'))::text||' '||r.model_type||' #'||r.id||' '||m.move||' '||coalesce(m.from_state,'')||'->'||m.to_state||' '||left(m.note,150) FROM ml_retrain_timeline m JOIN ml_retrain r ON r.id=m.retrain_id ORDER BY m.at, m.version`,
			`SELECT to_char(created_at,'MM-DD HH24:MI')||' d'||(extract(day from created_at - '2026-03-02'))::text||' '||alert_type||' '||severity||' '||status||' '||coalesce(model_type,'')||' '||coalesce(model_version,'')||' '||left(message,140) FROM noc_alert_event ORDER BY created_at`,
			`SELECT name||' '||count(*)||' '||count(distinct slot) ||' '||min(attempt)||max(attempt)||state FROM schedule_run GROUP BY name,state`,
		} {
			rows, err := tx.Query(w.t.Context(), q)
			if err != nil {
				return err
			}
			for rows.Next() {
				var s string
				if err := rows.Scan(&s); err != nil {
					return err
				}
				fmt.Println(s)
			}
			rows.Close()
			fmt.Println()
		}
		return nil
	})
	if err != nil {
		w.t.Error(err)
	}
}
