// Package detect turns what the log holds into reports: the two windows and the rules that say
// how severe a difference is. It is pure: samples or counts in, drift.Report out.
//
// The rules are those of the operator guide; the measures beside a severity annotate it and
// decide nothing unless a guard is switched on.
package detect
