package lang

// deAlert are the German texts of that area.
var deAlert = entries{}
