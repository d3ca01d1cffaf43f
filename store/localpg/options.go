package localpg

import (
	"context"
	"log/slog"
	"os"
	"strconv"
	"strings"
)

// Options say what to run and how. The zero value runs ./.driftwatch with the
// newest PostgreSQL found.
type Options struct {
	DataDir  string            // where everything is kept; "" is ./.driftwatch
	BinDir   string            // where initdb and postgres are; "" is DRIFTWATCH_PG_BIN, else a search
	Logger   *slog.Logger      // nil: silent
	Purpose  string            // told to whoever is refused, as "driftwatch serve"; "" is the command line
	Volatile bool              // for tests alone: quick, and a power cut loses everything
	Settings map[string]string // further settings of the server, by name
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Purpose == "" {
		o.Purpose = strings.Join(os.Args[:min(2, len(os.Args))], " ")
	}
	return o
}

func (o Options) layout(ctx context.Context) (layout, error) {
	return findLayout(ctx, o.DataDir, func() (account, binaries, error) {
		acct, err := chooseAccount("")
		if err != nil {
			return account{}, binaries{}, err
		}
		bins, err := chooseBinaries(ctx, o.BinDir, "", 0)
		return acct, bins, err
	})
}

// serverArgs is the postmaster's command line. Settings stand here rather
// than in a file, so that a new release brings its own.
func (o Options) serverArgs(l layout, socket string) []string {
	args := []string{"-D", l.cluster}
	set := func(name, value string) { args = append(args, "-c", name+"="+value) }
	set("listen_addresses", "")
	set("unix_socket_directories", socket)
	set("unix_socket_permissions", "0700")
	set("port", strconv.Itoa(port))
	set("timezone", "UTC")
	set("log_timezone", "UTC")
	set("log_destination", "stderr")
	set("logging_collector", "off") // logFile takes it
	set("log_line_prefix", "%m [%p] ")
	set("wal_level", "replica") // for backups while it serves
	set("max_wal_size", "2GB")
	set("checkpoint_timeout", "15min")
	set("shared_buffers", "256MB")
	set("effective_cache_size", "1GB")
	set("random_page_cost", "1.1")
	durable := "on"
	if o.Volatile {
		durable = "off"
		set("autovacuum_naptime", "1h")
	}
	// synchronous_commit stays on for tests too: without it a killed
	// postmaster, and not only a power cut, would lose commits.
	set("synchronous_commit", "on")
	set("fsync", durable)
	set("full_page_writes", durable)
	for name, value := range o.Settings {
		set(name, value)
	}
	return args
}
