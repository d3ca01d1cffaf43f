// Package schedule knows the daily jobs: when each runs, what is due at a given instant, and what
// was missed. It is pure: it is told the time and never asks for it.
package schedule
