package component

import "github.com/driftwatch/driftwatch/views/lang"

// Topic is something that the console explains where it stands. "" is nothing.
type Topic string

// explained is one topic: what it is called after "What is", a sentence in the guide's words, and where more is said.
type explained struct{ name, text, href string }

// topics are all of them.
var topics = map[Topic]explained{
	"severity": {lang.Key("the severity"), lang.Key("Critical wants a retrain at once, high recommends one, medium is watched closely, quiet is normal variance. In the strip the height says the same; hollow is blind."), "/help/severities"},
	"blind":    {lang.Key("blind"), lang.Key("The model cannot be judged: a check did not run, a feed is silent or too few rows came. Blind is not quiet."), "/help/drift-types#when-a-model-cannot-be-judged"},
	"nobody":   {lang.Key("an alert that nobody has"), lang.Key("No person acknowledged it or was given it. One that went to a team counts until somebody there takes it; a cleared one needs nobody."), "/help/monitoring#the-board"},

	"job_failed":   {lang.Key("a failed job"), lang.Key("A check did not run. Open Operations, read why, mend it, and run it again there."), "/help/drift-types#when-a-model-cannot-be-judged"},
	"feed_silent":  {lang.Key("a silent feed"), lang.Key("No predictions or no outcomes come in. Nothing is inferred from the silence; look at the program that sends them."), "/help/drift-types#when-a-model-cannot-be-judged"},
	"cannot_judge": {lang.Key("too little to judge"), lang.Key("Too few rows reach one of the two windows, so there is no severity. That is never “no drift”."), "/help/drift-types#when-a-model-cannot-be-judged"},
	"not_served":   {lang.Key("not served"), lang.Key("The serving version makes no predictions and another one does. Find out which version really serves."), "/help/drift-types#when-a-model-cannot-be-judged"},
	"clock":        {lang.Key("a clock that is off"), lang.Key("Days and windows follow the server's clock. Set it by NTP."), "/help/drift-types#when-a-model-cannot-be-judged"},

	"NEW":          {lang.Key("new"), lang.Key("Nobody has acknowledged it yet. Acknowledge it, and others see that somebody is at it."), "/help/monitoring#the-board"},
	"ACKNOWLEDGED": {lang.Key("acknowledged"), lang.Key("Somebody has seen it and is at it. It is new again when it gets worse or when its reminder is due."), "/help/monitoring#the-board"},
	"ASSIGNED":     {lang.Key("assigned"), lang.Key("One person has it. It is new again when it gets worse, and stays theirs."), "/help/monitoring#the-board"},
	"ESCALATED":    {lang.Key("escalated"), lang.Key("A team was told, and it waits until somebody there takes it. It stays in their queue until it is resolved."), "/help/support"},
	"SUPPRESSED":   {lang.Key("suppressed"), lang.Key("Hidden for a time. It is new again when the time is over or when it gets worse."), "/help/monitoring#the-board"},
	"RESOLVED":     {lang.Key("resolved"), lang.Key("A person said what it was and ended it. New drift makes a new alert."), "/help/monitoring#the-board"},

	"suppress": {lang.Key("suppressing"), lang.Key("This one alert is hidden for a time: no sound, no escalation. It is new again when the time is over or when it gets worse. For maintenance of many, make a silence."), "/help/monitoring#silences"},
	"resolve":  {lang.Key("resolving"), lang.Key("The cause is found or gone. Say what it was: whoever tunes the cut-offs counts what was false. New drift makes a new alert."), "/help/monitoring#the-board"},
	"silence":  {lang.Key("a silence"), lang.Key("It hides every alert that matches, for a time. Checks, retrains and approvals go on; what it hid is new again when it ends."), "/help/monitoring#silences"},

	"feature_flags":  {lang.Key("this safeguard: feature flags"), lang.Key("Automatic retraining must be switched on: for everything, for the type of model and for the tenant. It is off by default."), "/help/safeguards#feature-flag-configuration"},
	"cooldown":       {lang.Key("this safeguard: cooldown"), lang.Key("A model rests between two retrains, seven days by default, so that one that drifts on is looked at by people."), "/help/safeguards#five-safeguards"},
	"data_threshold": {lang.Key("this safeguard: data"), lang.Key("There must be enough training rows with their outcomes, 100 by default, of both classes."), "/help/safeguards#five-safeguards"},
	"severity_guard": {lang.Key("this safeguard: severity"), lang.Key("Only high and critical drift leads to a retrain. Medium is watched."), "/help/safeguards#five-safeguards"},
	"validation":     {lang.Key("this safeguard: validation"), lang.Key("The new version must meet the thresholds on rows that it never saw, and must not be worse than what serves."), "/help/safeguards#five-safeguards"},

	"waiting_approval": {lang.Key("the approval"), lang.Key("A critical retrain, and every one that a person asked for, waits for a manager. Nobody approves what they asked for themselves."), "/help/safeguards#five-safeguards"},
	"countdown":        {lang.Key("the countdown"), lang.Key("An automatic retrain waits some minutes before it trains, in which an operator can cancel it."), "/help/safeguards#five-safeguards"},
	"watching":         {lang.Key("the watch"), lang.Key("24 hours after activation the new version's accuracy is compared with that of the version before. More than 5 points lower, and it is rolled back."), "/help/rollback#automatic-rollback"},
	"rolled_back":      {lang.Key("a rollback"), lang.Key("The version before serves again. The model does not retrain by itself until somebody has found out why and lifts the pause."), "/help/rollback"},
	"halt":             {lang.Key("the emergency stop"), lang.Key("Nothing is trained or activated until it is lifted. Checks, alerts and rolling back go on."), "/help/rollback#manual-rollback"},
	"setting":          {lang.Key("a setting in force"), lang.Key("The tenant's own value goes before the one for all tenants, that before the file's, that before the default. A change is in force without a restart."), "/help/safeguards#feature-flag-configuration"},

	"ks-d":     {lang.Key("D"), lang.Key("The largest gap between the two distributions of scores: 0 is none, 1 is no overlap."), "/help/numbers#ks-d"},
	"ks-p":     {lang.Key("p"), lang.Key("How often chance alone would make a gap this large. Below 0.01 the drift is high, below 0.001 critical."), "/help/numbers#p"},
	"psi":      {lang.Key("PSI"), lang.Key("How far shares moved between ten equal parts of the baseline. 0.2 is much."), "/help/numbers#psi"},
	"wilson":   {lang.Key("the interval of an accuracy"), lang.Key("Where the true accuracy lies, with 95 % confidence, given how many outcomes there are."), "/help/numbers#wilson"},
	"newcombe": {lang.Key("the interval of a drop"), lang.Key("Where the true drop lies, with 95 % confidence. One that holds 0 may be chance."), "/help/numbers#newcombe"},
	"coverage": {lang.Key("coverage"), lang.Key("How many of the predictions have an outcome. Those without say nothing about accuracy."), "/help/numbers#coverage"},
}

// call is the accessible name of a topic's sign.
func (x explained) call(l lang.Lang) string { return l.T("What is %s?", l.T(x.name)) }
