package lang

// deChart are the German texts of that area.
var deChart = entries{}
