// Package webhook trains by asking an outside service: it sends the job in one signed request, asks
// from time to time how it goes, and fetches the result. The service needs no access to Driftwatch;
// it may call back to be asked at once. docs/trainers.md describes the protocol.
package webhook
