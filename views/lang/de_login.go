package lang

// deLogin are the German texts of that area.
var deLogin = entries{}
