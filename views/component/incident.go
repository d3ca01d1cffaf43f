package component

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"time"
)

// IncidentVM is alerts of one cause as one group.
type IncidentVM struct {
	Key      string
	Order    string // see IncidentOrder
	Severity Severity
	// Title is the sentence, Cause the line under it, Fold what is read aloud of the fold.
	Title, Cause, Fold string
	Href               string // the incident's own page
	Oldest, Now        time.Time
	Owner, Team        string // who has some of it; where nobody has, the team that it waits for
	Hot                bool   // nobody has something critical of it
	Cleared            bool   // nothing of it needs anybody
	Ack                IncidentAckVM
	Rows               []AlertRowVM
	// MoreText leads to those that are not in Rows: "9 more of this incident"; "" where all are.
	MoreText string
}

// IncidentAckVM acknowledges what is left of an incident.
type IncidentAckVM struct {
	// Picks are the alerts as "id:version", a space between; "" shows no button.
	Picks string
	Label string // "Ack 3 left"
	About string // read aloud
	Query string // the reader's filter: the answer counts under it
	Done  bool   // nothing is left to acknowledge
}

// DOMID is the id of a group in the document, HeadID that of its head.
func (v IncidentVM) DOMID() string { return "incident-" + v.hash() }

// HeadID is the id of a group's head.
func (v IncidentVM) HeadID() string { return "incident-head-" + v.hash() }

// hash makes an id of a key, which may hold anything.
func (v IncidentVM) hash() string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(v.Key)) // a hash does not fail
	return strconv.FormatUint(h.Sum64(), 36)
}

// IncidentOrder is the sort key of a group among rows and groups, in the form of [AlertRowVM.Order]: by the
// rank of its worst alert, the time of its newest and its greatest number.
func IncidentOrder(rank int, newest time.Time, last int64) string {
	return fmt.Sprintf("%d%010d%012d", rank, lastSecond-newest.Unix(), lastID-last)
}
