// Package lang puts the console's words, numbers and times into the reader's language. It is the one
// catalogue of texts.
//
// The English sentence stands where it is used, and is the key of its translation:
//
//	l := lang.From(ctx)                                  // in a template or a handler
//	l.T("No check since %s", l.Weekday(day))             // a text with its arguments, as fmt writes them
//	l.N(n, "%d open alert", "%d open alerts")            // n with the form of the sentence that belongs to it
//	l.Count(1440), l.Percent(0.39, 1), l.P(p), l.Age(d)  // numbers and times: 1,440 or 1.440
//
// A translation is an entry of the catalogue file of its area, de_board.go and the like: one form for a text,
// two (one, other) for a plural, where the plural's key is its other form. Arguments may change
// places with %[2]s. What is not translated comes in English, and a test fails: it reads every call of T, N and
// Key in the sources. A text that is chosen first and translated later (a table of
// words by status) is marked with [Key] where it stands.
//
// Texts name things by whole sentences; they are not put together from pieces whose order or
// endings another language would change.
package lang
