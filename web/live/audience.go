package live

import "slices"

// MaxClasses is how many classes of reader a message can have frames for.
const MaxClasses = 7

// Message is one event in the form in which browsers get it.
type Message struct {
	// Seq is the event's number, strictly increasing from message to message.
	Seq int64
	// Tenant is whose data the message carries; 0 if no tenant's.
	Tenant int64
	// Public lets a message without tenant go to everybody. Without it, such a
	// message goes to readers of all tenants only. It means nothing where Tenant
	// is set.
	Public bool
	// Frames holds the JSON text for each class of reader. A class whose text is
	// empty does not get the message. Classes may share one slice, which is then
	// framed and compressed once. The hub keeps the slices: do not write to
	// them afterwards.
	Frames [MaxClasses][]byte
}

// Audience says what one reader may see.
type Audience struct {
	// AllTenants opens every tenant, present and future.
	AllTenants bool
	// Tenants are those open to a reader without AllTenants.
	Tenants []int64
	// Class picks among a message's frames: below MaxClasses, by convention 0 for
	// a viewer, 1 for an operator, 2 for a manager and above, in a first language;
	// the caller numbers what there is beyond.
	Class uint8
	// Keys are the names under which the connection can be closed, such as
	// "user:7", "session:9f2c" or "token:3"; see Hub.CloseKey.
	Keys []string
}

// May tells whether a reader gets a message. It is the only place that decides
// so, for live messages and replayed ones alike: a message of a tenant goes to
// those who may see that tenant, one without tenant to readers of all tenants,
// or to everybody where it is public; and only to classes it has a frame for.
func May(a Audience, m Message) bool { return a.may(&m) }

// may is May without copying; the writers ask it once per message and socket.
func (a *Audience) may(m *Message) bool {
	if int(a.Class) >= MaxClasses || len(m.Frames[a.Class]) == 0 {
		return false
	}
	if a.AllTenants {
		return true
	}
	if m.Tenant == 0 {
		return m.Public
	}
	return slices.Contains(a.Tenants, m.Tenant)
}
