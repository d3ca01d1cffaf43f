package layout

import (
	"strconv"
	"time"

	"github.com/driftwatch/driftwatch/static"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// Shell is what stands around a page.
type Shell struct {
	// Title is the document title without the program's name.
	Title string
	// Active is the key of the current place in the navigation: "board",
	// "models", "retrains", "operations", "reviews", "handover", "teams", "audit", "settings", or "".
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
	// badge of every page shows it.
	BlindSince time.Time
	// Demo shows the banner that the data is invented.
	Demo bool
	// Lapse is how the demo's time-lapse stands; nil where it has none.
	Lapse *LapseVM
	// Halt is the emergency stop of retraining while it is on, else nil.
	Halt *component.HaltVM
	// Progress is a running backfill, or nil.
	Progress *component.ProgressVM
}

// UserVM is the person in the top bar.
type UserVM struct {
	Name     string
	Role     string // viewer, operator, manager or admin
	Initials string
	// Tenants are the names of those that the person sees, where it is not all.
	Tenants    string
	AllTenants bool
}

// role is the role in words.
func (u UserVM) role(l lang.Lang) string {
	switch u.Role {
	case "viewer":
		return l.T("viewer")
	case "operator":
		return l.T("operator")
	case "manager":
		return l.T("manager")
	case "admin":
		return l.T("admin")
	}
	return u.Role
}

func (u UserVM) tenants(l lang.Lang) string {
	if u.AllTenants {
		return l.T("all tenants")
	}
	return u.Tenants
}

// navItem is a place. Its letter leads there after g.
type navItem struct {
	key, href, icon, label, letter string
}

// nav is the order of the bar; on a phone the first four are the tab bar.
var nav = []navItem{
	{"board", "/", "board", lang.Key("Board"), "b"},
	{"models", "/models", "cube", lang.Key("Models"), "m"},
	{"retrains", "/retrains", "loop", lang.Key("Retrains"), "r"},
	{"operations", "/operations", "pulse", lang.Key("Operations"), "o"},
	{"reviews", "/reviews", "check", lang.Key("Reviews"), "v"},
	{"handover", "/handover", "note", lang.Key("Hand-over"), "h"},
	{"teams", "/teams", "user", lang.Key("Teams"), "t"},
	{"audit", "/audit", "list", lang.Key("Audit"), "a"},
	{"settings", "/settings", "gear", lang.Key("Settings"), "s"},
}

// modules are the script files a page needs; they are preloaded so that an
// import does not cost a round trip each.
var modules = []string{
	"js/dom.js", "js/text.js", "js/time.js", "js/live.js", "js/board.js", "js/glide.js", "js/order.js", "js/ack.js", "js/select.js",
	"js/keys.js", "js/alarm.js", "js/policy.js",
}

// wallModules are those of the wall.
var wallModules = []string{"js/dom.js", "js/text.js", "js/time.js", "js/live.js"}

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
func LapseBanner(l lang.Lang, v LapseVM) component.BannerVM {
	b := component.BannerVM{ID: DemoID, Icon: "info", Bold: l.T("Time-lapse."), Now: v.Now}
	if v.Over {
		b.Text = component.Words(l.T("The past days have been played, and the clock has met the present: from here on it runs at its real speed, and nobody decides but you. The data is invented; the checks that judge it are real."))
		return b
	}
	b.Text = component.Sentence(
		l.T("Time runs fast, and the data is invented; the checks that judge it are real. It is {0}, day %d of %d.", v.Day, v.Days),
		component.At(v.Now, component.DayClock))
	if v.Waits {
		b.Text = component.Join(b.Text, component.Words(
			l.T("A retrain waits for a manager, so time goes slowly: after %d hours the demo's own manager approves it.", v.Hours)))
	}
	return b
}

func demoBanner(l lang.Lang, v *LapseVM) component.BannerVM {
	if v != nil {
		return LapseBanner(l, *v)
	}
	return component.BannerVM{
		ID: DemoID, Icon: "info", Bold: l.T("Demonstration."),
		Text: component.Words(l.T("The tenants, predictions and outcomes are invented; the checks that judge them are real.")),
	}
}
