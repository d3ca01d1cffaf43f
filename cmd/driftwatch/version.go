package main

import (
	"fmt"
	"runtime"
)

// version is set by the build: -ldflags "-X main.version=…".
var version = "development"

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(s *session) error {
	_, err := fmt.Fprintf(s.out, "driftwatch %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
