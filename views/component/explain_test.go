package component

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/views/help"
	"github.com/driftwatch/driftwatch/views/lang"
)

// TestTopics: each topic leads to a part of the guide that is there, or to a number of the page of numbers, and says what
// it is in words short enough for where it stands.
func TestTopics(t *testing.T) {
	guides, err := help.New(func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, s := range guides[lang.English].Sections {
		for _, p := range s.Parts {
			there[s.Href(p)] = true
		}
	}
	number := regexp.MustCompile(`^/help/numbers#[a-z-]+$`)
	for topic, x := range topics {
		if !there[x.href] && !number.MatchString(x.href) {
			t.Errorf("%s leads to %s", topic, x.href)
		}
		for _, l := range lang.All {
			if n := len([]rune(l.T(x.text))); n > 220 {
				t.Errorf("%s in %s has %d characters", topic, l.Name(), n)
			}
			var b bytes.Buffer
			if err := Explain(topic).Render(lang.With(context.Background(), l), &b); err != nil {
				t.Fatal(err)
			}
			if html := b.String(); !strings.HasPrefix(html, "<details") || !strings.Contains(html, `<summary aria-label="`) || !strings.Contains(html, x.href) {
				t.Errorf("%s: %s", topic, html)
			}
		}
	}
}

func TestNothingToExplain(t *testing.T) {
	var b bytes.Buffer
	for _, topic := range []Topic{"", "no such topic"} {
		if err := Explain(topic).Render(context.Background(), &b); err != nil {
			t.Fatal(err)
		}
		if err := ExplainWords(topic).Render(context.Background(), &b); err != nil {
			t.Fatal(err)
		}
	}
	if b.Len() > 0 {
		t.Errorf("%s", b.String())
	}
}
