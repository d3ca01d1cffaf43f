package component

// statusWord is an alert's status in the words of the board.
func statusWord(status string) string {
	switch status {
	case "NEW":
		return "new"
	case "ACKNOWLEDGED":
		return "acknowledged"
	case "ASSIGNED":
		return "assigned"
	case "ESCALATED":
		return "escalated"
	case "RESOLVED":
		return "resolved"
	case "SUPPRESSED":
		return "suppressed"
	}
	return status
}

// statusTone is the class of a status badge: only what waits for a person
// stands out.
func statusTone(status string) string {
	switch status {
	case "NEW":
		return "pill cr"
	case "ESCALATED":
		return "pill hi"
	case "ACKNOWLEDGED", "ASSIGNED":
		return "pill a"
	}
	return "pill"
}
