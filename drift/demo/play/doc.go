// Package play brings what package demo invents into a running Driftwatch: a producer that follows the
// active version as a program of one's own would, and the time-lapse, which steps a clock through past
// days and lets everything happen at its time, through the same queue and engine as in real time.
package play
