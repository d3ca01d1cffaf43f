package lang

// deWork are the German texts of that area.
var deWork = entries{}
