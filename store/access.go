package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// What the pages of access show. It is read as the owner; who may ask is the caller's to know.

// accessRows is how many rows a list of these pages gives at once; changesShown how many entries of the
// audit log stand under it.
const (
	accessRows   = 100
	changesShown = 20
)

const personColumns = userColumns + `,
	GREATEST((SELECT max(s.seen_at) FROM session s WHERE s.user_id = u.id),
		(SELECT max(i.at) FROM sign_in i WHERE i.user_id = u.id AND i.good)),
	(SELECT count(*) FROM session s WHERE s.user_id = u.id AND s.ended_at IS NULL AND s.expires_at > $1)`

func scanPerson(row pgx.CollectableRow) (p drift.Person, err error) {
	var role string
	var seen *time.Time
	if err = row.Scan(append(userFields(&p.User, &role), &seen, &p.Sessions)...); err != nil {
		return p, err
	}
	p.SeenAt = orZero(seen)
	p.Role, err = drift.ParseRole(role)
	return p, err
}

// PeopleList lists accounts by name, those after the given one.
func (db *DB) PeopleList(ctx context.Context, after string) (drift.AccessList[drift.Person], error) {
	return view(ctx, db, drift.SystemActor(), func(tx *Tx) (list drift.AccessList[drift.Person], err error) {
		rows, err := tx.Query(ctx, `SELECT `+personColumns+` FROM app_user u WHERE u.name > $2 ORDER BY u.name LIMIT $3`,
			tx.wall(), after, accessRows+1)
		if list.Items, err = collected(rows, err, scanPerson, "people"); err != nil {
			return list, err
		}
		objects := cut(&list, func(p drift.Person) (next, object string) { return p.Name, "user/" + p.Name })
		list.Changes, err = tx.changesOf(ctx, objects)
		return list, err
	})
}

// PersonPage reads one account; CodeNotFound where there is none.
func (db *DB) PersonPage(ctx context.Context, id int64) (drift.PersonData, error) {
	return view(ctx, db, drift.SystemActor(), func(tx *Tx) (d drift.PersonData, err error) {
		rows, err := tx.Query(ctx, `SELECT `+personColumns+` FROM app_user u WHERE u.id = $2`, tx.wall(), id)
		list, err := collected(rows, err, scanPerson, "person")
		if err != nil {
			return d, err
		}
		if len(list) == 0 {
			return d, drift.NotFound(fmt.Sprintf("There is no user %d.", id))
		}
		d.Person = list[0]
		if d.SignedIn, err = tx.signedIn(ctx, id); err != nil {
			return d, err
		}
		rows, err = tx.Query(ctx, `SELECT at, good, address, agent FROM sign_in WHERE user_id = $1 ORDER BY id DESC LIMIT $2`,
			id, drift.MaxSignIns)
		d.SignIns, err = collected(rows, err, func(row pgx.CollectableRow) (s drift.SignIn, err error) {
			return s, row.Scan(&s.At, &s.Good, &s.Visitor.Address, &s.Visitor.Agent)
		}, "sign-ins")
		if err != nil {
			return d, err
		}
		d.Changes, err = tx.changesOf(ctx, []string{"user/" + d.Person.Name})
		return d, err
	})
}

// signedIn lists in which browsers a person is signed in, newest first.
func (tx *Tx) signedIn(ctx context.Context, user int64) ([]drift.SignedIn, error) {
	rows, err := tx.Query(ctx, `SELECT id, hash, address, agent, created_at, seen_at, expires_at FROM session
		WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2 ORDER BY id DESC LIMIT $3`, user, tx.wall(), drift.MaxSignIns)
	return collected(rows, err, func(row pgx.CollectableRow) (s drift.SignedIn, err error) {
		return s, row.Scan(&s.ID, &s.Hash, &s.Visitor.Address, &s.Visitor.Agent, &s.CreatedAt, &s.SeenAt, &s.ExpiresAt)
	}, "sessions")
}

// EndOwnSession signs the actor out in one browser; CodeNotFound where that is none of theirs.
func (db *DB) EndOwnSession(ctx context.Context, by drift.Actor, id int64) error {
	var hash []byte
	err := db.pool.QueryRow(ctx, `SELECT hash FROM session WHERE id = $1 AND user_id = $2 AND ended_at IS NULL`, id, by.UserID).Scan(&hash)
	if none(err) {
		return drift.NotFound("You are not signed in there any more.")
	}
	if err != nil {
		return fmt.Errorf("session: %w", unavailable(err))
	}
	return db.EndSession(ctx, hash, db.wall())
}

// TokenList lists tokens, newest first, or with wall the keys of walls' links: those older than the given
// number, all where it is 0.
func (db *DB) TokenList(ctx context.Context, wall bool, before int64) (drift.AccessList[drift.Token], error) {
	return view(ctx, db, drift.SystemActor(), func(tx *Tx) (list drift.AccessList[drift.Token], err error) {
		rows, err := tx.Query(ctx, `SELECT `+tokenColumns+` FROM api_token k WHERE k.wall = $1 AND ($2 = 0 OR k.id < $2)
			ORDER BY k.id DESC LIMIT $3`, wall, before, accessRows+1)
		if list.Items, err = collected(rows, err, scanToken, "tokens"); err != nil {
			return list, err
		}
		objects := cut(&list, func(k drift.Token) (next, object string) { return fmt.Sprint(k.ID), fmt.Sprintf("token/%d", k.ID) })
		list.Changes, err = tx.changesOf(ctx, objects)
		return list, err
	})
}

// TenantList lists tenants by name with what belongs to each, those after the given one.
func (db *DB) TenantList(ctx context.Context, after string) (drift.AccessList[drift.TenantCount], error) {
	return view(ctx, db, drift.SystemActor(), func(tx *Tx) (list drift.AccessList[drift.TenantCount], err error) {
		rows, err := tx.Query(ctx, `SELECT t.id, t.name, t.created_at,
				(SELECT count(DISTINCT v.model_type) FROM ml_model_version v WHERE v.tenant_id = t.id),
				(SELECT count(*) FROM app_user_tenant m JOIN app_user u ON u.id = m.user_id WHERE m.tenant_id = t.id AND NOT u.disabled),
				(SELECT count(*) FROM api_token_tenant m JOIN api_token k ON k.id = m.token_id WHERE m.tenant_id = t.id AND k.revoked_at IS NULL),
				(SELECT COALESCE(sum(received), 0)::bigint FROM feed_beat b WHERE b.tenant_id = t.id AND b.kind = $3)
			FROM tenant t WHERE t.name > $1 ORDER BY t.name LIMIT $2`, after, accessRows+1, feedPredictions)
		list.Items, err = collected(rows, err, func(row pgx.CollectableRow) (t drift.TenantCount, err error) {
			return t, row.Scan(&t.ID, &t.Name, &t.CreatedAt, &t.Models, &t.People, &t.Tokens, &t.Received)
		}, "tenants")
		if err != nil {
			return list, err
		}
		objects := cut(&list, func(t drift.TenantCount) (next, object string) { return t.Name, "tenant/" + t.Name })
		list.Changes, err = tx.changesOf(ctx, objects)
		return list, err
	})
}

// ModelTypeList lists model types by name with what uses each, those after the given one.
func (db *DB) ModelTypeList(ctx context.Context, after string) (drift.AccessList[drift.ModelTypeCount], error) {
	return view(ctx, db, drift.SystemActor(), func(tx *Tx) (list drift.AccessList[drift.ModelTypeCount], err error) {
		rows, err := tx.Query(ctx, `SELECT m.name, m.behaves_like, m.created_at,
				(SELECT count(DISTINCT v.tenant_id) FROM ml_model_version v WHERE v.model_type = m.name),
				(SELECT count(*) FROM ml_model_version v WHERE v.model_type = m.name),
				(SELECT COALESCE(sum(received), 0)::bigint FROM feed_beat b WHERE b.model_type = m.name AND b.kind = $3)
			FROM model_type m WHERE m.name > $1 ORDER BY m.name LIMIT $2`, after, accessRows+1, feedPredictions)
		list.Items, err = collected(rows, err, func(row pgx.CollectableRow) (m drift.ModelTypeCount, err error) {
			return m, row.Scan(&m.Name, &m.BehavesLike, &m.CreatedAt, &m.Tenants, &m.Versions, &m.Received)
		}, "model types")
		if err != nil {
			return list, err
		}
		objects := cut(&list, func(m drift.ModelTypeCount) (next, object string) { return m.Name, "model/" + m.Name })
		list.Changes, err = tx.changesOf(ctx, objects)
		return list, err
	})
}

// cut leaves in a list what one page shows, notes where the next begins, and returns what the audit log
// calls its items.
func cut[T any](list *drift.AccessList[T], of func(T) (next, object string)) (objects []string) {
	if len(list.Items) > accessRows {
		list.Items = list.Items[:accessRows]
		list.Next, _ = of(list.Items[accessRows-1])
	}
	for _, item := range list.Items {
		_, object := of(item)
		objects = append(objects, object)
	}
	return objects
}

// changesOf are the newest entries of the audit log about these, sign-ins left out: their history has them.
func (tx *Tx) changesOf(ctx context.Context, objects []string) ([]drift.AuditEntry, error) {
	rows, err := tx.Query(ctx, `SELECT seq, at, COALESCE(tenant_id, 0), actor, action, object, detail, hash FROM audit_log
		WHERE object = ANY($1) AND action LIKE ANY (ARRAY['user.%', 'token.%', 'tenant.%', 'model.add'])
			AND action NOT IN ('user.sign_in', 'user.sign_out')
		ORDER BY seq DESC LIMIT $2`, objects, changesShown)
	return collected(rows, err, pgx.RowToStructByPos[drift.AuditEntry], "changes of access")
}
