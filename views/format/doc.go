// Package format turns numbers, instants and durations into the words and
// figures that the pages show, so that one number looks the same everywhere:
// tabular figures, a real minus sign (−), units after a no-break space,
// thousands parted by commas, powers of ten with superscript characters, ages
// as "12 m", "1 h 12 m", "2 d 6 h".
//
// Every function is pure and total: what is not a finite number is written as
// [Missing], never as "NaN" or "Inf".
package format
