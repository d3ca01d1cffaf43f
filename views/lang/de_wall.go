package lang

// deWall are the German texts of that area.
var deWall = entries{}
