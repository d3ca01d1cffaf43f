package page

import (
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
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

func (v AuditVM) verdict(l lang.Lang) string {
	switch {
	case v.VerifiedAt.IsZero():
		return l.T("The audit log has not been verified yet")
	case v.Intact:
		return l.T("The audit log is whole")
	}
	return l.T("The audit log has been changed")
}

// checked says when the chain was verified, and with what verdict.
func (v AuditVM) checked(l lang.Lang) []component.Piece {
	at := component.At(v.VerifiedAt, component.DayClock)
	switch {
	case v.VerifiedAt.IsZero():
		return component.Words(l.T("Nobody has checked the chain of hashes since the server started."))
	case v.Intact:
		return component.Sentence(l.T("Each entry carries the hash of the one before; all %d fit. Checked {0}.", v.Total), at)
	}
	return component.Join(component.Words(v.BrokenText), component.Sentence(l.T("Checked {0}."), at))
}

func shortHash(h string) string {
	if len(h) > 12 {
		return h[:12]
	}
	return h
}
