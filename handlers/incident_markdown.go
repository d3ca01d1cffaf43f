package handlers

import (
	"fmt"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// plainMarkdown writes what people and programs wrote on one line as plain words of Markdown.
var plainMarkdown = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "&", "&amp;", "<", "&lt;", ">", "&gt;", "#", `\#`, "|", `\|`,
	"!", `\!`, "~", `\~`, "$", `\$`,
	"\r", " ", "\n", " ",
)

// quotedMarkdown is what people wrote as Markdown, as a quotation: none of it passes for a heading or a fact of the
// file itself. It holds no HTML, and no picture, which would be fetched from wherever its address says.
func quotedMarkdown(text string) string {
	text = strings.NewReplacer("\r\n", "\n> ", "\r", "\n> ", "\n", "\n> ", "<", "&lt;", "![", `!\[`).Replace(text)
	return "> " + text
}

// reviewMarkdown is the review of an incident as a text to file: the facts, and what people wrote. Times are UTC.
func reviewMarkdown(l lang.Lang, d drift.IncidentReview) string {
	var b strings.Builder
	md := func(s string) string { return plainMarkdown.Replace(s) }
	fmt.Fprintf(&b, "# %s\n\n", md(reviewTitle(l, d)))
	fmt.Fprintf(&b, "%s\n\n## %s\n\n", md(l.N(int64(d.Alerts.Total), "%d alert of one cause", "%d alerts of one cause")), l.T("Times"))
	fmt.Fprintf(&b, "- %s: %s\n", l.T("Raised"), l.FullUTC(d.Times.Raised.UTC()))
	for _, s := range spans(l, d.Times) {
		if s.known() {
			fmt.Fprintf(&b, "- %s: %s (%s)\n", s.what, l.Age(s.took()), l.FullUTC(s.to.UTC()))
		} else {
			fmt.Fprintf(&b, "- %s: %s\n", s.what, s.not)
		}
	}
	fmt.Fprintf(&b, "\n%s\n\n## %s\n\n", md(reviewDefined(l)), l.T("Causes"))
	if len(d.Causes) == 0 || d.Causes[0].Body == "" {
		fmt.Fprintf(&b, "%s\n", l.T("Nobody has written what the causes were."))
	} else {
		fmt.Fprintf(&b, "%s\n", quotedMarkdown(d.Causes[0].Body))
	}
	fmt.Fprintf(&b, "\n## %s\n\n", l.T("Follow-ups"))
	if len(d.FollowUps) == 0 {
		fmt.Fprintf(&b, "%s\n", l.T("Nothing is to be done yet."))
	}
	for _, f := range d.FollowUps {
		box, owner := " ", l.T("nobody yet")
		if !f.DoneAt.IsZero() {
			box = "x"
		}
		if f.Owner != "" {
			owner = f.Owner
		}
		fmt.Fprintf(&b, "- [%s] %s (%s)\n", box, md(f.Task), md(owner))
	}
	fmt.Fprintf(&b, "\n## %s\n\n", l.T("Timeline"))
	for _, s := range d.Steps.Items {
		e := stepEvent(l, s)
		fmt.Fprintf(&b, "- %s: %s", l.FullUTC(s.At.UTC()), md(spoken(e.Text)))
		if e.Note != "" {
			fmt.Fprintf(&b, ": %s", md(e.Note))
		}
		b.WriteByte('\n')
	}
	if n := d.Steps.Total - len(d.Steps.Items); n > 0 {
		fmt.Fprintf(&b, "\n%s\n", l.N(int64(n), "%d later step is not listed.", "%d later steps are not listed."))
	}
	fmt.Fprintf(&b, "\n## %s\n\n", l.T("Who was told"))
	for _, t := range d.Told.Items {
		v := toldVM(l, t, d.Tenant)
		fmt.Fprintf(&b, "- %s: %s %s, %s\n", l.FullUTC(t.At.UTC()), md(v.To), v.What, v.State)
	}
	fmt.Fprintf(&b, "\n%s\n", l.T("Deliveries to the webhooks of teams and of the tenant, kept for 30 days. Escalations stand in the timeline."))
	return b.String()
}

// spoken are the words of a sentence without its links.
func spoken(pieces []component.Piece) string {
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString(p.Text)
	}
	return b.String()
}
