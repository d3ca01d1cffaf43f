package lang

// deTeam are the German texts of that area.
var deTeam = entries{}
