package localpg

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"time"
)

// Code says which kind of failure an Error is.
type Code string

// The codes of Error. They are stable.
const (
	CodeNoBinaries   Code = "no_binaries"   // no PostgreSQL was found on this machine
	CodeWrongVersion Code = "wrong_version" // the cluster or a backup needs another major version
	CodeInUse        Code = "in_use"        // another process runs this data directory
	CodePermission   Code = "permission"    // the operating system refused
	CodeDiskFull     Code = "disk_full"     // no space left
	CodeNotEmpty     Code = "not_empty"     // a restore would have to overwrite something
	CodeBadBackup    Code = "bad_backup"    // a backup is damaged, cut off or something else
	CodeFailed       Code = "failed"        // PostgreSQL did not start for a reason of its own
)

// Error is a failure that a person can mend. Message is a plain sentence that
// says what to do; Err, where there is one, is what lies behind it.
type Error struct {
	Code    Code
	Message string
	Err     error
}

func (e *Error) Error() string { return e.Message }
func (e *Error) Unwrap() error { return e.Err }

// Holder says which process runs a data directory.
type Holder struct {
	PID     int       `json:"pid"`
	Purpose string    `json:"purpose"` // e.g. "driftwatch serve"
	Since   time.Time `json:"since"`
}

func (h Holder) String() string {
	if h.PID == 0 {
		return "another process"
	}
	return fmt.Sprintf("%q (process %d, since %s)", h.Purpose, h.PID, h.Since.UTC().Format("2006-01-02 15:04:05 UTC"))
}

// HeldError is returned, wrapped in an Error of CodeInUse, when another
// process runs the data directory.
type HeldError struct {
	DataDir string
	Holder  Holder
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("data directory %s is held by %s", e.DataDir, e.Holder)
}

func inUse(dir string, h Holder) error {
	return &Error{
		Code:    CodeInUse,
		Message: fmt.Sprintf("The data directory %s is already in use by %s. Stop that one first, or set DRIFTWATCH_DATA_DIR to another directory.", dir, h),
		Err:     &HeldError{DataDir: dir, Holder: h},
	}
}

// plain turns what the operating system said while doing something to path
// into a sentence, and leaves what it does not know as it is.
func plain(err error, path string) error {
	var known *Error
	switch {
	case err == nil || errors.As(err, &known):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return diskFull(path, err)
	case errors.Is(err, fs.ErrPermission):
		return &Error{
			Code:    CodePermission,
			Message: fmt.Sprintf("This user may not use %s. Run as the user that owns it, or set DRIFTWATCH_DATA_DIR to a directory of your own.", path),
			Err:     err,
		}
	case errors.Is(err, syscall.EROFS):
		return &Error{
			Code:    CodePermission,
			Message: fmt.Sprintf("%s lies on a file system that cannot be written. Set DRIFTWATCH_DATA_DIR to a directory that can.", path),
			Err:     err,
		}
	}
	return err
}

func diskFull(path string, err error) error {
	return &Error{
		Code:    CodeDiskFull,
		Message: fmt.Sprintf("The disk that holds %s is full. Free some space and start again; what is stored there has been left as it was.", path),
		Err:     err,
	}
}

// plainOutput reads what initdb or postgres printed before it gave up.
func plainOutput(what, cluster, output string, err error) error {
	if err == nil {
		err = errors.New("ended without an error")
	}
	if output == "" {
		output = err.Error() // it could not even be run
	}
	err = fmt.Errorf("%s: %w: %s", what, err, strings.TrimSpace(output))
	switch {
	case strings.Contains(output, "No space left on device"), strings.Contains(output, "Disk quota exceeded"):
		return diskFull(cluster, err)
	case strings.Contains(output, "Permission denied"), errors.Is(err, fs.ErrPermission):
		return plain(fmt.Errorf("%w: %w", err, fs.ErrPermission), cluster)
	}
	return &Error{
		Code:    CodeFailed,
		Message: fmt.Sprintf("PostgreSQL did not start on %s: %s", cluster, lastReason(output)),
		Err:     err,
	}
}

// lastReason is the last line of PostgreSQL's output that says why, without
// its time stamp.
func lastReason(output string) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		for _, mark := range []string{"PANIC:", "FATAL:", "initdb: error:"} {
			if _, reason, ok := strings.Cut(lines[i], mark); ok {
				return strings.TrimSpace(reason)
			}
		}
	}
	if last := lines[len(lines)-1]; last != "" {
		return last
	}
	return "it gave no reason"
}
