package page

import (
	"time"

	"github.com/driftwatch/driftwatch/views/component"
)

// AuditVM is the audit log, newest first, with the state of its chain.
type AuditVM struct {
	// Intact says that the whole chain was verified at VerifiedAt. When it is
	// false and VerifiedAt is set, the chain is broken; when VerifiedAt is
	// zero, it was not verified yet.
	Intact     bool
	VerifiedAt time.Time
	// BrokenText says where and how it is broken.
	BrokenText string
	// Total is how many entries the chain has, those of other tenants too.
	Total   int64
	Entries []AuditEntryVM
	Pager   component.PagerVM
	Now     time.Time
}

// AuditEntryVM is one entry.
type AuditEntryVM struct {
	Number int64
	At     time.Time
	Actor  string
	// Tenant is "" where the entry belongs to none.
	Tenant string
	// Action is what was done, in words: "acknowledged alert 4812".
	Action string
	// Href leads to what it was done to, "" for nothing to show.
	Href string
	// Detail is the reason or note, and old and new values.
	Detail string
	// Hash is the entry's hash, shown by its first characters.
	Hash string
}

func (v AuditVM) verdict() string {
	switch {
	case v.VerifiedAt.IsZero():
		return "The audit log has not been verified yet"
	case v.Intact:
		return "The audit log is whole"
	}
	return "The audit log has been changed"
}

// checked is when the chain was verified, with its full stop: a template would put a space before it.
func (v AuditVM) checked() []component.Piece {
	return []component.Piece{component.At(v.VerifiedAt, component.DayClock), {Text: ". "}}
}

func shortHash(h string) string {
	if len(h) > 12 {
		return h[:12]
	}
	return h
}
