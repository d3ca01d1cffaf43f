package layout

import (
	"fmt"
	"strconv"
	"time"

	"github.com/driftwatch/driftwatch/static"
	"github.com/driftwatch/driftwatch/views/component"
)

// Shell is what stands around a page.
type Shell struct {
	// Title is the document title without the program's name.
	Title string
	// Active is the key of the current place in the navigation: "board",
	// "models", "retrains", "operations", "reviews", "teams", "audit", "settings", or "".
	Active string
	// Seq is the sequence number of the last event that the page's data
	// contains, read in the same snapshot as the data. The socket resumes
	// after it. Negative: the page does not go live.
	Seq int64
	// Now is the time of rendering.
	Now time.Time
	// User is the reader.
	User UserVM
	// BlindSince, when set, says that no check has run since then; the link
	// badge of every page shows it. BlindText is the badge's text for it,
	// such as "no check since Wed 04:00 UTC".
	BlindText string
	// Demo shows the banner that the data is invented.
	Demo bool
	// Lapse is how the demo's time-lapse stands; nil where it has none.
	Lapse *LapseVM
	// Banners come after the demo banner.
	Banners []component.BannerVM
	// Halt is the emergency stop of retraining while it is on, else nil.
	Halt *component.HaltVM
	// Progress is a running backfill, or nil.
	Progress *component.ProgressVM
}

// UserVM is the person in the top bar.
type UserVM struct {
	Name     string
	Role     string
	Initials string
	// Tenants says for which tenants: "all tenants" or their names.
	Tenants string
}

// navItem is a place. Its letter leads there after g.
type navItem struct {
	key, href, icon, label, letter string
}

// nav is the order of the bar; on a phone the first four are the tab bar.
var nav = []navItem{
	{"board", "/", "board", "Board", "b"},
	{"models", "/models", "cube", "Models", "m"},
	{"retrains", "/retrains", "loop", "Retrains", "r"},
	{"operations", "/operations", "pulse", "Operations", "o"},
	{"reviews", "/reviews", "check", "Reviews", "v"},
	{"teams", "/teams", "user", "Teams", "t"},
	{"audit", "/audit", "list", "Audit", "a"},
	{"settings", "/settings", "gear", "Settings", "s"},
}

// modules are the script files a page needs; they are preloaded so that an
// import does not cost a round trip each.
var modules = []string{
	"js/dom.js", "js/text.js", "js/time.js", "js/live.js", "js/board.js", "js/order.js", "js/ack.js", "js/select.js",
	"js/keys.js", "js/alarm.js", "js/policy.js",
}

func seqAttr(n int64) string { return strconv.FormatInt(n, 10) }

func asset(name string) string { return static.URL(name) }

// LapseVM is how a time-lapse stands.
type LapseVM struct {
	Now       time.Time // what its clock says
	Day, Days int
	Waits     bool // it goes slowly, because something waits for a manager
	Hours     int  // how long a manager is waited for
	Over      bool // its clock has met the present
}

// DemoID is the id of the demo's banner, which is a live fragment where a time-lapse is played.
const DemoID = "demo"

// LapseBanner says that time runs fast, what time it is there and how much is to come.
func LapseBanner(l LapseVM) component.BannerVM {
	b := component.BannerVM{ID: DemoID, Icon: "info", Bold: "Time-lapse.", Now: l.Now}
	say := func(text string) { b.Text = append(b.Text, component.Piece{Text: text}) }
	if l.Over {
		say("The past days have been played, and the clock has met the present: from here on it runs at its real speed, and nobody decides but you. The data is invented; the checks that judge it are real.")
		return b
	}
	say("Time runs fast, and the data is invented; the checks that judge it are real. It is ")
	b.Text = append(b.Text, component.At(l.Now, component.DayClock))
	say(fmt.Sprintf(", day %d of %d.", l.Day, l.Days))
	if l.Waits {
		say(fmt.Sprintf(" A retrain waits for a manager, so time goes slowly: after %d hours the demo's own manager approves it.", l.Hours))
	}
	return b
}

func demoBanner(l *LapseVM) component.BannerVM {
	if l != nil {
		return LapseBanner(*l)
	}
	return component.BannerVM{
		ID: DemoID, Icon: "info", Bold: "Demonstration.",
		Text: component.Words("The tenants, predictions and outcomes are invented; the checks that judge them are real."),
	}
}
