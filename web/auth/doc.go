// Package auth knows who makes a request: people by a session cookie, programs by a token.
//
// # How a request gets its actor
//
// Identify looks for "Authorization: Bearer" first and for the cookie then, and asks the store who
// that is now: role and tenants are never kept in the cookie, so that a change holds from the next
// request on. The answer may be remembered for up to a second while the store's bell rings this
// server whenever rights end or change (Ring); without the bell (Listening) it is asked every time.
//
// # What is kept
//
// Passwords as argon2id, sessions and tokens as SHA-256 of 32 random bytes. A session that ended
// stays ended, also for a request that was under way.
//
// # Parameters of argon2id
//
// 19 MiB, two passes, one lane, as OWASP's password storage cheat sheet gives them: about 25 ms on
// one core. The heavier 64 MiB of RFC 9106 would let a handful of strangers at the sign-in page
// take the memory bandwidth of a small machine from the checks. At most Options.Hashings are
// computed at once.
package auth
