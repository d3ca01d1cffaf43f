// Package docs holds the operator guide, which the console shows: the same files that are read in the repository.
package docs

import _ "embed"

// Guide is the guide in English, GuideGerman in German: Markdown of the same headings in the same order.
var (
	//go:embed guide.md
	Guide []byte
	//go:embed guide.de.md
	GuideGerman []byte
)
