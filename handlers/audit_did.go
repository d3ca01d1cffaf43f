package handlers

import (
	"strings"

	"github.com/driftwatch/driftwatch/views/lang"
)

// auditDid are the actions of the audit log in words, after the actor's name; %s is what it was done to.
var auditDid = map[string]string{
	"alert.acknowledge":       lang.Key("acknowledged alert %s"),
	"alert.comment":           lang.Key("commented on alert %s"),
	"alert.assign":            lang.Key("assigned alert %s"),
	"alert.escalate":          lang.Key("escalated alert %s"),
	"alert.overdue":           lang.Key("escalated alert %s"),
	"alert.resolve":           lang.Key("resolved alert %s"),
	"alert.recover":           lang.Key("resolved alert %s"),
	"alert.suppress":          lang.Key("suppressed alert %s"),
	"alert.raise":             lang.Key("raised alert %s"),
	"alert.refresh":           lang.Key("saw alert %s"),
	"alert.worsen":            lang.Key("raised the severity of alert %s"),
	"alert.clear":             lang.Key("cleared alert %s"),
	"alert.remind":            lang.Key("reminded of alert %s"),
	"alert.return":            lang.Key("brought back alert %s"),
	"alert.silence":           lang.Key("hid alert %s under a silence"),
	"alert.undo":              lang.Key("took back the acknowledgement of alert %s"),
	"alert.feedback":          lang.Key("said what alert %s was"),
	"silence.create":          lang.Key("made silence %s"),
	"silence.end":             lang.Key("ended silence %s"),
	"handover.make":           lang.Key("wrote hand-over %s"),
	"incident.causes":         lang.Key("wrote the causes of incident %s"),
	"incident.follow_up":      lang.Key("changed the follow-ups of incident %s"),
	"setting.propose":         lang.Key("proposed values in proposal %s"),
	"setting.accept":          lang.Key("accepted proposal %s"),
	"setting.decline":         lang.Key("declined proposal %s"),
	"model.note":              lang.Key("wrote a note on model %s"),
	"model.remove_note":       lang.Key("removed a note on model %s"),
	"model.runbook":           lang.Key("changed a runbook of model %s"),
	"oncall.set_rota":         lang.Key("set the weekly turns of team %s"),
	"oncall.remove_rota":      lang.Key("removed the weekly turns of team %s"),
	"oncall.swap":             lang.Key("swapped a turn of team %s"),
	"oncall.remove_swap":      lang.Key("took back a swap of team %s"),
	"oncall.import":           lang.Key("imported a calendar for team %s"),
	"user.sign_in":            lang.Key("signed in"),
	"user.sign_out":           lang.Key("signed out"),
	"user.add":                lang.Key("added user %s"),
	"user.disable":            lang.Key("disabled user %s"),
	"user.enable":             lang.Key("enabled user %s"),
	"user.rights":             lang.Key("changed the rights of user %s"),
	"user.password":           lang.Key("changed the password of user %s"),
	"user.end_sessions":       lang.Key("signed out user %s"),
	"user.end_other_sessions": lang.Key("signed out user %s in every other browser"),
	"backfill.start":          lang.Key("started a backfill of %s"),
	"token.add":               lang.Key("added token %s"),
	"token.revoke":            lang.Key("revoked token %s"),
	"tenant.add":              lang.Key("added tenant %s"),
	"model.add":               lang.Key("added model %s"),
	"team.add":                lang.Key("added team %s"),
	"setting.change":          lang.Key("changed setting %s"),
	"model.activate":          lang.Key("put a new version of model %s into service"),
	"model.roll_back":         lang.Key("rolled back model %s"),
	"model.resume":            lang.Key("let model %s retrain by itself again"),
	"team.add_member":         lang.Key("added a member to team %s"),
	"team.remove_member":      lang.Key("removed a member from team %s"),
	"webhook.set":             lang.Key("set the webhook of %s"),
	"webhook.rotate_secret":   lang.Key("gave the webhook of %s a new secret"),
	"webhook.remove":          lang.Key("removed the webhook of %s"),
	"webhook.test":            lang.Key("tested the webhook of %s"),
	"webhook.resend":          lang.Key("sent a delivery to the webhook of %s again"),
	"webhook.gone":            lang.Key("switched off the webhook of %s"),
	"job.run_again":           lang.Key("ran the job %s again"),
	"rollback.rehearse":       lang.Key("rehearsed a rollback"),
	"retraining.stop":         lang.Key("stopped all retraining"),
	"retraining.resume":       lang.Key("resumed retraining"),
	"retrain.propose":         lang.Key("proposed retrain %s"),
	"retrain.await":           lang.Key("asked for approval of retrain %s"),
	"retrain.start_countdown": lang.Key("started the countdown of retrain %s"),
	"retrain.refuse":          lang.Key("refused retrain %s"),
	"retrain.approve":         lang.Key("approved retrain %s"),
	"retrain.reject":          lang.Key("rejected retrain %s"),
	"retrain.expire":          lang.Key("let retrain %s expire"),
	"retrain.ask_again":       lang.Key("asked again about retrain %s"),
	"retrain.countdown_over":  lang.Key("queued retrain %s after the countdown"),
	"retrain.start":           lang.Key("started the training of retrain %s"),
	"retrain.requeue":         lang.Key("queued retrain %s again"),
	"retrain.resume":          lang.Key("took up the training of retrain %s again"),
	"retrain.trained":         lang.Key("finished the training of retrain %s"),
	"retrain.accept":          lang.Key("accepted the candidate of retrain %s"),
	"retrain.activated":       lang.Key("activated the candidate of retrain %s"),
	"retrain.keep":            lang.Key("kept the new version of retrain %s"),
	"retrain.roll_back":       lang.Key("rolled back retrain %s"),
	"retrain.cancel":          lang.Key("cancelled retrain %s"),
	"retrain.stop":            lang.Key("stopped retrain %s"),
	"retrain.fail":            lang.Key("gave up retrain %s"),
}

// auditAction is what was done, in words: "alert.acknowledge" of alert/17 is "acknowledged alert 17". An action
// that has no words is told by its own name.
func auditAction(l lang.Lang, action, kind, name string) string {
	if did, ok := auditDid[action]; ok {
		if !strings.Contains(did, "%s") {
			return l.T(did)
		}
		return l.T(did, name)
	}
	return strings.ReplaceAll(action, ".", " ") + ": " + kind + " " + name
}
