package lang

// deSetting are the German texts of that area.
var deSetting = entries{}
