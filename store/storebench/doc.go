// Package storebench measures ingestion beside what PostgreSQL itself can do: bare CopyFrom of the
// same rows, parsed beforehand, in the same batches into the same tables and indexes, key table
// included. It is used by benchmarks, not by the server.
package storebench
