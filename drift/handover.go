package drift

import "time"

// Hand-overs: what one shift leaves to the next.
const (
	// ShiftHours is how long a shift is taken to be where its reader has not handed over before.
	ShiftHours = 8
	// MaxShift bounds the stretch of one hand-over.
	MaxShift = 7 * 24 * time.Hour
	// ShiftRows bounds each list of a hand-over for each tenant; what there is in all is told beside it.
	ShiftRows = 100
	// MaxHandOverNotes bounds the notes, in characters.
	MaxHandOverNotes = 8000
)

// Shift is what happened from From to To, and what is open at its reading, by tenant.
type Shift struct {
	From, To time.Time
	ShiftCommon
	Tenants []ShiftTenant // that the reader sees, by name
	// Plans are those of the teams that have one, of which OnCall is told. They are not kept.
	Plans []Plan
}

// ShiftCommon is what concerns every tenant.
type ShiftCommon struct {
	Failed   []ShiftJob     `json:"failed_jobs"`
	Settings []ShiftSetting `json:"settings"` // set for every tenant
	Silences []ShiftSilence `json:"silences"` // of every tenant
	OnCall   []ShiftOnCall  `json:"on_call"`  // by team; nil where it was not kept
}

// ShiftOnCall is who is on call for a team as the shift is read, and who comes next. Now is nil where
// nobody is, Next where nobody else follows soon.
type ShiftOnCall struct {
	Team string `json:"team"`
	Now  *Turn  `json:"now"`
	Next *Turn  `json:"next"`
}

// ShiftTenant is a tenant's part of a shift.
type ShiftTenant struct {
	TenantID  int64                 `json:"-"`
	Tenant    string                `json:"tenant"`
	Counts    ShiftCounts           `json:"counts"`
	Moves     Listed[ShiftMove]     `json:"moves"` // of alerts, oldest first
	Retrains  Listed[ShiftRetrain]  `json:"retrains"`
	Rollbacks []RolledBack          `json:"rollbacks"`
	Settings  []ShiftSetting        `json:"settings"` // the tenant's own
	Silences  []ShiftSilence        `json:"silences"` // of the tenant, in force at some time of the shift
	Open      Listed[ShiftIncident] `json:"open"`     // the worst first
	Waiting   Listed[ShiftWaiting]  `json:"waiting"`  // the first to lapse first; Items is nil where it was not kept
	Given     []ShiftGiven          `json:"given"`    // the author's open alerts that were to change hands
}

// ShiftWaiting is a retrain that somebody has to decide: it waits for a manager, or counts down until it
// trains by itself.
type ShiftWaiting struct {
	RetrainID int64        `json:"retrain_id"`
	ModelType string       `json:"model_type"`
	State     RetrainState `json:"state"`
	Since     time.Time    `json:"since"`
	Due       *time.Time   `json:"due"` // when it lapses, or begins; nil where nothing ends it
}

// ShiftCounts are numbers of alerts and retrains, each counted once however often it moved.
type ShiftCounts struct {
	Raised       int `json:"raised"`
	Acknowledged int `json:"acknowledged"` // and not taken back
	Escalated    int `json:"escalated"`    // by a person, or by itself when its time was over
	Resolved     int `json:"resolved"`     // by a person, or because a blind spot ended
	Retrains     int `json:"retrains"`     // that came into service or ended
}

// Add adds another tenant's.
func (c *ShiftCounts) Add(o ShiftCounts) {
	c.Raised += o.Raised
	c.Acknowledged += o.Acknowledged
	c.Escalated += o.Escalated
	c.Resolved += o.Resolved
	c.Retrains += o.Retrains
}

// ShiftMove is one move of an alert.
type ShiftMove struct {
	At        time.Time `json:"at"`
	AlertID   int64     `json:"alert_id"`
	AlertType AlertType `json:"alert_type"`
	ModelType string    `json:"model_type"`
	Severity  Severity  `json:"severity"` // at the time
	Move      Move      `json:"move"`
	Actor     string    `json:"actor"`
	Note      string    `json:"note"`
}

// ShiftRetrain is one move of a retrain into a state that people ask about.
type ShiftRetrain struct {
	At        time.Time    `json:"at"`
	RetrainID int64        `json:"retrain_id"`
	ModelType string       `json:"model_type"`
	State     RetrainState `json:"state"`
	Actor     string       `json:"actor"`
	Note      string       `json:"note"`
}

// ShiftSetting is a setting that changed.
type ShiftSetting struct {
	At     time.Time `json:"at"`
	Name   string    `json:"name"`
	Old    *string   `json:"old"` // nil where nothing was set at this scope
	New    *string   `json:"new"`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
}

// ShiftSilence is a silence that was in force.
type ShiftSilence struct {
	ID     int64     `json:"id"`
	Reason string    `json:"reason"`
	By     string    `json:"by"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"` // when it ends or was ended
}

// ShiftJob is a run of a daily job that failed its last attempt.
type ShiftJob struct {
	At    time.Time `json:"at"`
	Name  JobName   `json:"job"`
	Slot  time.Time `json:"slot"`
	Error string    `json:"error"`
}

// ShiftIncident is what is open of one incident at one tenant.
type ShiftIncident struct {
	Key      string    `json:"incident"`
	AlertID  int64     `json:"alert_id"` // the worst and newest of it
	Rank     int       `json:"rank"`     // as of [Incident]
	Severity Severity  `json:"severity"` // of the worst
	Type     AlertType `json:"alert_type"`
	Models   []string  `json:"models"`
	Alerts   int       `json:"alerts"`
	Unowned  int       `json:"nobody_has"` // see [Alert.Untaken]
	Owners   []string  `json:"owners"`     // people
	Teams    []string  `json:"teams"`      // that what nobody has waits for
	Since    time.Time `json:"since"`      // the oldest of it was raised
	Message  string    `json:"message"`
	Place    int       `json:"place"` // in the order of the board among all that its author saw; 0 in hand-overs of before
}

// ShiftGiven is one of the author's open alerts that was to go to somebody else: it did where Refused
// is "".
type ShiftGiven struct {
	AlertID   int64  `json:"alert_id"`
	ModelType string `json:"model_type"`
	Refused   string `json:"refused"` // why it did not change hands, a sentence
}

// HandOver is a shift that was written down. It never changes.
type HandOver struct {
	ID    int64
	By    string
	At    time.Time
	To    string // whom it was given to, "" for whoever comes
	Notes string
	// Hidden says that it concerns tenants that the reader does not see: their parts are left out, and so
	// are the notes, which may name them.
	Hidden bool
	Shift  Shift
}

// HandOverHead is a hand-over in a list.
type HandOverHead struct {
	ID       int64
	By, To   string
	At       time.Time
	From     time.Time
	Until    time.Time
	HasNotes bool
}

// HandOverData is what the page of hand-overs says.
type HandOverData struct {
	Watch
	Shift  Shift
	Mine   []Alert // the reader's own, save what is suppressed or with a team; the worst first
	People []string
	Past   []HandOverHead // newest first
	Before int64          // leads to older ones, 0 where there are none
}

// HandOverQuery asks for a shift. A zero From is the reader's last hand-over, or ShiftHours before To.
type HandOverQuery struct {
	Now      time.Time
	From, To time.Time
	Before   int64 // lists hand-overs older than this one; 0 the newest
}
