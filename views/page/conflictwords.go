package page

import (
	"time"

	"github.com/driftwatch/driftwatch/views/lang"
)

// wonWords say who was faster with what, by what was done in the past tense.
var wonWords = map[string]string{
	"acknowledged":                     lang.Key("%s acknowledged this %s ago; your click changed nothing."),
	"assigned":                         lang.Key("%s assigned this %s ago; your click changed nothing."),
	"commented on":                     lang.Key("%s commented on this %s ago; your click changed nothing."),
	"escalated":                        lang.Key("%s escalated this %s ago; your click changed nothing."),
	"resolved":                         lang.Key("%s resolved this %s ago; your click changed nothing."),
	"suppressed":                       lang.Key("%s suppressed this %s ago; your click changed nothing."),
	"approved":                         lang.Key("%s approved this %s ago; your click changed nothing."),
	"rejected":                         lang.Key("%s rejected this %s ago; your click changed nothing."),
	"cancelled":                        lang.Key("%s cancelled this %s ago; your click changed nothing."),
	"rolled back":                      lang.Key("%s rolled back this %s ago; your click changed nothing."),
	"stopped":                          lang.Key("%s stopped this %s ago; your click changed nothing."),
	"activated":                        lang.Key("%s activated this %s ago; your click changed nothing."),
	"proposed":                         lang.Key("%s proposed this %s ago; your click changed nothing."),
	"started training":                 lang.Key("%s started training this %s ago; your click changed nothing."),
	"finished training":                lang.Key("%s finished training this %s ago; your click changed nothing."),
	"raised":                           lang.Key("%s raised this %s ago; your click changed nothing."),
	"saw":                              lang.Key("%s saw this again %s ago; your click changed nothing."),
	"raised the severity of":           lang.Key("%s raised the severity of this %s ago; your click changed nothing."),
	"cleared":                          lang.Key("%s cleared this %s ago; your click changed nothing."),
	"reminded of":                      lang.Key("%s reminded of this %s ago; your click changed nothing."),
	"brought back":                     lang.Key("%s brought this back %s ago; your click changed nothing."),
	"took back the acknowledgement of": lang.Key("%s took back the acknowledgement of this %s ago; your click changed nothing."),
	"asked for approval":               lang.Key("%s asked for approval of this %s ago; your click changed nothing."),
	"started the countdown":            lang.Key("%s started the countdown of this %s ago; your click changed nothing."),
	"refused":                          lang.Key("%s refused this %s ago; your click changed nothing."),
	"let expire":                       lang.Key("%s let this expire %s ago; your click changed nothing."),
	"asked again":                      lang.Key("%s asked again about this %s ago; your click changed nothing."),
	"queued after the countdown":       lang.Key("%s queued this after the countdown %s ago; your click changed nothing."),
	"queued again":                     lang.Key("%s queued this again %s ago; your click changed nothing."),
	"took up the training again":       lang.Key("%s took up the training of this again %s ago; your click changed nothing."),
	"accepted the candidate":           lang.Key("%s accepted the candidate of this %s ago; your click changed nothing."),
	"kept":                             lang.Key("%s kept this %s ago; your click changed nothing."),
	"gave up":                          lang.Key("%s gave this up %s ago; your click changed nothing."),
}

// text says who won the race, and that the reader's own move did nothing.
func (c ConflictVM) text(l lang.Lang, now time.Time) string {
	ago := l.Age(now.Sub(c.WonAt))
	if words, ok := wonWords[c.Did]; ok {
		return l.T(words, c.Winner, ago)
	}
	return l.T("%s changed this %s ago; your click changed nothing.", c.Winner, ago)
}
