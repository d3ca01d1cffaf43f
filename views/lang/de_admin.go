package lang

// deAdmin are the German texts of that area.
var deAdmin = entries{}
