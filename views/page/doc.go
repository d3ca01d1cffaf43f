// Package page holds one templ file per page with its view model beside it.
//
// A page renders the inside of main; layout.Page or layout.Bare goes around
// it. Its bytes depend on the view model alone.
package page
