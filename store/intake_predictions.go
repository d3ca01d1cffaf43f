package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/ingest"
)

// IngestPredictions takes in a batch in one transaction; where it returns no error, everything it
// counts as inserted is committed. A row whose prediction is there already is a duplicate if its
// content is the same, and its outcome, if it has one, is taken in as any outcome; with other
// content it is refused as a conflict. The batch may be used again afterwards.
func (db *DB) IngestPredictions(ctx context.Context, by drift.Actor, b *ingest.PredictionBatch, opt IngestOptions) (drift.ImportResult, error) {
	in := &predictionIntake{intake: intake{db: db, by: by, now: db.now(), opt: opt}, b: b}
	in.res.Read = int64(b.Len())
	if err := in.resolve(ctx); err != nil {
		return drift.ImportResult{}, fmt.Errorf("ingest predictions: %w", err)
	}
	if len(in.rows) > 0 && (!opt.Strict || in.res.Rejected == 0) {
		once := func(try int) error { return in.once(ctx, try > 0) }
		if err := in.repeat(ctx, once, func() error { return in.place(ctx) }); err != nil {
			return drift.ImportResult{}, fmt.Errorf("ingest predictions: %w", err)
		}
		in.remember()
	}
	return in.finish(), nil
}

// predictionIntake is the state of one batch on its way in.
type predictionIntake struct {
	intake
	b    *ingest.PredictionBatch
	rows []predictionRow // those not refused before the transaction

	days     []modelDay          // that the rows fall on
	versions []versionID         // that are not known yet
	seen     map[versionID]int64 // the first time of each version in the batch
}

// predictionRow is one row of the batch with what was found out about it.
type predictionRow struct {
	at      int32 // index in the batch
	tenant  int64
	part    *partition
	like    string
	hash    [16]byte
	actual  int8  // the batch's, or what waited in the inbox
	actedAt int64 // when actual was observed
}

func dayOfMicros(micros int64) drift.Date {
	const perDay = 24 * 60 * 60 * 1_000_000
	return drift.Date((micros - ((micros%perDay)+perDay)%perDay) / perDay)
}

// resolve finds tenants, model types and partitions, and refuses what has none.
func (in *predictionIntake) resolve(ctx context.Context) error {
	known, err := in.names(ctx)
	if err != nil {
		return err
	}
	b := in.b
	in.rows = make([]predictionRow, 0, b.Len())
	var tenant int64
	var like, refused, field string
	for i := range b.Len() {
		if i == 0 || b.Tenant[i] != b.Tenant[i-1] || b.ModelType[i] != b.ModelType[i-1] {
			tenant, like, field, refused = in.admit(known, b.Tenant[i], b.ModelType[i])
		}
		if refused != "" {
			in.reject(b.Line[i], field, refused)
			continue
		}
		in.rows = append(in.rows, predictionRow{
			at: int32(i), tenant: tenant, like: like, hash: b.IDHash(i),
		})
	}
	if err := in.place(ctx); err != nil {
		return err
	}
	in.gather()
	return nil
}

// names looks up what the batch speaks of and creates the tenants that it may create: only those
// that have a row of a registered model type.
func (in *predictionIntake) names(ctx context.Context) (names, error) {
	tenants, types := distinct(in.b.Tenant), distinct(in.b.ModelType)
	known, err := in.db.lookupNames(ctx, tenants, types)
	if err != nil || !mayCreateTenants(in.by) {
		return known, err
	}
	if in.opt.DryRun { // they would be made; till then numbers that no tenant has keep them apart
		for i, name := range tenants {
			if _, there := known.tenants[name]; !there {
				known.tenants[name] = -int64(i) - 1
			}
		}
		return known, nil
	}
	wanted := map[string]bool{}
	for i, name := range in.b.Tenant {
		if i > 0 && name == in.b.Tenant[i-1] && in.b.ModelType[i] == in.b.ModelType[i-1] {
			continue
		}
		_, there := known.tenants[name]
		if _, registered := known.types[in.b.ModelType[i]]; registered && !there {
			wanted[name] = true
		}
	}
	if len(wanted) == 0 {
		return known, nil
	}
	missing := make([]string, 0, len(wanted))
	for name := range wanted {
		missing = append(missing, name)
	}
	made, err := in.db.createTenants(ctx, in.by, missing)
	for name, id := range made {
		known.tenants[name] = id
	}
	return known, err
}

func (in *predictionIntake) admit(known names, tenant, modelType string) (id int64, like, field, refused string) {
	like, ok := known.types[modelType]
	if !ok {
		return 0, "", "model_type", fmt.Sprintf("%q is not a registered model type: add it with driftwatch model add", modelType)
	}
	id, ok = known.tenants[tenant]
	if !ok || !in.by.MaySee(id) && !in.by.System {
		return 0, "", "tenant", tenantRefused(tenant)
	}
	return id, like, "", ""
}

// distinct lists the values that occur; most neighbours are equal.
func distinct(values []string) []string {
	var list []string
	seen := map[string]bool{}
	for i, v := range values {
		if i > 0 && v == values[i-1] || seen[v] {
			continue
		}
		seen[v] = true
		list = append(list, v)
	}
	return list
}

// place finds each row's partition, making what is missing, and refuses rows for dropped ranges.
func (in *predictionIntake) place(ctx context.Context) error {
	var days []drift.Date
	for i := range in.rows {
		d := dayOfMicros(in.b.CreatedAt[in.rows[i].at])
		if n := len(days); n == 0 || days[n-1] != d {
			days = append(days, d)
		}
	}
	known, err := in.db.partitions(ctx, days)
	if err != nil {
		return err
	}
	var last *partition
	kept := in.rows[:0]
	for _, r := range in.rows {
		d := dayOfMicros(in.b.CreatedAt[r.at])
		if last == nil || d < last.from || d >= last.to {
			last = known.find(d)
		}
		if last == nil {
			in.reject(in.b.Line[r.at], "created_at", tooOld)
			continue
		}
		r.part = last
		kept = append(kept, r)
	}
	in.rows = kept
	return nil
}

// gather collects the days and the unknown versions.
func (in *predictionIntake) gather() {
	b := in.b
	days := map[modelDay]struct{}{}
	in.seen = map[versionID]int64{}
	var lastDay modelDay
	var lastVersion versionID
	for _, r := range in.rows {
		d := modelDay{r.tenant, b.ModelType[r.at], dayOfMicros(b.CreatedAt[r.at])}
		if d != lastDay {
			days[d] = struct{}{}
			lastDay = d
		}
		v := versionID{r.tenant, b.ModelType[r.at], b.ModelVersion[r.at]}
		if v == lastVersion && b.CreatedAt[r.at] >= in.seen[v] {
			continue
		}
		if first, ok := in.seen[v]; !ok || b.CreatedAt[r.at] < first {
			in.seen[v] = b.CreatedAt[r.at]
		}
		lastVersion = v
	}
	for d := range days {
		in.days = append(in.days, d)
	}
	for v := range in.seen {
		if !in.db.memo.hasVersion(v) {
			in.versions = append(in.versions, v)
		}
	}
	slices.SortFunc(in.versions, func(a, b versionID) int {
		return cmp.Or(cmp.Compare(a.tenant, b.tenant), cmp.Compare(a.modelType, b.modelType), cmp.Compare(a.version, b.version))
	})
}

// once tries the batch in one transaction: straight in, or the slow way where a key is there already.
func (in *predictionIntake) once(ctx context.Context, slow bool) (err error) {
	for i := range in.rows { // an earlier try may have given them outcomes from the inbox
		r := &in.rows[i]
		r.actual, r.actedAt = in.b.Actual[r.at], in.now.UnixMicro()
	}
	tx, err := in.begin(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = in.ended(ctx, tx, err)
		}
	}()
	st, err := in.open(ctx, tx)
	if err != nil {
		return err
	}
	marks := st.unmarked
	if slow || st.met {
		marks, err = in.sift(ctx, tx, st)
	} else {
		err = in.straight(ctx, tx, st)
	}
	if err != nil {
		return err
	}
	if in.opt.Strict && in.res.Rejected > 0 {
		return errStrict
	}
	if in.opt.DryRun {
		return errDryRun
	}
	if err := markDays(ctx, tx, marks, in.now); err != nil {
		return err
	}
	return in.commit(ctx, tx)
}

// straight copies the whole batch in. A key that is there already ends it with a unique violation.
func (in *predictionIntake) straight(ctx context.Context, tx pgx.Tx, st opening) error {
	all := make([]int32, len(in.rows))
	for i := range all {
		all[i] = int32(i)
	}
	if err := in.copyKeys(ctx, tx, all); err != nil {
		return err
	}
	if err := in.copyRows(ctx, tx, all, st); err != nil {
		return err
	}
	in.res.Inserted += int64(len(all))
	return nil
}
