// Package stats holds the numbers that drift is judged by: the two-sample
// Kolmogorov-Smirnov test with its p-value, the population stability index,
// the Jensen-Shannon and Wasserstein distances, the metrics and curves of a
// binary classifier, intervals and tests for proportions, and how accurate
// predictions will turn out to be before their outcomes are known.
//
// It is pure: slices and counts in, values out. It imports nothing of the
// project, reads no clock and no file, and never changes a slice it is given.
//
// # Order of arguments
//
// Wherever two samples meet, the recent one comes first and the baseline
// second; n1, c1 belong to the recent sample, n2, c2 to the baseline.
//
// # Undefined numbers
//
// A number that has no value for the given input (the precision of a model
// that predicted no positive, say) is NaN, never 0. The edge turns NaN into
// null. A sample that cannot be worked with at all is a [SampleError].
//
// # From memory and from runs
//
// [Compare] works on two samples in memory. [CompareRuns] gives the same
// numbers from columns that are stored sorted with a histogram beside them
// ([Run]), and asks only for the slices of those columns that can matter.
package stats
