package lang

// deHelp are the German texts of that area.
var deHelp = entries{}
