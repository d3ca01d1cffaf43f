// Package hook delivers signed webhooks.
//
// The store keeps the queue: [Store] turns events into deliveries, hands out the first in line of
// each webhook under a lease, and takes down what came of it. This package makes the requests.
//
// # What a receiver can rely on
//
// At least once: an event is sent until the receiver has answered 2xx, and again where the answer
// did not reach us; every attempt has the same Idempotency-Key. In order: a webhook's next delivery
// waits until the one before has arrived or is dead. Genuine: the signature covers the body and the
// time of sending.
//
// # What a receiver cannot do
//
// Redirects are not followed, link-local addresses (where clouds keep their credentials) are not
// dialled, an answer is not shown or kept beyond its status, and takes at most ten seconds and
// 64 KiB. Other addresses of one's own network are allowed: that is where receivers live, and only
// administrators set them.
package hook
