package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// Alarm reads what interrupts the actor now.
func (db *DB) Alarm(ctx context.Context, by drift.Actor) (drift.Alarm, error) {
	return view(ctx, db, by, func(tx *Tx) (out drift.Alarm, err error) {
		err = tx.QueryRow(ctx, `SELECT count(*) FROM noc_alert_event a WHERE `+untaken).Scan(&out.Unacknowledged)
		if err != nil {
			return out, fmt.Errorf("count unacknowledged: %w", err)
		}
		const calls = untaken + ` AND a.severity IN ('CRITICAL', 'HIGH') AND NOT a.from_backfill`
		rows, err := tx.Query(ctx, `SELECT DISTINCT a.tenant_id FROM noc_alert_event a WHERE `+calls)
		tenants, err := collected(rows, err, pgx.RowTo[int64], "tenants with what interrupts")
		if err != nil {
			return out, err
		}
		_, ranks, err := tx.leastSevere(ctx, tenants)
		if err != nil {
			return out, err
		}
		// Those that are not severe enough for their tenant are left out first: they must not take others' places.
		rows, err = tx.Query(ctx, `SELECT `+alertColumns(withoutReport)+alertTables+`
			JOIN unnest($2::bigint[], $3::int[]) AS x (tenant_id, least) ON x.tenant_id = a.tenant_id AND `+urgency+` >= x.least
			WHERE `+calls+` ORDER BY `+boardRank+`, a.id DESC LIMIT $1`, drift.LoudMost, tenants, ranks)
		list, err := collected(rows, err, scanAlert, "what interrupts")
		for _, a := range list {
			out.Loud = append(out.Loud, *a)
		}
		return out, err
	})
}

// findAmong is how many of the newest alerts and retrains a search looks through.
const findAmong = 20_000

// Find looks for models, alerts and retrains of whose names every word of the text is a part, among the
// newest; a number at its end, as in "alert 17" or "#17", finds what has that number, first and however old
// it is. At most drift.FindMost of a kind.
func (db *DB) Find(ctx context.Context, by drift.Actor, text string) ([]drift.Found, error) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return nil, nil
	}
	patterns := make([]string, len(words))
	for i, w := range words {
		patterns[i] = like(w)
	}
	// No number is as good as 0: nothing has it.
	number, _ := strconv.ParseInt(strings.TrimPrefix(words[len(words)-1], "#"), 10, 64)
	searches := []struct {
		kind drift.FoundKind
		sql  string
		args []any
	}{
		{
			drift.FoundModel, `SELECT DISTINCT m.tenant_id, t.name, m.model_type, 0::bigint, '', 'NONE', '', ''
			FROM ml_model_version m JOIN tenant t ON t.id = m.tenant_id
			WHERE concat_ws(' ', t.name, m.model_type) ILIKE ALL ($1) ORDER BY 2, 3 LIMIT $2`,
			[]any{patterns, drift.FindMost},
		},
		{
			drift.FoundAlert, `SELECT a.tenant_id, t.name, a.model_type, a.id, a.alert_type, a.severity, a.status, a.message
			FROM (SELECT * FROM noc_alert_event WHERE id = $3 UNION ALL (SELECT * FROM noc_alert_event WHERE id <> $3 ORDER BY id DESC LIMIT $4)) a JOIN tenant t ON t.id = a.tenant_id
			WHERE a.id = $3 OR concat_ws(' ', t.name, a.model_type, a.message) ILIKE ALL ($1)
			ORDER BY a.id = $3 DESC, a.status = 'RESOLVED', ` + boardRank + `, a.id DESC LIMIT $2`,
			[]any{patterns, drift.FindMost, number, findAmong},
		},
		{
			drift.FoundRetrain, `SELECT r.tenant_id, t.name, r.model_type, r.id, '', 'NONE', r.state, ''
			FROM (SELECT * FROM ml_retrain WHERE id = $3 UNION ALL (SELECT * FROM ml_retrain WHERE id <> $3 ORDER BY id DESC LIMIT $4)) r JOIN tenant t ON t.id = r.tenant_id
			WHERE r.id = $3 OR concat_ws(' ', t.name, r.model_type, replace(r.state, '_', ' ')) ILIKE ALL ($1)
			ORDER BY r.id = $3 DESC, r.id DESC LIMIT $2`,
			[]any{patterns, drift.FindMost, number, findAmong},
		},
	}
	return view(ctx, db, by, func(tx *Tx) (out []drift.Found, err error) {
		for _, s := range searches {
			rows, err := tx.Query(ctx, s.sql, s.args...)
			list, err := collected(rows, err, scanFound, "find a "+string(s.kind))
			if err != nil {
				return nil, err
			}
			for i := range list {
				list[i].Kind = s.kind
			}
			out = append(out, list...)
		}
		return out, nil
	})
}

func scanFound(row pgx.CollectableRow) (f drift.Found, err error) {
	var severity string
	if err = row.Scan(&f.TenantID, &f.Tenant, &f.ModelType, &f.ID, &f.Type, &severity, &f.State, &f.Text); err != nil {
		return f, err
	}
	f.Severity, err = drift.ParseSeverity(severity)
	return f, err
}
