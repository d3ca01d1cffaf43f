// Package component holds the parts that pages and live fragments share:
// severity marks, badges, times, buttons, panels, rows.
//
// Rules that every part keeps: no inline style or script (the pages run under
// a strict Content-Security-Policy), no id that a second use on the same page
// would repeat, times as <time datetime> in UTC which time.js turns into the
// reader's zone, and a button that is off says why.
//
// Anything that changes state carries data-acts: while a page is not live,
// live.js switches those off.
package component
