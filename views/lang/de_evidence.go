package lang

// deEvidence are the German texts of that area.
var deEvidence = entries{}
