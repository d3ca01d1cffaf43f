// Package drift holds the nouns of Driftwatch: tenants, models, predictions, reports, alerts,
// settings, events, and the errors that people and programs are given. It does no I/O and
// imports nothing else of this project; every other package points here.
package drift
