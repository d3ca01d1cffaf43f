// Package store keeps everything in PostgreSQL: one file per noun, its SQL beside its Go. Together
// with its subpackages and cmd it is all that knows pgx.
//
// # Transactions
//
// An exported method of DB is one transaction or several; a method of Tx is a part of one. Work
// begins with DB.InTx or DB.View, which take the actor and with it the rights: a system actor works
// as the owner, everybody else as driftwatch_app under row-level security limited to the actor's
// tenants. Ingestion works as driftwatch_ingest, because PostgreSQL refuses COPY under row-level
// security, and checks the tenant of every row before it writes.
//
// # Order of locks
//
// Whatever takes several locks takes them in one order, so that nothing deadlocks: advisory day
// locks, model versions, prediction keys (by hash), log rows (by partition, tenant, time, id), the
// outcome inbox (by tenant, id), marks, and last of all the heads of events and of the audit log.
package store
