package lang

// deSaidAccess are the German forms of what is said about access, accounts and backfills: see [Lang.Said].
var deSaidAccess = entries{
	"A backfill from here has at most %d days. The command driftwatch backfill takes longer ranges.": {"Eine Nachberechnung von hier umfasst höchstens %d Tage. Der Befehl driftwatch backfill nimmt längere Zeiträume."},
	"A backfill is under way. Wait until it is over.":                                                {"Eine Nachberechnung läuft. Warten Sie, bis sie fertig ist."},
	"A backfill judges the models of every tenant, and you see some tenants only.":                   {"Eine Nachberechnung beurteilt die Modelle aller Mandanten, und Sie sehen nur einige."},
	"A token has no password.":                              {"Ein Token hat kein Passwort."},
	"A token is signed in nowhere.":                         {"Ein Token ist nirgends angemeldet."},
	"Backfill %s to %s":                                     {"Nachberechnung %t bis %t"},
	"Choose a role.":                                        {"Wählen Sie eine Rolle."},
	"Choose a tenant, or all of them.":                      {"Wählen Sie einen Mandanten oder alle."},
	"Only a manager or an administrator starts a backfill.": {"Nur Manager oder Administratoren starten eine Nachberechnung."},
	"The server stopped before it was over. Start it again: what is written already is found.": {"Der Server wurde vorher beendet. Starten Sie sie erneut: Was schon geschrieben ist, wird gefunden."},
	"The time-lapse plays these days itself. Wait until its clock has met the present.":        {"Der Zeitraffer spielt diese Tage selbst. Warten Sie, bis seine Uhr die Gegenwart erreicht hat."},
	"There is a model type of this name already.":                                              {"Einen Modelltyp dieses Namens gibt es schon."},
	"There is a tenant of this name already.":                                                  {"Einen Mandanten dieses Namens gibt es schon."},
	"There is no such change of an account.":                                                   {"Eine solche Änderung eines Kontos gibt es nicht."},
	"There is no such tenant among yours. Look at how its name is written.":                    {"Einen solchen Mandanten gibt es unter Ihren nicht. Sehen Sie nach, wie sein Name geschrieben wird."},
	"This is not your present password.":                                                       {"Das ist nicht Ihr jetziges Passwort."},
	"This list does not go on there.":                                                          {"Diese Liste geht dort nicht weiter."},
	"This needs an administrator of all tenants.":                                              {"Das darf nur ein Administrator aller Mandanten."},
	"Tick the box first: this cannot be undone.":                                               {"Setzen Sie erst das Häkchen: Das lässt sich nicht rückgängig machen."},
	"Write a day as in 2026-07-02.":                                                            {"Schreiben Sie einen Tag wie 2026-07-02."},
	"You are not signed in there any more.":                                                    {"Dort sind Sie nicht mehr angemeldet."},
}
