package main

import (
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/driftwatch/driftwatch/docs"
)

var (
	shellBlock  = regexp.MustCompile("(?ms)^ *```sh\n(.*?)^ *```")
	commandLine = regexp.MustCompile(`(?m)^ *(driftwatch .*)$`)
	commandSpan = regexp.MustCompile("`(driftwatch [^`]*)`")
	shellWord   = regexp.MustCompile(`"[^"]*"|\S+`)
)

// TestGuideCommands: every command line that the guide prints, in either language, is one that the program takes.
func TestGuideCommands(t *testing.T) {
	for name, guide := range map[string][]byte{"guide.md": docs.Guide, "guide.de.md": docs.GuideGerman} {
		var lines []string
		for _, b := range shellBlock.FindAllStringSubmatch(string(guide), -1) {
			for _, m := range commandLine.FindAllStringSubmatch(b[1], -1) {
				lines = append(lines, m[1])
			}
		}
		for _, m := range commandSpan.FindAllStringSubmatch(string(guide), -1) {
			lines = append(lines, m[1])
		}
		if len(lines) < 20 {
			t.Errorf("%s: only %d commands found", name, len(lines))
		}
		for _, line := range lines {
			var args []string
			for _, w := range shellWord.FindAllString(line, -1)[1:] {
				args = append(args, strings.Trim(w, `"`))
			}
			var c cli
			parser, err := kong.New(&c, kong.Name("driftwatch"), kong.Writers(io.Discard, io.Discard), kong.Vars{"version": version})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := parser.Parse(args); err != nil {
				t.Errorf("%s: %s: %v", name, line, err)
			}
		}
	}
}
