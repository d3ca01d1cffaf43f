package page

import (
	"net/url"
	"strconv"
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// NoteVM is a note on a model. Its days are included.
type NoteVM struct {
	ID       int64
	From, To time.Time
	Text     string
	Author   string
	Now      bool // it holds today
	Past     bool
	Remove   bool // the reader may take it back
}

// RunbookVM is where to read what to do; URL is "" where none is set.
type RunbookVM struct {
	Severity component.Severity
	Name     string // of the severity, in its wire form
	URL      string
	SetBy    string
}

// ModelWorkVM is what people keep of a model.
type ModelWorkVM struct {
	Href       string // of the model's page
	Notes      []NoteVM
	Runbooks   []RunbookVM // every severity, the worst first
	MayNote    bool
	MayRunbook bool
	Today      string // for the form, a day
	SilenceURL string
}

// AlertWorkVM is what people keep of an alert and its model.
type AlertWorkVM struct {
	ID        int64
	ModelType string
	Severity  string // the alert's, in its wire form
	Runbook   string // its address; "" where none is set
	MayAsk    bool   // the reader sets runbooks: a missing one is said
	ModelHref string
	Notes     []NoteVM
	Feedback  *FeedbackVM
	MayJudge  bool
	// SilenceHref leads to the form for alerts like this one; "" for who may not. Silence is the one that
	// hides it now; 0 where none does.
	SilenceHref string
	Silence     int64
}

// nothing tells whether a reader who may only look finds nothing here.
func (w AlertWorkVM) nothing() bool {
	return w.Runbook == "" && !w.MayAsk && len(w.Notes) == 0 && w.Feedback == nil && !w.MayJudge
}

// FeedbackVM is what somebody said an alert turned out to be.
type FeedbackVM struct {
	Verdict string // real, expected, false
	Note    string
	By      string
	At      time.Time
}

// verdictChoices are the verdicts as forms offer them.
var verdictChoices = []struct{ value, label string }{
	{"real", lang.Key("Real: something was wrong")},
	{"expected", lang.Key("Expected: the change was known")},
	{"false", lang.Key("False: nothing was wrong, normal variance")},
}

// verdictOptions are the verdicts as a form offers them, the one that was said before chosen.
func verdictOptions(l lang.Lang, chosen string) []OptionVM {
	out := []OptionVM{{Label: l.T("not said")}}
	for _, c := range verdictChoices {
		out = append(out, OptionVM{Value: c.value, Label: l.T(c.label), Selected: c.value == chosen})
	}
	return out
}

var verdictSaid = map[string]string{
	"real":     lang.Key("%s says it was real"),
	"expected": lang.Key("%s says it was expected"),
	"false":    lang.Key("%s says it was a false alarm"),
}

func (f FeedbackVM) said(l lang.Lang) string { return l.T(verdictSaid[f.Verdict], f.By) }

func (w AlertWorkVM) path(what string) string {
	return "/alerts/" + strconv.FormatInt(w.ID, 10) + "/" + what
}

// days says when a note holds.
func (n NoteVM) days(l lang.Lang, now time.Time) string {
	return l.DaysAs(n.From, n.To.AddDate(0, 0, 1), now)
}

// NewSilenceHref leads to the form of a silence with these fields filled in.
func NewSilenceHref(tenant, modelType, kind, most string) string {
	q := url.Values{}
	for name, v := range map[string]string{"tenant": tenant, "model_type": modelType, "kind": kind, "max_severity": most} {
		if v != "" {
			q.Set(name, v)
		}
	}
	return "/silences/new?" + q.Encode()
}

func feedbackVerdict(f *FeedbackVM) string {
	if f == nil {
		return ""
	}
	return f.Verdict
}
