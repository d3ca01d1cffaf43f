package lang

// deShell are the German texts of the frame around every page, and of the preferences.
var deShell = entries{
	"State":                        {"Stand"},
	"How the console looks to you": {"Wie die Konsole für Sie aussieht"},
	"Kept with your account, so that every browser you sign in on shows it. It changes nothing for others.": {"Gehört zu Ihrem Konto, gilt also in jedem Browser, in dem Sie sich anmelden. Für andere ändert sich nichts."},
	"Preferences": {"Einstellungen für Sie"},
	"Save":        {"Speichern"},
	"A token belongs to a program, which has no preferences.": {"Ein Token gehört zu einem Programm; das hat keine eigenen Einstellungen."},
	"That of the browser": {"Die des Browsers"},
	"Language":            {"Sprache"},
	"Time zone":           {"Zeitzone"},
	"Written as in Europe/Berlin; empty: that of the browser. UTC stands in the hover text of every time.": {"Geschrieben wie Europe/Berlin; leer: die des Browsers. Zu jeder Zeit steht UTC im Hinweistext."},
	"Theme":                                  {"Farben"},
	"That of the system":                     {"Die des Systems"},
	"Light":                                  {"Hell"},
	"Dark":                                   {"Dunkel"},
	"Keys":                                   {"Tasten"},
	"Single keys act (press ? for the list)": {"Einzelne Tasten wirken (? zeigt die Liste)"},
	"No single-key shortcuts":                {"Keine Kürzel aus einer Taste"},
}
