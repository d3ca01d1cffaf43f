package page

import (
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/format"
)

// RollbackVM is the page that shows what a rollback would do before it is done.
type RollbackVM struct {
	ID                int64
	Tenant, ModelType string
	Note              component.FormNoteVM
	// Refused says why there is nothing to roll back; the form then is not shown.
	Refused  string
	From, To TermVM
}

// TermVM is a version with the record of its term of service.
type TermVM struct {
	Version         string
	Since           time.Time // when its newest stretch of service began, zero where not known
	Right, Outcomes int64     // of the last days it served
}

func (v TermVM) since() string {
	if v.Since.IsZero() {
		return "not known"
	}
	return format.DayYear(v.Since)
}
