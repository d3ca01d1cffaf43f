package component

import "github.com/driftwatch/driftwatch/views/lang"

// StatusWord is an alert's status in the words of the board, given in its wire form ("NEW").
func StatusWord(l lang.Lang, status string) string {
	switch status {
	case "NEW":
		return l.T("new")
	case "ACKNOWLEDGED":
		return l.T("acknowledged")
	case "ASSIGNED":
		return l.T("assigned")
	case "ESCALATED":
		return l.T("escalated")
	case "RESOLVED":
		return l.T("resolved")
	case "SUPPRESSED":
		return l.T("suppressed")
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
