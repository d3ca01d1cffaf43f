package component

import "github.com/a-h/templ"

// FieldVM is one labelled field of a form. Problem is the sentence that says what is wrong with it.
type FieldVM struct {
	ID, Name, Label, Value string
	Hint                   string // under the field, "" for none
	Problem                string
	// Lines above 1 makes it a text area of that height.
	Lines int
	Must  bool
	Max   int // characters; 0 for no bound
	// List is the id of a datalist with suggestions.
	List string
	// Plain is for names and numbers: no spelling, no suggestions.
	Plain bool
	// Type is the kind of input, "" for text: "password", "date", "search".
	Type string
	// Fill is what a browser may fill in: "new-password", "current-password", "username".
	Fill string
}

func (f FieldVM) describedBy() string {
	switch {
	case f.Problem != "" && f.Hint != "":
		return f.ID + "-problem " + f.ID + "-hint"
	case f.Problem != "":
		return f.ID + "-problem"
	case f.Hint != "":
		return f.ID + "-hint"
	}
	return ""
}

// attributes are those that an input and a text area share.
func (f FieldVM) attributes() templ.Attributes {
	a := templ.Attributes{"id": f.ID, "name": f.Name, "required": f.Must}
	if d := f.describedBy(); d != "" {
		a["aria-describedby"] = d
	}
	if f.Problem != "" {
		a["aria-invalid"] = "true"
	}
	if f.Max > 0 {
		a["maxlength"] = f.Max
	}
	if f.List != "" {
		a["list"] = f.List
	}
	if f.Plain {
		a["spellcheck"], a["autocomplete"], a["autocapitalize"] = "false", "off", "off"
	}
	if f.Type != "" {
		a["type"] = f.Type
	}
	if f.Fill != "" {
		a["autocomplete"] = f.Fill
	}
	return a
}

// OptionVM is one choice of a list.
type OptionVM struct {
	Value, Label string
	Selected     bool
}

// SelectVM is one labelled list of choices.
type SelectVM struct {
	ID, Name, Label string
	Options         []OptionVM
	Problem         string
	Must            bool // one with a value has to be chosen
	Quiet           bool // the label is read aloud and not shown: its options say what it is
}

func (s SelectVM) labelClass() string {
	if s.Quiet {
		return "sr"
	}
	return "f"
}
