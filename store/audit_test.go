package store_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// The rest of a row that an intruder adds, its hash computed as it should be.
const forged = `INSERT INTO audit_log (seq, at, tenant_id, actor, action, object, detail, prev_hash, hash)
	SELECT n, now(), NULL, 'mallory', 'x', 'y', '{}', p, sha256(convert_to(
		audit_text(n, now(), NULL, 'mallory', 'x', 'y', '{}', p), 'UTF8'))
	FROM (SELECT %s::bigint AS n, (SELECT hash FROM audit_log WHERE seq = %s) AS p) s`

const shiftUp = `UPDATE audit_log SET seq = -seq WHERE seq >= 3; UPDATE audit_log SET seq = 1 - seq WHERE seq < 0;`

func TestVerifyAudit(t *testing.T) {
	for name, c := range map[string]struct {
		tamper string
		want   string // kind and seq of each fault
	}{
		"untouched":             {``, ``},
		"actor changed":         {`UPDATE audit_log SET actor = 'mallory' WHERE seq = 3`, `changed 3`},
		"time changed":          {`UPDATE audit_log SET at = at + interval '1 microsecond' WHERE seq = 1`, `changed 1`},
		"detail changed":        {`UPDATE audit_log SET detail = '{"n": 8}' WHERE seq = 2`, `changed 2`},
		"two changed":           {`UPDATE audit_log SET object = 'z' WHERE seq IN (2, 5)`, `changed 2, changed 5`},
		"row removed":           {`DELETE FROM audit_log WHERE seq = 3`, `removed 3`},
		"rows removed":          {`DELETE FROM audit_log WHERE seq IN (2, 3)`, `removed 2`},
		"first removed":         {`DELETE FROM audit_log WHERE seq = 1`, `removed 1`},
		"removed and closed up": {`DELETE FROM audit_log WHERE seq = 3; UPDATE audit_log SET seq = seq - 1 WHERE seq > 3`, `removed 3, cut 6`},
		"end cut off":           {`DELETE FROM audit_log WHERE seq >= 5`, `cut 5`},
		"all removed":           {`DELETE FROM audit_log`, `cut 1`},
		"appended":              {fmt.Sprintf(forged, "7", "6"), `inserted 7`},
		"before the first":      {fmt.Sprintf(forged, "0", "1"), `inserted 0`},
		"inserted between":      {shiftUp + fmt.Sprintf(forged, "3", "2"), `inserted 4, inserted 7`},
		"rewritten with hash": {`UPDATE audit_log SET actor = 'mallory' WHERE seq = 4; UPDATE audit_log SET hash = sha256(convert_to(
			audit_text(seq, at, tenant_id, actor, action, object, detail, prev_hash), 'UTF8')) WHERE seq = 4`, `changed 5`},
		"last rewritten with hash": {`UPDATE audit_log SET actor = 'mallory' WHERE seq = 6; UPDATE audit_log SET hash = sha256(convert_to(
			audit_text(seq, at, tenant_id, actor, action, object, detail, prev_hash), 'UTF8')) WHERE seq = 6`, `head 6`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := storetest.Fresh(t, store.Options{MaxConns: 2})
			for i := range 6 {
				err := db.InTx(t.Context(), system, func(tx *store.Tx) error {
					tx.Audit(drift.AuditEntry{Action: "test", Object: "o", Detail: json.RawMessage(fmt.Sprintf(`{"n": %d, "text": "ä\n"}`, i))})
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			if _, err := db.Pool().Exec(t.Context(), c.tamper); err != nil {
				t.Fatal(err)
			}
			verdict, err := db.VerifyAudit(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var faults []string
			for _, f := range verdict.Faults {
				faults = append(faults, fmt.Sprintf("%s %d", f.Kind, f.Seq))
			}
			if got := strings.Join(faults, ", "); got != c.want {
				t.Errorf("found %q, want %q: %+v", got, c.want, verdict.Faults)
			}
		})
	}
}

func TestAuditLogIsPaged(t *testing.T) {
	db := storetest.Fresh(t)
	acme, zeta := tenantNamed(t, db, "acme"), tenantNamed(t, db, "zeta")
	for _, id := range []int64{acme.ID, zeta.ID, acme.ID} {
		if err := emit(t.Context(), db, system, id, drift.EventAlertUpdated); err != nil {
			t.Fatal(err)
		}
	}
	read := func(by drift.Actor, f drift.AuditFilter) (seqs []int64) {
		t.Helper()
		for {
			page, err := db.AuditLog(t.Context(), by, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range page.Items {
				seqs = append(seqs, e.Seq)
			}
			if f.Cursor = page.Next; f.Cursor == "" {
				return seqs
			}
		}
	}
	for name, c := range map[string]struct {
		by   drift.Actor
		f    drift.AuditFilter
		want string
	}{
		"everything":   {system, drift.AuditFilter{Limit: 2}, "[5 4 3 2 1]"},
		"own tenant":   {only(drift.RoleAdmin, acme), drift.AuditFilter{Limit: 1}, "[5 3]"},
		"action":       {system, drift.AuditFilter{Action: "tenant."}, "[2 1]"},
		"no wildcards": {system, drift.AuditFilter{Action: "%"}, "[]"},
		"object":       {system, drift.AuditFilter{Object: "tenant/zeta"}, "[2]"},
		"actor":        {system, drift.AuditFilter{Actor: "nobody"}, "[]"},
	} {
		if got := fmt.Sprint(read(c.by, c.f)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
