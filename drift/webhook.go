package drift

import (
	"encoding/json"
	"net"
	"net/url"
	"time"
)

// EventWebhookTest is what a webhook is sent to try it. It is no event: it has no number.
const EventWebhookTest EventType = "WEBHOOK_TEST"

// WebhookOwner says whose a webhook is: one of the two is set.
type WebhookOwner struct {
	Team   string
	Tenant string
}

// String names the owner for people: "team NOC".
func (o WebhookOwner) String() string {
	if o.Team != "" {
		return "team " + o.Team
	}
	return "tenant " + o.Tenant
}

// Webhook is an address that is told of events. Its secret is not among what is read.
type Webhook struct {
	ID          int64
	TenantID    int64 // 0 for a team's
	Owner       WebhookOwner
	URL         string
	CreatedBy   string
	CreatedAt   time.Time
	DisabledAt  time.Time // zero while it is in use
	DisabledWhy string
}

// Wants reports whether the webhook is told of an event: a tenant's of everything that happens to
// the tenant, a team's of what happens to alerts that were escalated to it, and the NOC's of every
// new alert besides, unless a silence hides it: then it is told when the alert comes out of the silence.
// What a running trainer says and how a watch stands from hour to hour is for open
// pages alone: thousands of those would stand in front of the news that a model was rolled back.
func (w Webhook) Wants(e Event) bool {
	if e.Type == EventRetrainUpdated && !isMove(e) {
		return false
	}
	if w.Owner.Team == "" {
		return e.TenantID != 0 && e.TenantID == w.TenantID
	}
	var p struct {
		Alert struct {
			Team   string      `json:"team"`
			Status AlertStatus `json:"status"`
		} `json:"alert"`
		Move struct {
			Detail MoveDetail `json:"detail"`
		} `json:"move"`
	}
	if json.Unmarshal(e.Payload, &p) != nil {
		return false
	}
	if w.Owner.Team == TeamNOC {
		raised := e.Type == EventDriftDetected || e.Type == EventAlertRaised
		back := e.Type == EventAlertUpdated && p.Move.Detail.Silence != 0 && p.Alert.Status == AlertNew
		if (raised && p.Alert.Status != AlertSuppressed) || back {
			return true
		}
	}
	return p.Alert.Team == w.Owner.Team
}

// isMove reports whether an event about a retrain is one of its moves.
func isMove(e Event) bool {
	var p struct {
		Move json.RawMessage `json:"move"`
	}
	return json.Unmarshal(e.Payload, &p) == nil && len(p.Move) > 0
}

// DeliveryState is how far a delivery has come.
type DeliveryState string

// A delivery waits for its turn or its next attempt, or has come to one of two ends.
const (
	DeliveryPending   DeliveryState = "pending"
	DeliveryDelivered DeliveryState = "delivered"
	DeliveryDead      DeliveryState = "dead"
)

// Delivery is one event on its way to one webhook.
type Delivery struct {
	ID         int64
	EventSeq   int64 // 0 for a test
	Type       EventType
	Tenant     string // "" where it concerns no tenant
	State      DeliveryState
	Attempts   int
	NextAt     time.Time // the next attempt of one that is pending
	LastStatus int       // of the last answer, 0 where there was none
	LastError  string
	CreatedAt  time.Time
	FinishedAt time.Time // zero while it is pending
}

// WebhookState is a webhook with what became of its last deliveries.
type WebhookState struct {
	Webhook
	Pending int
	Dead    int
	Last    []Delivery // newest first
	Letters []Delivery // the newest that are dead
}

// DeliveryTask is a delivery that one server has taken on for as long as its lease holds.
type DeliveryTask struct {
	ID        int64
	WebhookID int64
	Lease     int64
	URL       string
	Secret    string
	Key       string // the same at every attempt
	Body      []byte
	Attempt   int       // counted from 1
	GiveUpAt  time.Time // an attempt that fails from then on was the last one
}

// DeliveryResult is what came of an attempt.
type DeliveryResult struct {
	State  DeliveryState
	At     time.Time
	NextAt time.Time // of the next attempt, where State is pending
	Status int       // 0 where nothing answered
	Error  string
	Gone   bool // the receiver wants nothing any more: the webhook is disabled
}

// maxWebhookURL bounds an address.
const maxWebhookURL = 2000

// CheckWebhookURL refuses what is no address of a receiver. Where it may be used but should not,
// warning says why.
func CheckWebhookURL(raw string) (warning string, err error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil || len(raw) > maxWebhookURL || u.Hostname() == "":
		return "", Invalid("url", "An address is such as https://hooks.example.com/driftwatch.")
	case u.Scheme != "http" && u.Scheme != "https":
		return "", Invalid("url", "The address of a webhook begins with https:// or http://.")
	case u.User != nil:
		return "", Invalid("url", "Leave name and password out of the address: the signature shows who sends.")
	case u.Fragment != "":
		return "", Invalid("url", "Leave out what follows the #: it is never sent.")
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return "Events cross the network in the clear to this address. The signature shows that they are genuine, and hides nothing: use https:// where you can.", nil
	}
	return "", nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}
