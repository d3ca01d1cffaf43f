// Package help renders the operator guide of package docs for the console: once, section by section, in every
// language. The guide is Markdown of the house, and is still trusted with nothing: raw HTML in it is left out.
package help
