package lang

// deSaidEvidence are the sentences of comparisons and proposals.
var deSaidEvidence = entries{
	"Operators, managers and administrators propose settings.":                                                                 {"Operatoren, Manager und die Administration schlagen Einstellungen vor."},
	"The %s window ends on the day it begins on or before. Its end is left out: for one day give the day after.":               {"Das Fenster (%s) endet an dem Tag, an dem es beginnt, oder davor. Sein Ende zählt nicht mit: Geben Sie für einen Tag den Tag danach an."},
	"A proposal is accepted or declined.":                                                                                      {"Ein Vorschlag wird angenommen oder abgelehnt."},
	"There is no such proposal.":                                                                                               {"Diesen Vorschlag gibt es nicht."},
	"%d proposals wait already. Ask an administrator to decide them first.":                                                    {"%d Vorschläge warten bereits. Bitten Sie die Administration, zuerst über sie zu entscheiden."},
	"This proposal is for every tenant, and you see some only.":                                                                {"Dieser Vorschlag gilt für alle Mandanten, und Sie sehen nur einige."},
	"Give both days of a window as 2006-01-31, the second being the first day after it, or leave both out for today's window.": {"Geben Sie beide Tage eines Fensters als 2006-01-31 an, den zweiten als ersten Tag danach, oder lassen Sie beide weg für das heutige Fenster."},
	"Only an administrator decides what is proposed.":                                                                          {"Nur die Administration entscheidet über Vorschläge."},
	"Proposed by %s: %s": {"Vorgeschlagen von %s: %s"},
	"The %s window has %d days; at most %d are compared at once.":                              {"Das Fenster (%s) hat %d Tage; höchstens %d werden auf einmal verglichen."},
	"This window holds %s predictions; at most %s are compared at once. Choose a shorter one.": {"Dieses Fenster enthält %s Vorhersagen; höchstens %s werden auf einmal verglichen. Wählen Sie ein kürzeres."},
	"%s has decided this proposal already.":                                                    {"%s hat über diesen Vorschlag bereits entschieden."},
	"These values are in force already. Move a threshold first.":                               {"Diese Werte gelten bereits. Ändern Sie zuerst einen Schwellenwert."},
	"No version of this model has made a prediction yet, so there is nothing to compare.":      {"Keine Version dieses Modells hat bisher etwas vorhergesagt, also gibt es nichts zu vergleichen."},
}
