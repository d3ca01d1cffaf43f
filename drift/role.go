package drift

// Role says what an account or token may do. Ingest stands beside the ladder: it may log
// predictions and outcomes and ask for the active version, nothing else.
type Role uint8

// From nobody to everything.
const (
	RoleNone Role = iota
	RoleIngest
	RoleViewer
	RoleOperator
	RoleManager
	RoleAdmin
)

var roleNames = [...]string{"", "ingest", "viewer", "operator", "manager", "admin"}

// String returns the role's name.
func (r Role) String() string { return roleNames[r] }

// ParseRole reads a role's name.
func ParseRole(name string) (Role, error) {
	for i, n := range roleNames {
		if i > 0 && n == name {
			return Role(i), nil
		}
	}
	return RoleNone, Invalid("role", name+" is not a role; use ingest, viewer, operator, manager or admin")
}

// AtLeast reports whether r includes what min may do.
func (r Role) AtLeast(min Role) bool { return r >= min }

// MayIngest reports whether r may write predictions and outcomes.
func (r Role) MayIngest() bool { return r == RoleIngest || r == RoleAdmin }

// Actor is who does something: a person, a program with a token, or the system itself.
type Actor struct {
	Name       string // shown in timelines and the audit log
	Role       Role
	UserID     int64 // 0 where no person
	TokenID    int64 // 0 where no token
	System     bool  // the daily jobs and timers: not under row-level security
	AllTenants bool
	Tenants    []int64
}

// SystemActor is the server acting by itself.
func SystemActor() Actor {
	return Actor{Name: "driftwatch", Role: RoleAdmin, System: true, AllTenants: true}
}

// MaySee reports whether the actor may see this tenant.
func (a Actor) MaySee(tenant int64) bool {
	if a.AllTenants {
		return true
	}
	for _, t := range a.Tenants {
		if t == tenant {
			return true
		}
	}
	return false
}
