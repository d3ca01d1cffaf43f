package page

// HelpVM is the index of the help.
type HelpVM struct {
	Sections []HelpSectionVM
	Keys     []KeyVM
}

// HelpSectionVM is a section of the guide in a list.
type HelpSectionVM struct {
	Title, Href string
	Current     bool
	Parts       []HelpPartVM
}

// HelpPartVM is a heading within a section.
type HelpPartVM struct{ Title, Href string }

// HelpPageVM is one section of the guide.
type HelpPageVM struct {
	Title    string
	HTML     string
	Sections []HelpSectionVM
	Next     HelpPartVM // the section after it; empty after the last one
}

// KeyVM is keys and what they do. Keys are separate ones where a space stands between them, unless Chord says that
// they are pressed together.
type KeyVM struct {
	Keys, What string
	Chord      bool
}
