package lang

// deBoard are the German texts of that area.
var deBoard = entries{}
