package component

import "github.com/driftwatch/driftwatch/views/lang"

// statusWord is an alert's status in the words of the board, a key of package lang.
func statusWord(status string) string {
	switch status {
	case "NEW":
		return lang.Key("new")
	case "ACKNOWLEDGED":
		return lang.Key("acknowledged")
	case "ASSIGNED":
		return lang.Key("assigned")
	case "ESCALATED":
		return lang.Key("escalated")
	case "RESOLVED":
		return lang.Key("resolved")
	case "SUPPRESSED":
		return lang.Key("suppressed")
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
