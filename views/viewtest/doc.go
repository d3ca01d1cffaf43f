// Package viewtest holds sample view models, one Case for each state of each
// page: golden tests render them, and so does whoever wants to look at a page
// without a server. Nothing in the program imports it.
package viewtest
