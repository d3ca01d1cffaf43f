package lang

// deUnit are the German texts that numbers carry.
var deUnit = entries{
	"%s to %s": {"%s bis %s"},
	"point":    {"Punkt"},
	"points":   {"Punkte"},
}
