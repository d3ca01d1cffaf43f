// Package format writes numbers and times in English, for what is not yet in the reader's language
// (see package lang, which it stands before).
package format
