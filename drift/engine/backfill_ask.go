package engine

import (
	"fmt"

	"github.com/driftwatch/driftwatch/drift"
)

// CheckBackfill says whether a person may start a backfill of these days from a page, and whether there
// is one to start: it goes through the models of every tenant, so who sees some tenants only may not.
func (e *Engine) CheckBackfill(by drift.Actor, from, to drift.Date) error {
	switch today := drift.DateOf(e.clock()); {
	case !by.Role.AtLeast(drift.RoleManager):
		return drift.Forbidden("Only a manager or an administrator starts a backfill.")
	case !by.AllTenants:
		return drift.Forbidden("A backfill judges the models of every tenant, and you see some tenants only.")
	case to < from:
		return drift.Invalid("to", fmt.Sprintf("The range ends (%s) before it begins (%s).", to, from))
	case to > today:
		return drift.Invalid("to", fmt.Sprintf("%s lies ahead; the last day that can be checked is today, %s.", to, today))
	case int(to-from)+1 > drift.MaxBackfillDays:
		return drift.Invalid("from", fmt.Sprintf("A backfill from here has at most %d days. The command driftwatch backfill takes longer ranges.", drift.MaxBackfillDays))
	}
	return nil
}
