package retrain

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// plainLimit is how many bytes of a trainer's line are shown.
const plainLimit = 500

// escapes are the sequences by which programs colour and move on a terminal.
var escapes = regexp.MustCompile(`\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[@-Z\\^_])`)

// Plain makes what a trainer says fit to be shown in one line: without control and invisible
// characters, at most 500 bytes.
func Plain(text string) string {
	text = escapes.ReplaceAllString(strings.ToValidUTF8(text, "�"), "")
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, text))
	if len(text) > plainLimit {
		cut := plainLimit
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut]
	}
	return text
}

// Spoken writes a time limit as people say it: "2 hours", "90 minutes", "1 second".
func Spoken(d time.Duration) string {
	for _, u := range []struct {
		unit      time.Duration
		one, many string
	}{{time.Hour, "1 hour", "%d hours"}, {time.Minute, "1 minute", "%d minutes"}, {time.Second, "1 second", "%d seconds"}} {
		switch n := d / u.unit; {
		case n < 1 || d%u.unit != 0:
		case n == 1:
			return u.one
		default:
			return fmt.Sprintf(u.many, n)
		}
	}
	return d.String()
}
