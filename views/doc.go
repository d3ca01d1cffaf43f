// Package views is the parent of everything that becomes HTML.
//
//   - component: small pieces shared by pages and live fragments
//   - layout: the shell around a page, and the bare frame of sign-in
//   - page: one templ file per page, its view model beside it
//   - chart: server-rendered SVG
//   - lang: words, numbers and times in the reader's language
//   - viewtest: sample view models for golden tests and screenshots
//
// A view model holds exactly what is shown: strings where the words matter,
// time.Time where the reader's zone decides. Templates call nothing but
// formatting functions of their own package, and views import only static and
// each other. A page and its live fragment render through the same component,
// so their bytes are equal.
//
// What differs from reader to reader (name in the top bar, theme) is in the
// shell; what is inside a page depends only on the role class and the tenants
// of the reader, so a handler may keep it rendered.
package views
