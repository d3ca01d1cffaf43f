package lang

// deLogin are the German texts of that area.
var deLogin = entries{
	"Sign in":                         {"Anmelden"},
	"Password":                        {"Passwort"},
	"Password, %d characters or more": {"Passwort, mindestens %d Zeichen"},
	"First administrator":             {"Erster Administrator"},
	"Go to the sign-in page":          {"Zur Anmeldung"},
	"It works once, and an administrator exists now. If that was not you, stop the server and look at who has access to its terminal.": {"Er gilt einmal, und es gibt jetzt einen Administrator. Wenn Sie das nicht waren, halten Sie den Server an und prüfen Sie, wer Zugang zu seinem Terminal hat."},
	"Make the administrator and sign in": {"Administrator anlegen und anmelden"},
	"Make the first administrator":       {"Ersten Administrator anlegen"},
	"The link was printed where the server started and works once. This person can do everything: users, tokens, tenants, settings.": {"Der Link stand dort, wo der Server gestartet wurde, und gilt einmal. Diese Person darf alles: Benutzer, Tokens, Mandanten, Einstellungen."},
	"The name or the password is wrong.": {"Name oder Passwort ist falsch."},
	"The same password again":            {"Dasselbe Passwort noch einmal"},
	"There is no administrator yet. The terminal that started the server shows a one-time link that makes the first one.": {"Es gibt noch keinen Administrator. Das Terminal, das den Server gestartet hat, zeigt einen einmaligen Link, der den ersten anlegt."},

	"This link cannot be used":                              {"Dieser Link ist nicht zu benutzen"},
	"This link has been used":                               {"Dieser Link wurde schon benutzt"},
	"Too many failed attempts. Try again in %s, at %s UTC.": {"Zu viele Fehlversuche. Versuchen Sie es in %s noch einmal, um %s UTC."},

	"You stay signed in for %d days on this browser. Trouble? Ask your administrator.":  {"Sie bleiben in diesem Browser %d Tag angemeldet. Schwierigkeiten? Fragen Sie Ihren Administrator.", "Sie bleiben in diesem Browser %d Tage angemeldet. Schwierigkeiten? Fragen Sie Ihren Administrator."},
	"You stay signed in for %d hours on this browser. Trouble? Ask your administrator.": {"Sie bleiben in diesem Browser %d Stunde angemeldet. Schwierigkeiten? Fragen Sie Ihren Administrator.", "Sie bleiben in diesem Browser %d Stunden angemeldet. Schwierigkeiten? Fragen Sie Ihren Administrator."},

	"The demonstration is being prepared: its past days are still being invented and judged. Pages fill within a minute or two.": {"Die Vorführung wird vorbereitet: Ihre vergangenen Tage werden noch erfunden und beurteilt. Die Seiten füllen sich in ein, zwei Minuten."},
	"You are signed out: the session has run out, or an administrator ended it.":                                                 {"Sie sind abgemeldet: Die Sitzung ist abgelaufen, oder ein Administrator hat sie beendet."},
}
