// Package query reads the language in which people ask for alerts:
//
//	severity:critical,high -status:resolved tenant:acme age:>2h "moved up"
//
// Terms stand side by side and all of them hold. A comma between values is "or", a minus before a term
// is "not". What has no field is looked for in the words of the alert. Quotes keep spaces, commas and
// colons together; within them \" is a quote and \\ a backslash.
//
// It is pure: text in, terms out. What a term means in the database is the store's to say.
package query
