package lang

// deSaidEvidence are the sentences of comparisons and proposals.
var deSaidEvidence = entries{
	"Operators, managers and administrators propose settings.":                            {"Operatoren, Manager und Administratoren schlagen Einstellungen vor."},
	"A proposal is accepted or declined.":                                                 {"Ein Vorschlag wird angenommen oder abgelehnt."},
	"There is no such proposal.":                                                          {"Diesen Vorschlag gibt es nicht."},
	"%d proposals wait already. Ask an administrator to decide them first.":               {"%d Vorschläge warten bereits. Bitten Sie einen Administrator, zuerst über sie zu entscheiden."},
	"This proposal is for every tenant, and you see some only.":                           {"Dieser Vorschlag gilt für alle Mandanten, und Sie sehen nur einige."},
	"Only an administrator decides what is proposed.":                                     {"Nur ein Administrator entscheidet über Vorschläge."},
	"Proposed by %s: %s":                                                                  {"Vorgeschlagen von %s: %s"},
	"%s has decided this proposal already.":                                               {"%s hat über diesen Vorschlag bereits entschieden."},
	"These values are in force already. Move a threshold first.":                          {"Diese Werte gelten bereits. Ändern Sie zuerst einen Schwellenwert."},
	"No version of this model has made a prediction yet, so there is nothing to compare.": {"Keine Version dieses Modells hat bisher etwas vorhergesagt, also gibt es nichts zu vergleichen."},
}
