package component

// ButtonVM is one button or link that looks like one.
type ButtonVM struct {
	Label string
	// More is read aloud after Label and not shown: what the button is about,
	// where several of the same label stand on one page.
	More string
	// Kind is "p" (the one primary button of a region), "d" (dangerous),
	// "q" (quiet) or "" (plain).
	Kind string
	// Size is "big", "sm" or "".
	Size string
	// Wide fills the width of the region.
	Wide bool
	Icon string
	// Key is the single key that presses it (static/js/keys.js), shown beside its words.
	Key string
	// Href makes it a link.
	Href string
	// Name and Value are sent with the form.
	Name, Value string
	// FormAction overrides the form's action for this button.
	FormAction string
	// Acts marks what changes state: it is off while the page is not live.
	Acts bool
	// Off, when not empty, switches the button off and says why; ID must be
	// set then, unique on the page.
	Off string
	ID  string
}

func (b ButtonVM) class() string {
	c := "btn"
	if b.Kind != "" {
		c += " " + b.Kind
	}
	if b.Size != "" {
		c += " " + b.Size
	}
	if b.Wide {
		c += " full"
	}
	return c
}

// withoutKey is the button as it stands while it is off: no key presses it then.
func (b ButtonVM) withoutKey() ButtonVM {
	b.Key = ""
	return b
}
