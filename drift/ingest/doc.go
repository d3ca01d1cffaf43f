// Package ingest is the one parser for logs of predictions and of outcomes,
// used alike by the shell's import and by HTTP. It is pure: an [io.Reader]
// goes in; columns of accepted rows and a list of refused ones come out.
//
// # Formats
//
// CSV (RFC 4180 with a header row, columns in any order, LF or CRLF, with or
// without a byte order mark), NDJSON (one object a line) and one JSON array of
// objects; each plain or gzip, several gzip members in a row included. What it
// is, is told from the content, never from a name; [Options.Format] may force
// the text format, gzip is always told from the content.
//
// # Use
//
//	r := ingest.NewPredictionReader(body, ingest.Options{})
//	var b ingest.PredictionBatch
//	for {
//		err := r.Next(&b, 10_000)
//		if err == io.EOF { break }
//		if err != nil { return err } // *FileError: nothing more can be read
//		// store b; report r.Errors()
//	}
//
// One pass, constant memory: a line (in CSV a record, in an array an element)
// is at most [MaxLine] bytes, a batch ends early at [MaxBatchBytes] of text.
//
// # Rows
//
// A prediction has prediction_id, tenant, model_type, model_version,
// created_at, score and predicted; it may have actual, interval_low,
// interval_high and latency_ms. Everything else is a feature. An outcome has
// prediction_id, tenant and actual, perhaps observed_at; its further columns
// are left out. Field names are case-sensitive.
//
//   - prediction_id is 1 to 200 bytes of UTF-8, the names of tenant, model type
//     and version 1 to 100; none has a control character or begins or ends with
//     white space.
//   - created_at and observed_at are RFC 3339 with an offset; a space instead of
//     the T and an offset without minutes or without its colon (as PostgreSQL
//     writes it) are accepted too. Kept to the microsecond, digits beyond that
//     are cut off. From 1970 on, at most 24 hours ahead of now.
//   - score is a finite number from 0 to 1; minus zero is kept as zero.
//   - predicted and actual are true, false, t, f, yes, no, 1, 0, 1.0 or 0.0 in
//     any case; in JSON a bool, a number or such a text. An empty or null actual
//     is an unknown outcome in a prediction, and is refused in an outcome.
//   - interval_low ≤ interval_high and latency_ms ≥ 0 are finite numbers.
//
// # Features
//
// Features become one JSON object in a canonical form: keys in byte order, no
// white space, no escape where none is needed, every digit of a number kept. A
// CSV field is a number where its text is a JSON number, else a text. Empty
// fields, empty texts and nulls are absent, so that a log has the same content
// in either format. Nested JSON is kept in its order, compacted. Refused is
// what PostgreSQL's jsonb cannot hold or no model can use: U+0000, surrogates
// without a partner, broken UTF-8, numbers beyond ±1e309 or with more than
// [MaxNumberDigits] digits, the same key twice, more than [MaxFeatures] features
// or [MaxFeatureBytes] bytes of them.
//
// # Identity
//
// The prediction_id (by its hash, see [IDHash]) identifies a row in its tenant.
// The same id again is the same row if created_at, model_type, model_version,
// score, predicted, features, intervals and latency are equal, else a conflict;
// comparing is the store's work. actual is no part of identity: on a repeat it
// is an outcome like any other.
//
// # Errors
//
// A bad row is refused with a [RowError] and reading goes on with the next. A
// CSV record whose quotes do not work out is refused, and reading goes on at
// the physical line after the one it began on. A [FileError] ends the input;
// rows read before it have been handed out by then. Of a damaged gzip file that
// may be rows with the damage in them: its checksum comes last, and to wait for
// it would be to keep the whole file.
package ingest
