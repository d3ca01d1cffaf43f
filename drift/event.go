package drift

import (
	"encoding/json"
	"time"
)

// EventType names what browsers are told.
type EventType string

// The event types of the socket. RESET is made by the hub and never stored.
const (
	EventDriftDetected   EventType = "ML_DRIFT_DETECTED"
	EventAlertRaised     EventType = "ALERT_RAISED"
	EventAlertUpdated    EventType = "ALERT_UPDATED"
	EventRetrainUpdated  EventType = "RETRAIN_UPDATED"
	EventModelActivated  EventType = "MODEL_ACTIVATED"
	EventModelRolledBack EventType = "MODEL_ROLLED_BACK"
	EventSettingsChanged EventType = "SETTINGS_CHANGED"
	EventCheckCompleted  EventType = "CHECK_COMPLETED"
)

// Event is one committed change, numbered without gaps in commit order.
type Event struct {
	Seq      int64
	Type     EventType
	TenantID int64  // 0 where it concerns no tenant
	Tenant   string // "" where it concerns no tenant
	At       time.Time
	// Payload holds the members beside seq, type, tenant and at: {"alert":{…}} and the like.
	Payload json.RawMessage
}

// AuditEntry is one state change, kept for ever.
type AuditEntry struct {
	Seq      int64
	At       time.Time
	TenantID int64 // 0 where it concerns no tenant
	Actor    string
	Action   string // such as "alert.acknowledge"
	Object   string // such as "alert/17"
	Detail   json.RawMessage
	Hash     []byte
}
