package lang

// deWall are the German texts of the wall.
var deWall = entries{
	"page %d of %d":              {"Seite %d von %d"},
	"critical":                   {"kritisch"},
	"high":                       {"hoch"},
	"medium":                     {"mittel"},
	"blind":                      {"blind"},
	"without owner":              {"ohne Zuständige"},
	"Incidents":                  {"Vorfälle"},
	"Models":                     {"Modelle"},
	"%d more that are not quiet": {"%d weiteres, das nicht ruhig ist", "%d weitere, die nicht ruhig sind"},
	"%d medium":                  {"%d mittel", "%d mittel"},
	"%d quiet":                   {"%d ruhig", "%d ruhig"},
	"wall “%s”, read only":       {"Wand „%s“, nur zum Lesen"},
	"read only":                  {"nur zum Lesen"},
	"open":                       {"offen"},
	"nobody yet":                 {"noch niemand"},
	"Link to the server":         {"Verbindung zum Server"},
	"Not live.":                  {"Nicht live."},
	"What stands below is old.":  {"Was unten steht, ist alt."},
}
