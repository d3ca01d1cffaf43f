package command

import (
	"os"
	"strconv"

	"github.com/driftwatch/driftwatch/drift/retrain"
)

// Variables that the program finds in its environment, beside the usual few.
const (
	dirVariable     = "DRIFTWATCH_TRAINER_DIR"
	memoryVariable  = "DRIFTWATCH_TRAINER_MEMORY_BYTES"
	secondsVariable = "DRIFTWATCH_TRAINER_SECONDS"
	runVariable     = "DRIFTWATCH_TRAINER_RUN" // marks every process of one run
)

// environment is all that the program and its guard get. It is written anew rather than cleaned:
// whatever secret the server is given next year, the program does not get it.
func environment(job retrain.Job, token string) []string {
	path := os.Getenv("PATH")
	if path == "" {
		path = "/usr/local/bin:/usr/bin:/bin"
	}
	env := []string{
		"PATH=" + path,
		"HOME=" + job.Dir,
		"TMPDIR=" + job.Dir,
		"LANG=C.UTF-8",
		"TZ=UTC",
		dirVariable + "=" + job.Dir,
		runVariable + "=" + token,
	}
	if job.Timeout > 0 {
		env = append(env, secondsVariable+"="+strconv.FormatInt(int64(job.Timeout.Seconds()), 10))
	}
	if job.MemoryBytes > 0 {
		// A program written in Go collects harder before it comes to the limit.
		env = append(env,
			memoryVariable+"="+strconv.FormatInt(job.MemoryBytes, 10),
			"GOMEMLIMIT="+strconv.FormatInt(job.MemoryBytes/10*9, 10))
	}
	return env
}
