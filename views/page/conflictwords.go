package page

import (
	"time"

	"github.com/driftwatch/driftwatch/views/lang"
)

// wonWords say who was faster with what, by what was done in the past tense.
var wonWords = map[string]string{
	"acknowledged":      lang.Key("%s acknowledged this %s ago; your click changed nothing."),
	"assigned":          lang.Key("%s assigned this %s ago; your click changed nothing."),
	"commented on":      lang.Key("%s commented on this %s ago; your click changed nothing."),
	"escalated":         lang.Key("%s escalated this %s ago; your click changed nothing."),
	"resolved":          lang.Key("%s resolved this %s ago; your click changed nothing."),
	"suppressed":        lang.Key("%s suppressed this %s ago; your click changed nothing."),
	"approved":          lang.Key("%s approved this %s ago; your click changed nothing."),
	"rejected":          lang.Key("%s rejected this %s ago; your click changed nothing."),
	"cancelled":         lang.Key("%s cancelled this %s ago; your click changed nothing."),
	"rolled back":       lang.Key("%s rolled back this %s ago; your click changed nothing."),
	"stopped":           lang.Key("%s stopped this %s ago; your click changed nothing."),
	"activated":         lang.Key("%s activated this %s ago; your click changed nothing."),
	"proposed":          lang.Key("%s proposed this %s ago; your click changed nothing."),
	"started training":  lang.Key("%s started training this %s ago; your click changed nothing."),
	"finished training": lang.Key("%s finished training this %s ago; your click changed nothing."),
}

// text says who won the race, and that the reader's own move did nothing.
func (c ConflictVM) text(l lang.Lang, now time.Time) string {
	ago := l.Age(now.Sub(c.WonAt))
	if words, ok := wonWords[c.Did]; ok {
		return l.T(words, c.Winner, ago)
	}
	return l.T("%s changed this %s ago; your click changed nothing.", c.Winner, ago)
}
