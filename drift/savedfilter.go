package drift

import "time"

// MaxSavedFilters is how many filters a person may keep.
const MaxSavedFilters = 12

// MaxFilterName is how many characters a filter's name may have.
const MaxFilterName = 60

// SavedFilter is a person's own filter of the board. The query is as they wrote it.
type SavedFilter struct {
	Name    string
	Query   string
	Default bool // what the board shows where the address says nothing
}

// Present is somebody who has an alert open.
type Present struct {
	Name  string
	Since time.Time
}

// PresenceFor is for how long after a page's last sign somebody counts as there. Pages give one every
// third of it.
const PresenceFor = 45 * time.Second

// MaxPresent bounds how many people are named on one alert.
const MaxPresent = 20
