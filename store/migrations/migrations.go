// Package migrations holds the schema as SQL, forward only, applied in order by package store.
package migrations

import "embed"

// FS holds one file per migration, named NNNNN_what.sql.
//
//go:embed *.sql
var FS embed.FS
