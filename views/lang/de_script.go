package lang

// deScript are the German texts of that area.
var deScript = entries{}
