// Package localpg runs the private PostgreSQL that Driftwatch uses when no
// DATABASE_URL is given.
//
// A data directory holds
//
//	postgres        the cluster, or a symbolic link to it (see below)
//	postgres.lock   held (flock) by the process that runs the cluster
//	postgres.users  held shared by every process that is using it
//	postgres.bin    the directory of the binaries that last ran it
//	postgres.log    what PostgreSQL wrote, with one older file beside it
//
// Rules, each of which came out of breaking a simpler launcher:
//
//   - The server listens on a Unix socket in a short directory that only its
//     owner can enter. Because of that, and only because of that, it trusts
//     whoever reaches the socket.
//   - PostgreSQL refuses to run as root. Under root it runs as the account
//     that owns the cluster, else as postgres, else as nobody. Where that
//     account cannot enter the data directory, as below a home of mode 0700,
//     the cluster is put under /var/lib/driftwatch and the data directory
//     gets a link to it.
//   - It is a child in a process group of its own, so that Ctrl-C reaches it
//     last; on Linux it also gets SIGINT, a fast shutdown, when its launcher
//     dies. An orphan that outlived its launcher is found and ended before the
//     next start. A postmaster that dies is started again under the same
//     address.
//   - Durability is never traded away, save for tests that ask for it.
//   - Nothing that ever held data is removed: not by a failed start, not by a
//     restore, not because the major version differs.
package localpg
