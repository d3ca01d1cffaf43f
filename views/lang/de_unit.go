package lang

// deUnit are the German texts that numbers carry.
var deUnit = entries{
	"%s to %s":                {"%s bis %s"},
	"point":                   {"Punkt"},
	"points":                  {"Punkte"},
	"Critical":                {"Kritisch"},
	"High":                    {"Hoch"},
	"Medium":                  {"Mittel"},
	"Blind: cannot be judged": {"Blind: nicht zu beurteilen"},
	"No model yet":            {"Noch kein Modell"},
	"None":                    {"Ohne Befund"},
	"new":                     {"neu"},
	"acknowledged":            {"quittiert"},
	"assigned":                {"zugewiesen"},
	"escalated":               {"eskaliert"},
	"resolved":                {"gelöst"},
	"suppressed":              {"unterdrückt"},
	"%d days":                 {"%d Tag", "%d Tage"},
	"%d of %d":                {"%d von %d"},
	"Severity":                {"Schweregrad"},
	"none":                    {"keine"},
	"never":                   {"nie"},
	"yes":                     {"ja"},
	"no":                      {"nein"},
}
