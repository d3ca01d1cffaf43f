package viewtest

import (
	"context"
	"io"
	"time"

	"github.com/a-h/templ"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/layout"
	"github.com/driftwatch/driftwatch/views/page"
)

// WallPage is a busy wall, the first of two pages.
func WallPage() page.WallVM {
	row := func(s component.Severity, who, model, what, number, note, owner string, age time.Duration) page.WallRowVM {
		return page.WallRowVM{
			Severity: s, Who: who, Model: model, What: what, Number: number, Note: note, Owner: owner, Since: Ago(age),
			Hot: s == component.Critical && owner == "",
		}
	}
	v := page.WallVM{
		Now: Now, Verdict: "A critical incident is waiting for an owner", Name: "NOC west", Page: 1, Pages: 2, Build: "b1",
		Tally: page.TallyVM{Critical: 6, High: 11, Medium: 19, Blind: 4, Nobody: 6},
		Rows: []page.WallRowVM{
			row(component.Critical, "nsw-market", "conflict_predictor", "Scores and accuracy both broke", "39.0 %", "was 61.8 %", "", 12*time.Minute),
			row(component.Critical, "14 tenants", "fraud_detector", "Shifted on the same day", "D 0.214", "2 to acknowledge", "M. Okafor", 72*time.Minute),
			row(component.Blind, "north-retail", "4 models", "No outcomes, cannot be judged", "2 d 6 h", "since Mon 21:40", "J. Lindqvist", 54*time.Hour),
			row(component.High, "california", "conflict_predictor", "A slow slide, now past HIGH", "80.9 %", "was 91.2 %", "A. Rossi", 73*time.Hour),
			row(component.High, "a-tenant-whose-name-is-longer-than-a-wall-is-wide-at-any-distance", "conflict_predictor_of_the_second_generation", long, "80.9 %", "was 91.2 %", "Annegret von der Heide-Lindenthal", 73*time.Hour),
			row(component.Medium, "coast-freight", "fraud_detector", "Precision fell 16 points", "68 %", "was 84 %", "", 12*time.Minute),
		},
		Medium: 18, Quiet: 2, ModelsLine: "33 of 38 judged, 5 not judged", MoreTiles: 3,
		Foot: [][]component.Piece{
			component.Words("4 of 4 checks ran, last 04:00 UTC; next in 20 h 48 m"), component.Words("17 of 18 feeds speak"),
		},
	}
	v.Rows[5].Team = "ML Engineering"
	for i, s := range []component.Severity{component.Critical, component.Critical, component.Blind, component.Blind, component.High, component.High, component.High} {
		v.Tiles = append(v.Tiles, page.WallTileVM{Severity: s, Tenant: []string{"nsw-market", "south-bay"}[i%2], Model: "fraud_detector"})
	}
	return v
}

// WallCases are the wall in its states; they have a frame of their own.
func WallCases() []Case {
	quiet := page.WallVM{
		Now: Now, Verdict: "Everything is quiet", None: "No alert is open. 12 of 12 models judged, last 04:00 UTC.", Page: 1, Pages: 1, Quiet: 12, Build: "b1",
		ModelsLine: "12 of 12 judged",
	}
	shell := Shell("Wall", "")
	return []Case{
		{Name: "wall", Shell: shell, Frame: wallFrame(shell, WallPage())},
		{Name: "wall-quiet", Shell: shell, Frame: wallFrame(shell, quiet)},
	}
}

func wallFrame(s layout.Shell, v page.WallVM) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return layout.Wall(s, page.WallRefresh(v)).Render(templ.WithChildren(ctx, page.Wall(v)), w)
	})
}
