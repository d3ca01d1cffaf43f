// Package layout is the frame around every page: head, top bar, banners, the
// state of the live link, and the bare frame of sign-in.
//
// Page takes the reader's part (Shell) and the page's part (children)
// separately: the children depend on role class and tenants only and may be
// kept rendered, the shell is written per request.
package layout
