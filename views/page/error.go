package page

import (
	"net/http"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// ErrorVM is a page that says what went wrong and what to do, in sentences.
type ErrorVM struct {
	Status int
	// Title and Text override the words of the status where the caller knows
	// more: "J. Lindqvist took it 3 s ago".
	Title, Text string
	// Code is the stable code of the error, Request its id in the log; both
	// may be empty.
	Code, Request string
	// Back leads on; empty is the board.
	Back      string
	BackLabel string
}

// words are the sentences for a status, the caller's own first.
func (v ErrorVM) words(l lang.Lang) (title, text string) {
	switch v.Status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		title, text = l.T("This cannot be taken as it is"), l.T("Nothing was changed. Go back, correct it and send it again.")
	case http.StatusForbidden:
		title, text = l.T("Your role does not allow this"), l.T("Nothing was changed. An administrator can give you the role it needs, or somebody who has it can do it.")
	case http.StatusNotFound:
		title, text = l.T("There is nothing here for you"), l.T("The address may be mistyped, the thing may have been removed, or it belongs to a tenant that you do not see.")
	case http.StatusConflict:
		title, text = l.T("Somebody was faster"), l.T("It was changed after you loaded the page, so nothing of yours was done. Look at how it stands now.")
	case http.StatusMethodNotAllowed:
		title, text = l.T("This address does not take that"), l.T("Go back and use the button on the page.")
	case http.StatusRequestEntityTooLarge:
		title, text = l.T("That was too much at once"), l.T("Nothing was changed. Send less in one go.")
	case http.StatusTooManyRequests:
		title, text = l.T("Too many requests"), l.T("Wait a minute, then try again.")
	case http.StatusServiceUnavailable:
		title, text = l.T("The server cannot answer just now"), l.T("It waits for its database. Nothing is lost; try again in a minute.")
	default:
		title, text = l.T("The server made a mistake"), l.T("Nothing of yours was changed. It is written in the server's log; try again, and give an administrator the number below if it stays.")
	}
	if v.Title != "" {
		title = v.Title
	}
	if v.Text != "" {
		text = v.Text
	}
	return title, text
}

// Heading is the error in a few words.
func (v ErrorVM) Heading(l lang.Lang) string { t, _ := v.words(l); return t }

func (v ErrorVM) text(l lang.Lang) string { _, t := v.words(l); return t }

func (v ErrorVM) back(l lang.Lang) component.ButtonVM {
	b := component.ButtonVM{Label: v.BackLabel, Href: v.Back, Kind: "p", Size: "big"}
	if b.Href == "" {
		b.Href, b.Label = "/", l.T("Go to the board")
	}
	return b
}
