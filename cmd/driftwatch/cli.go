package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/driftwatch/driftwatch/drift"
)

// streams are where a command reads and writes: answers on out, everything else on err.
type streams struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

// cli is the whole command line. Help texts teach: they are the first documentation people read.
type cli struct {
	Serve    serveCmd    `cmd:"" help:"Run the server: pages, API, socket, daily checks."`
	Import   importCmd   `cmd:"" help:"Load a log of predictions or outcomes (CSV or NDJSON, plain or gzip)."`
	Run      runCmd      `cmd:"" help:"Run one daily job at once and print its reports."`
	Backfill backfillCmd `cmd:"" help:"Write the metrics and reports of a range of past days."`
	Replay   replayCmd   `cmd:"" help:"Step the whole loop, retraining included, through a range of past days."`
	Compare  compareCmd  `cmd:"" help:"Compare two files of numbers as the statistical check does; needs no database."`
	Predict  predictCmd  `cmd:"" help:"Score a file's rows with a version that the built-in trainer made."`
	Rollback rollbackCmd `cmd:"" help:"Put an earlier version of a model back into service; needs only the database."`
	Resume   resumeCmd   `cmd:"" help:"Let a model retrain by itself again after a rollback."`

	RehearseRollback rehearseRollbackCmd `cmd:"" help:"Prove on a shadow model that rolling back works; touches no model."`

	StopRetraining   stopRetrainingCmd   `cmd:"" help:"The emergency stop: nothing is trained or activated until it is lifted."`
	ResumeRetraining resumeRetrainingCmd `cmd:"" help:"Lift the emergency stop."`

	Tenant  tenantCmd  `cmd:"" help:"Tenants: add."`
	Model   modelCmd   `cmd:"" help:"Model types: add."`
	User    userCmd    `cmd:"" help:"People: add, list, disable, enable."`
	Token   tokenCmd   `cmd:"" help:"API tokens: add, list, revoke."`
	Wall    wallCmd    `cmd:"" help:"Links that show the wall and nothing else: add."`
	Team    teamCmd    `cmd:"" help:"Teams: list, add-member, remove-member."`
	Webhook webhookCmd `cmd:"" help:"Signed webhooks: list, set, rotate, remove, test, resend."`
	Config  configCmd  `cmd:"" help:"Settings: get, set, history; and the database's address."`
	Audit   auditCmd   `cmd:"" help:"The audit log: verify."`
	Backup  backupCmd  `cmd:"" help:"Save the private database to one file, also while the server runs."`
	Restore restoreCmd `cmd:"" help:"Bring a backup back into an empty data directory, verified."`
	Migrate migrateCmd `cmd:"" help:"Bring the database's tables up to this version."`
	Version versionCmd `cmd:"" help:"Print the version."`

	Database databaseFlags `embed:"" group:"database"`
}

// databaseFlags say where the database is; every command shares them.
type databaseFlags struct {
	URL     string `name:"database-url" env:"DATABASE_URL" placeholder:"DSN" help:"PostgreSQL 14 or later to use; without it a private one is run under the data directory."`
	DataDir string `name:"data-dir" env:"DRIFTWATCH_DATA_DIR" default:"./.driftwatch" type:"path" help:"Where the private PostgreSQL keeps its data, and a server its training jobs."`
	PGBin   string `name:"pg-bin" env:"DRIFTWATCH_PG_BIN" placeholder:"DIR" help:"Directory of PostgreSQL's programs, where they are not found by themselves."`
	Config  string `name:"config" env:"DRIFTWATCH_CONFIG" type:"path" placeholder:"FILE" help:"File of settings, a JSON object; values in the database go before it."`
}

// Exit codes of every command.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// errQuiet ends a command as failed after it has said everything itself.
var errQuiet = errors.New("failed")

// run parses the arguments, runs the command and returns the exit code.
func run(ctx context.Context, args []string, std streams) int {
	if code, ok := runTrainer(ctx, args, std); ok {
		return code
	}
	var c cli
	code := -1
	parser, err := kong.New(&c,
		kong.Name("driftwatch"),
		kong.Description("Driftwatch watches machine-learning models for drift and carries every alert to its end.\n\nStart with `driftwatch serve --demo` and open the address it prints."),
		kong.ShortUsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.ExplicitGroups([]kong.Group{{Key: "database", Title: "Database:"}}),
		kong.Writers(std.out, std.err),
		kong.Exit(func(c int) { code = c }),
		kong.Vars{"version": version},
	)
	if err != nil {
		fmt.Fprintln(std.err, err)
		return exitFailed
	}
	k, err := parser.Parse(args)
	if code >= 0 { // --help ends here
		return code
	}
	if err != nil {
		parser.FatalIfErrorf(err)
		return exitUsage
	}
	k.BindTo(ctx, (*context.Context)(nil))
	if err := k.Run(&session{db: c.Database, streams: std, clock: time.Now}); err != nil {
		return report(std.err, err)
	}
	return exitOK
}

// report writes a failure as a sentence and returns the exit code.
func report(w io.Writer, err error) int {
	var wrong usageError
	switch {
	case errors.Is(err, errQuiet):
	case errors.As(err, &wrong):
		fmt.Fprintln(w, wrong.Error())
		return exitUsage
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(w, "Stopped before it was done. What was finished is kept; run the command again to go on.")
	default:
		fmt.Fprintln(w, sentence(err))
	}
	return exitFailed
}

// sentence prefers our own words to a wrapped chain.
func sentence(err error) string {
	var e *drift.Error
	if errors.As(err, &e) {
		return e.Message
	}
	s := err.Error()
	return strings.ToUpper(s[:1]) + s[1:]
}

// usageError is a wrong use of a command that the parser cannot see.
type usageError string

func (e usageError) Error() string { return string(e) }
