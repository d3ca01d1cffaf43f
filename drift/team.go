package drift

// TeamNOC is the team that is told of every alert, not only of those escalated to it.
const TeamNOC = "NOC"

// TeamMember is a person of a team.
type TeamMember struct {
	Name     string
	Disabled bool // the account is closed; the membership stays
}

// Team is a team with what waits for it.
type Team struct {
	Name    string
	Members []TeamMember
	Mine    bool    // the reader is a member
	Waiting int     // open alerts of its queue
	Queue   []Alert // the most urgent of them
	Hook    *WebhookState
}

// TeamsData is all that the page of teams says, the reader's own teams first.
type TeamsData struct {
	Watch
	Teams  []Team
	Hooks  []WebhookState // the tenants'
	People []string       // who can be made a member
}
