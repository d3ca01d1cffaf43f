// Package static holds what browsers fetch besides pages: style sheets, script
// modules, icons. Everything is embedded in the program.
//
// One hash over the whole tree stands in every URL (/static/<hash>/js/live.js),
// so a file is immutable under its URL, and a relative import inside a module
// ("./dom.js") leads to the file of the same build without any rewriting. The
// style sheets are joined into css/app.css; comments are left out of what is
// served, and the gzip form is made once, at start.
package static
