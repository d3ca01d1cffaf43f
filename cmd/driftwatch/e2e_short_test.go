//go:build !torture

package main_test

// everyPage is whether every kind of page is gone through in German and under the audit: the long form
// alone does, which make torture runs. It takes two minutes of both cores.
const everyPage = false
