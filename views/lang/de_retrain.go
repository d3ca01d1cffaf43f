package lang

// deRetrain are the German texts of that area.
var deRetrain = entries{}
