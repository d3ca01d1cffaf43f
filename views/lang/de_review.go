package lang

// deReview are the German texts of that area.
var deReview = entries{}
