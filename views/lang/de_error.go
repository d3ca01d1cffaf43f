package lang

// deError are the German texts of that area.
var deError = entries{}
