package page

// SearchVM is the page of a search.
type SearchVM struct {
	Question string
	Items    []FoundVM
}

// FoundVM is one result of a search: a row of the page, and one of the list under Ctrl-K.
type FoundVM struct {
	// Label is its name, Hint what it says, Kind what it is: "Alert 17, new".
	Label string `json:"label"`
	Hint  string `json:"hint,omitempty"`
	Kind  string `json:"kind"`
	Href  string `json:"href"`
	// Mark is the class of a severity mark, "c"; where it is empty Icon stands in its place.
	Mark string `json:"mark,omitempty"`
	Icon string `json:"icon,omitempty"`
}
