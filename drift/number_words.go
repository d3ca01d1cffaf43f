package drift

import "strconv"

// Thousands writes a count with a comma between groups of three digits: "40,992". A count below zero is
// written as it is.
func Thousands(n int) string {
	s := strconv.Itoa(n)
	if n < 0 {
		return s
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
