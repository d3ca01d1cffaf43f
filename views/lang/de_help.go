package lang

// deHelp are the German texts of that area.
var deHelp = entries{
	"Besides":     {"Außerdem"},
	"Commands":    {"Befehle"},
	"Example":     {"Beispiel"},
	"First steps": {"Erste Schritte"},
	"From an empty installation to the first check.": {"Von der leeren Installation zur ersten Prüfung."},
	"Help":      {"Hilfe"},
	"Next: %s":  {"Weiter: %s"},
	"SQL query": {"SQL-Abfrage"},
	"Search the help, models, alerts and settings": {"Hilfe, Modelle, Alarme und Einstellungen durchsuchen"},
	"Sections of the guide":                        {"Abschnitte des Leitfadens"},
	"The numbers":                                  {"Die Zahlen"},
	"The operator guide":                           {"Der Leitfaden für den Betrieb"},
	"What D, p, PSI, Wilson and the others say, and how they are computed.":      {"Was D, p, PSI, Wilson und die anderen sagen und wie sie berechnet werden."},
	"What the console shows, what is to be done with it, and what it all means.": {"Was die Konsole zeigt, was damit zu tun ist und was das alles bedeutet."},
	"cooldown, rollback, blind…":                                                 {"Wartezeit, Zurücksetzen, blind …"},
}
