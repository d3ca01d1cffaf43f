package drift

import (
	"slices"
	"time"
)

// Prefs are what a person chose for how the console looks to them; each zero value leaves it to the
// browser.
type Prefs struct {
	Lang  string `json:"lang,omitempty"`  // a BCP 47 tag, "de"
	Zone  string `json:"zone,omitempty"`  // an IANA time zone, "Europe/Berlin"
	Theme string `json:"theme,omitempty"` // "light" or "dark"
	// KeysOff switches the single-key shortcuts off, which get in the way of speech input.
	KeysOff bool `json:"keys_off,omitempty"`
}

// maxZone is longer than any name in the IANA database, in bytes.
const maxZone = 64

// Validate checks what can be checked without knowing the languages that the console speaks.
func (p Prefs) Validate() error {
	if !slices.Contains([]string{"", "light", "dark"}, p.Theme) {
		return Invalid("theme", "The theme is light, dark or that of the system.")
	}
	if p.Zone == "" {
		return nil
	}
	if _, err := time.LoadLocation(p.Zone); err != nil || len(p.Zone) > maxZone || p.Zone == "Local" {
		return Invalid("zone", "There is no such time zone. Zones are written as in Europe/Berlin.")
	}
	return nil
}
