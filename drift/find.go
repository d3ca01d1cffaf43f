package drift

// Alarm is what interrupts a reader now, and how much waits for somebody.
type Alarm struct {
	// Unacknowledged counts the alerts that nobody has, as the board's title does.
	Unacknowledged int
	// Loud are those that interrupt: as severe as ALERT_MIN_SEVERITY of their tenant asks and at
	// least HIGH, not from a backfill, not cleared, and that no person has. The worst come first;
	// at most LoudMost.
	Loud []Alert
}

// LoudMost bounds the alerts of an Alarm: what is beyond it changes no sound.
const LoudMost = 200

// FoundKind is what a search found.
type FoundKind string

// What a search finds in the database.
const (
	FoundModel   FoundKind = "model"
	FoundAlert   FoundKind = "alert"
	FoundRetrain FoundKind = "retrain"
)

// FindMost bounds the results of each kind.
const FindMost = 8

// Found is one result of a search.
type Found struct {
	Kind FoundKind
	Model
	ID       int64     // of an alert or a retrain
	Type     AlertType // of an alert
	Severity Severity  // of an alert
	State    string    // an alert's status or a retrain's state
	Text     string    // an alert's message
}
