package lang

// deOperations are the German texts of that area.
var deOperations = entries{}
