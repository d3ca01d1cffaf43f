package store

import (
	"context"
	"fmt"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/ingest"
)

// IngestOutcomes takes in a batch of outcomes in one transaction. Each goes to its prediction or,
// where that is not known yet, into the inbox. The latest to come counts, what it replaces is kept;
// one that says what is known already is a duplicate. One without observed_at was observed now.
func (db *DB) IngestOutcomes(ctx context.Context, by drift.Actor, b *ingest.OutcomeBatch, opt IngestOptions) (drift.ImportResult, error) {
	in := &outcomeIntake{intake: intake{db: db, by: by, now: db.now(), opt: opt}, b: b}
	in.res.Read = int64(b.Len())
	if err := in.resolve(ctx); err != nil {
		return drift.ImportResult{}, fmt.Errorf("ingest outcomes: %w", err)
	}
	if in.accepted > 0 && !in.keepsNothing() {
		once := func(int) error { return in.once(ctx) }
		if err := in.repeat(ctx, once, func() error { return nil }); err != nil {
			return drift.ImportResult{}, fmt.Errorf("ingest outcomes: %w", err)
		}
		db.noteArrivals(in.arrivals, in.now)
	}
	return in.finish(), nil
}

// outcomeIntake is the state of one batch on its way in.
type outcomeIntake struct {
	intake
	b        *ingest.OutcomeBatch
	tenants  []int64 // by row, 0 where it was refused
	accepted int
	arrivals map[feed]arrival
}

// resolve finds the tenants and refuses rows without one.
func (in *outcomeIntake) resolve(ctx context.Context) error {
	wanted := distinct(in.b.Tenant)
	known, err := in.db.lookupNames(ctx, wanted, nil)
	if err != nil {
		return err
	}
	if mayCreateTenants(in.by) && !in.opt.DryRun {
		var missing []string
		for _, name := range wanted {
			if _, ok := known.tenants[name]; !ok {
				missing = append(missing, name)
			}
		}
		if len(missing) > 0 {
			made, err := in.db.createTenants(ctx, in.by, missing)
			if err != nil {
				return err
			}
			for name, id := range made {
				known.tenants[name] = id
			}
		}
	}
	in.tenants = make([]int64, in.b.Len())
	for i, name := range in.b.Tenant {
		id, ok := known.tenants[name]
		if !ok && in.opt.DryRun && mayCreateTenants(in.by) {
			continue // it would be made
		}
		if !ok || !in.by.MaySee(id) && !in.by.System {
			in.reject(in.b.Line[i], "tenant", tenantRefused(name))
			continue
		}
		in.tenants[i] = id
		in.accepted++
	}
	return nil
}

// outcomes gathers the batch by prediction, the values of each in the order of their rows.
func (in *outcomeIntake) outcomes() []*outcome {
	list := make([]*outcome, 0, in.accepted)
	byKey := make(map[inboxKey]*outcome, in.accepted)
	for i, tenant := range in.tenants {
		if tenant == 0 {
			continue
		}
		key := inboxKey{tenant, in.b.PredictionID[i]}
		o := byKey[key]
		if o == nil {
			o = &outcome{tenant: tenant, id: key.id, hash: in.b.IDHash(i)}
			byKey[key] = o
			list = append(list, o)
		}
		observed := in.now
		if in.b.ObservedAt[i] != ingest.NoTime {
			observed = microTime(in.b.ObservedAt[i])
		}
		o.values = append(o.values, outcomeValue{in.b.Actual[i] == 1, observed})
	}
	return list
}

func (in *outcomeIntake) once(ctx context.Context) (err error) {
	tx, err := in.begin(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = in.ended(ctx, tx, err)
		}
	}()
	list := in.outcomes()
	m := &matcher{db: in.db, tx: tx, now: in.now}
	if err := m.find(ctx, list); err != nil {
		return err
	}
	if err := m.settle(ctx); err != nil {
		return err
	}
	if err := m.supersedeWaiting(ctx); err != nil {
		return err
	}
	if err := putInInbox(ctx, tx, m.unknown, in.now); err != nil {
		return err
	}
	in.count(list)
	if err := m.mark(ctx); err != nil {
		return err
	}
	return in.commit(ctx, tx)
}

// count counts rows, of which several may be about one prediction: those that changed something
// are one at least.
func (in *outcomeIntake) count(list []*outcome) {
	in.res.Inserted, in.res.Duplicates = 0, int64(in.accepted)
	in.arrivals = map[feed]arrival{}
	for _, o := range list {
		if o.changed {
			in.res.Inserted++
			in.res.Duplicates--
		}
		if o.part != nil {
			f := feed{o.tenant, o.modelType, feedOutcomes}
			a := in.arrivals[f]
			in.arrivals[f] = arrival{n: a.n + 1, at: max(a.at, o.last().observed.UnixMicro())}
		}
	}
}
