package query

import (
	"strconv"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// ageUnits are the units of an age, the largest first.
var ageUnits = []struct {
	letter byte
	span   time.Duration
}{
	{'w', 7 * 24 * time.Hour},
	{'d', 24 * time.Hour},
	{'h', time.Hour},
	{'m', time.Minute},
}

// maxAge bounds an age: ten years.
const maxAge = 3653 * 24 * time.Hour

// wrongAge is the sentence about what is no age.
const wrongAge = "%q is no age. Write age:>2h or age:<30m, with m, h, d or w."

// parseAge reads ">2h", "<1d12h"; a bare "2h" is older than that. It returns what is wrong as the
// format of a sentence, "" where nothing is.
func parseAge(s string) (b drift.AgeBound, wrong string) {
	if rest, ok := strings.CutPrefix(s, "<"); ok {
		b.Younger, s = true, rest
	} else {
		s = strings.TrimPrefix(s, ">")
	}
	if s == "" {
		return b, wrongAge
	}
	for s != "" {
		digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
		if digits == 0 || digits > 6 || digits == len(s) {
			return b, wrongAge
		}
		n, err := strconv.Atoi(s[:digits])
		unit := unitOf(s[digits])
		if err != nil || unit == 0 {
			return b, wrongAge
		}
		if n > int(maxAge/unit) || b.Span+time.Duration(n)*unit > maxAge {
			return b, "%q is longer than ten years."
		}
		b.Span += time.Duration(n) * unit
		s = s[digits+1:]
	}
	return b, ""
}

func unitOf(letter byte) time.Duration {
	for _, u := range ageUnits {
		if u.letter == letter {
			return u.span
		}
	}
	return 0
}

// ageText writes a bound as parseAge reads it.
func ageText(a drift.AgeBound) string {
	var b strings.Builder
	b.WriteByte('>')
	if a.Younger {
		b.Reset()
		b.WriteByte('<')
	}
	left := a.Span
	for _, u := range ageUnits {
		if n := left / u.span; n > 0 {
			b.WriteString(strconv.FormatInt(int64(n), 10))
			b.WriteByte(u.letter)
			left -= n * u.span
		}
	}
	if a.Span == 0 {
		b.WriteString("0m")
	}
	return b.String()
}
