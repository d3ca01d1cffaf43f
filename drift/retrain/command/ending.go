package command

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

// results are the files that a trainer has to leave.
var results = []string{retrain.FileArtifact, retrain.FilePredictions, retrain.FileMetrics}

// ending is how a run ended: what the guard reported, and why the server ended it, if it did.
type ending struct {
	report
	cause error
}

// judge turns the ending into nil or a sentence; last is the last line that the program printed.
func (e ending) judge(job retrain.Job, last string) error {
	switch {
	case errors.Is(e.cause, errTimeLimit):
		return failure("The trainer did not finish within %s and was stopped.", retrain.Spoken(job.Timeout))
	case e.cause != nil:
		return fmt.Errorf("the training was cancelled: %w", e.cause)
	case e.StartError != "":
		return failure("The trainer could not be started: %s.", e.StartError)
	case e.OverMemory:
		return failure("The trainer used more than %d MiB of memory and was stopped.", job.MemoryBytes>>20)
	case !e.Ended:
		return failure("The process that guards the trainer was killed, and the trainer with it.")
	case e.Signal == int(syscall.SIGKILL):
		return failure("The trainer was killed from outside (signal 9), as the system does when memory runs out.%s", quoted(last))
	case e.Signal != 0:
		return failure("The trainer was ended by signal %d (%s).%s", e.Signal, syscall.Signal(e.Signal), quoted(last))
	case e.Exit != 0:
		return failure("The trainer ended with exit code %d.%s", e.Exit, quoted(last))
	}
	for _, name := range results {
		// A link is no result: it could name any file that the server may read.
		if st, err := os.Lstat(filepath.Join(job.Dir, name)); err != nil || !st.Mode().IsRegular() {
			return failure("The trainer ended without leaving the file %s.", name)
		}
	}
	return nil
}

func failure(format string, args ...any) error {
	return &drift.Error{Code: drift.CodeInvalid, Field: "trainer", Message: fmt.Sprintf(format, args...)}
}

func quoted(last string) string {
	if last == "" {
		return " It printed nothing."
	}
	return " Its last line: " + last
}
