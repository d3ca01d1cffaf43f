// Package web is the server around the handlers: listening, TLS, the middleware that every request
// passes, reading requests and writing answers. It knows no page and no table.
package web
