package page

import (
	"strconv"
	"time"

	"github.com/driftwatch/driftwatch/static"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// WallVM is one page of the wall: what stands in the room for all to read, and nothing to press.
type WallVM struct {
	Now     time.Time
	Verdict string
	Tally   TallyVM
	// Rows are the incidents of this page, worst first.
	Rows []WallRowVM
	// None says why there is no row: that all is quiet, or that it is not known.
	None string
	// Tiles are the models that are not quiet, worst first, as many as fit; Medium, Quiet and MoreTiles
	// count the others.
	Tiles                    []WallTileVM
	Medium, Quiet, MoreTiles int
	ModelsLine               string
	// Foot are the sentences of the last line.
	Foot [][]component.Piece
	// Name is the wall's, "" where a signed-in reader looks.
	Name string
	// Page is this page's number, from 1, of Pages.
	Page, Pages int
	// Build names the program's files: a wall that runs an older script loads anew.
	Build string
	// BlindText is that of the link badge, "" where checks run.
	BlindText string
}

// WallRowVM is one incident at five metres.
type WallRowVM struct {
	Severity component.Severity
	// Who and Model read "14 tenants" "fraud_detector".
	Who, Model string
	What       string
	// Number and Note read "39.0 %" "was 61.8 %".
	Number, Note string
	Since        time.Time
	Owner, Team  string // who has some of it; where nobody has, the team that it waits for
	Hot          bool   // nobody has something critical of it
	Cleared      bool   // nothing of it needs anybody
}

// WallTileVM is one model.
type WallTileVM struct {
	Severity      component.Severity
	Tenant, Model string
}

// WallRows is how many incidents stand on one page, and WallTiles how many models beside them.
const (
	WallRows  = 6
	WallTiles = 18
)

// WallBuild names the program's files.
func WallBuild() string { return static.URL("js/wall.js") }

// wallTurn is how long one page stands where no script turns it, in seconds.
const wallTurn = 15

// nextHref is the page after this one, the first after the last.
func (v WallVM) nextHref() string { return "/wall?page=" + strconv.Itoa(v.Page%max(v.Pages, 1)+1) }

func (v WallVM) refresh() string { return strconv.Itoa(wallTurn) + ";url=" + v.nextHref() }

// pageLine says which page this is and what is on the others.
func (v WallVM) pageLine(l lang.Lang) string {
	if v.Pages <= 1 {
		return ""
	}
	return l.T("page %d of %d", v.Page, v.Pages)
}
