package lang

// deModel are the German texts of that area.
var deModel = entries{}
