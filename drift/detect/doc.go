// Package detect turns what the log holds into reports: the two windows and the rules that say
// how severe a difference is. It is pure: samples or counts in, drift.Report out.
//
// The rules are those of the operator guide; the measures beside a severity annotate it and
// decide nothing unless a guard is switched on.
//
// Beside the reports it makes the evidence on them: which features moved, in which slices accuracy
// fell, the curves of a window, its accuracy estimated from scores alone, and what other cut-offs
// would have found.
package detect
