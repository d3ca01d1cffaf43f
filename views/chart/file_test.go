package chart

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/views/lang"
)

// each runs a test for every kind of chart in every language.
func each(t *testing.T, run func(t *testing.T, d Drawing)) {
	t.Helper()
	for _, l := range lang.All {
		for _, c := range kinds() {
			d := c.Draw(l)
			t.Run(d.Name()+"-"+l.Tag(), func(t *testing.T) { run(t, d) })
		}
	}
}

func written(t *testing.T, d Drawing, f Format) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := d.Write(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestSVGStandsAlone: a well-formed document that names itself, brings its own
// colours and fetches, runs and styles nothing.
func TestSVGStandsAlone(t *testing.T) {
	each(t, func(t *testing.T, d Drawing) {
		out := written(t, d, SVG)
		seen := map[string]int{}
		dec := xml.NewDecoder(bytes.NewReader(out))
		for {
			tok, err := dec.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("not well-formed: %v", err)
			}
			el, ok := tok.(xml.StartElement)
			if !ok {
				continue
			}
			seen[el.Name.Local]++
			for _, a := range el.Attr {
				if a.Name.Local == "class" || a.Name.Local == "style" || a.Name.Local == "href" || strings.HasPrefix(a.Name.Local, "on") {
					t.Errorf("attribute %s in %s", a.Name.Local, el.Name.Local)
				}
				if a.Name.Local == "fill" && a.Value == "" {
					t.Errorf("%s without a colour", el.Name.Local)
				}
			}
		}
		if seen["title"] != 1 || seen["desc"] != 1 || seen["svg"] != 1 || seen["script"]+seen["style"]+seen["image"] > 0 {
			t.Errorf("elements %v", seen)
		}
		if bad := notANumber.Find(out); bad != nil {
			t.Errorf("%q in the document", bad)
		}
		if s := d.layout(); s.width != sheetWidth || s.height > 1600 {
			t.Errorf("%v by %v", s.width, s.height)
		}
	})
}

// TestPNGShowsTheDrawing: twice the sheet's size, of many colours, and in
// colour where the data is. The languages take turns: painting is slow under the
// race detector, and it is the same for both.
func TestPNGShowsTheDrawing(t *testing.T) {
	for i, c := range kinds() {
		d := c.Draw(lang.All[i%len(lang.All)])
		img, err := png.Decode(bytes.NewReader(written(t, d, PNG)))
		if err != nil {
			t.Fatalf("%s: %v", d.Name(), err)
		}
		s := d.layout()
		if got := img.Bounds(); got.Dx() != int(2*s.width) || got.Dy() != int(2*s.height) {
			t.Errorf("%s: %v of a sheet %v by %v", d.Name(), got, s.width, s.height)
		}
		pixels, ok := img.(*image.RGBA)
		if !ok {
			t.Fatalf("%s: the picture is a %T", d.Name(), img)
		}
		ink, colours := 0, map[uint32]bool{}
		const step = 31 // every one would be slow
		for i := 0; i < len(pixels.Pix); i += 4 * step {
			r, g, b := pixels.Pix[i], pixels.Pix[i+1], pixels.Pix[i+2]
			if min(r, g, b) < 250 {
				ink += step
			}
			colours[uint32(r)<<16|uint32(g)<<8|uint32(b)] = true
		}
		share := float64(ink) / float64(img.Bounds().Dx()*img.Bounds().Dy())
		if share < .01 || share > .8 || len(colours) < 20 {
			t.Errorf("%s: %.3f of it is ink, in %d colours", d.Name(), share, len(colours))
		}
	}
}

// TestAPictureIsBounded: however tall the sheet.
func TestAPictureIsBounded(t *testing.T) {
	for _, height := range []float64{10, 1999, 2001, 90_000} {
		b := sheet{width: sheetWidth, height: height}.rasterise().Bounds()
		if b.Dx() > pictureLongest || b.Dy() > pictureLongest || b.Empty() {
			t.Errorf("height %v: %v", height, b)
		}
	}
}

// TestCSVIsForPrograms: as wide as its heading, with numbers that read back, and
// the same whoever asks.
func TestCSVIsForPrograms(t *testing.T) {
	for _, c := range kinds() {
		d := c.Draw(lang.English)
		out := written(t, d, CSV)
		if german := written(t, c.Draw(lang.German), CSV); !bytes.Equal(out, german) {
			t.Errorf("%s: another file in German", d.Name())
		}
		records, err := csv.NewReader(bytes.NewReader(out)).ReadAll() // refuses rows of another width
		if err != nil {
			t.Fatalf("%s: %v", d.Name(), err)
		}
		if len(records) != len(d.table.rows)+1 {
			t.Errorf("%s: %d records of %d rows", d.Name(), len(records), len(d.table.rows))
		}
		name := regexp.MustCompile(`^[a-z][a-z0-9_.+e-]*$`)
		for i, head := range records[0] {
			if !name.MatchString(head) || slices.Index(records[0], head) != i {
				t.Errorf("%s: column %q", d.Name(), head)
			}
		}
		if s := string(out); strings.Contains(s, "\u00a0") || strings.Contains(s, lang.Missing) || strings.Contains(s, "−") {
			t.Errorf("%s: text for people in the file", d.Name())
		}
	}
}

func TestNamesAreNoFormulas(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "plain": "plain", "-0.5": "-0.5", "+1e-7": "+1e-7", "=1+1": "'=1+1", "@x": "'@x", "-x": "'-x", "+x": "'+x", "\tx": "'\tx", "\n=1": "'\n=1", "＝1+1": "'＝1+1", "＠x": "'＠x", "é=1": "é=1", "1998-07-01": "1998-07-01",
	} {
		if got := Harmless(in); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
	if out := string(written(t, sampleFeatures().Draw(lang.English), CSV)); !strings.Contains(out, "'=period,") {
		t.Error("a feature's name is a formula in the file")
	}
}

// TestTableIsTheDrawing: every point that is drawn stands in the table where it
// is drawn, and every row that claims a place lies in the plot.
func TestTableIsTheDrawing(t *testing.T) {
	each(t, func(t *testing.T, d Drawing) {
		if len(d.table.rows) == 0 {
			t.Fatal("no table")
		}
		places := map[string]bool{}
		for _, r := range d.table.rows {
			if r.x > 1 || r.plot >= len(d.plots) && !r.more {
				t.Errorf("row %v lies at %v of plot %d", r.cells[0], r.x, r.plot)
			}
			if len(r.cells) != len(d.table.cols) {
				t.Errorf("row %v has %d cells of %d", r.cells[0], len(r.cells), len(d.table.cols))
			}
			places[place(r.x)] = true
		}
		points := 0
		for _, p := range d.plots {
			for _, i := range p.items {
				if i.kind != dotItem && (i.kind != markItem || i.class != "ph2") {
					continue
				}
				points++
				at := i.x
				if d.across {
					at = i.y / p.height
				}
				if !places[place(at)] {
					t.Errorf("a point at %v is in no row", at)
				}
			}
		}
		t.Logf("%d points, %d rows", points, len(d.table.rows))
	})
}

// TestPointsAndValuesAgree: as many points as values in the table's column.
func TestPointsAndValuesAgree(t *testing.T) {
	for _, c := range []struct {
		chart  Chart
		column string
	}{
		{sampleAccuracy(60), "accuracy"}, {sampleMetric(), "value"}, {sampleWideMetric(), "value"}, {sampleEstimate(), "realised"}, {sampleSlices(), "drop"},
	} {
		d := c.chart.Draw(lang.English)
		at := slices.IndexFunc(d.table.cols, func(col column) bool { return col.key == c.column })
		values, points := 0, 0
		for _, r := range d.table.rows {
			if r.cells[at].raw != "" {
				values++
			}
		}
		for _, i := range d.plots[0].items {
			if i.kind == dotItem {
				points++
			}
		}
		if points == 0 || points != values {
			t.Errorf("%s: %d points and %d values of %s", d.Name(), points, values, c.column)
		}
	}
}

// TestAccuracyIsDrawnWhereItIs: the height of each point, read back through the
// axis, is the table's number.
func TestAccuracyIsDrawnWhereItIs(t *testing.T) {
	in := sampleAccuracy(60)
	d := in.Draw(lang.German)
	floor := in.floor(in.Days)
	want := map[string]string{}
	for _, r := range d.table.rows {
		if r.cells[4].raw != "" {
			v, err := strconv.ParseFloat(r.cells[4].raw, 64)
			if err != nil {
				t.Fatal(err)
			}
			want[place(r.x)] = fmt.Sprintf("%.6f", v)
		}
	}
	for _, i := range d.plots[0].items {
		if i.kind == dotItem {
			v := floor + (1-floor)*(1-i.y/wideHeight)
			if got := fmt.Sprintf("%.6f", v); got != want[place(i.x)] {
				t.Errorf("at %v %s is drawn, the table says %s", i.x, got, want[place(i.x)])
			}
		}
	}
}

// TestEverythingLiesInItsPlot: nothing is drawn outside the plot and its
// gutters.
func TestEverythingLiesInItsPlot(t *testing.T) {
	each(t, func(t *testing.T, d Drawing) {
		for _, p := range d.plots {
			room, ok := gutters[p.class]
			if !ok {
				t.Fatalf("no gutters for %q", p.class)
			}
			inside := func(what string, x, y float64) {
				const slack = .021 // a band of one day, a hover column at the end
				if x < -slack || x > 1+slack || y < -room[2] || y > p.height+room[3] {
					t.Errorf("%s at %v, %v of a plot %v high", what, x, y, p.height)
				}
			}
			for _, i := range p.items {
				inside(i.class+" "+i.text, i.x, i.y)
				if i.kind == pathItem {
					for _, c := range i.path {
						if c.op != 'Z' {
							inside("path "+i.class, c.x, c.y)
						}
					}
				}
				for class := range strings.FieldsSeq(i.class) {
					if _, ok := paints[class]; !ok {
						t.Errorf("class %q has no paint for files", class)
					}
				}
			}
		}
	})
}

func TestAnUnknownFormatIsAnError(t *testing.T) {
	if err := Write(io.Discard, "pdf", lang.English, sampleMetric()); err == nil {
		t.Error("a chart was written as pdf")
	}
}

// TestEmptyDrawingsAreFilesToo: they say why there is nothing.
func TestEmptyDrawingsAreFilesToo(t *testing.T) {
	for _, c := range []Chart{
		Distribution{}, ECDFs{}, Trend{}, Accuracy{}, Metric{}, Heat{}, Reliability{}, Rankings{}, Confusion{}, Features{}, Slices{}, Estimate{}, WhatIf{}, Watch{}, Replay{},
	} {
		d := c.Draw(lang.German)
		if !d.Empty() || len(d.plots) > 0 {
			t.Errorf("%s is not empty", d.Name())
		}
		if out := string(written(t, d, SVG)); !strings.Contains(out, "<desc") || !strings.Contains(out, d.title) {
			t.Errorf("%s: %s", d.Name(), out)
		}
	}
	if _, err := png.Decode(bytes.NewReader(written(t, Trend{}.Draw(lang.German), PNG))); err != nil {
		t.Error(err)
	}
}

// TestDashes: what is drawn of a line is the share that its pattern says.
func TestDashes(t *testing.T) {
	for _, length := range []float64{1, 6, 9, 100, 1234.5} {
		o := outline{points: []corner{{0, 0}, {length / 2, 0}, {length, 0}}}
		drawn := 0.
		for _, part := range o.dashed([]float64{6, 3}, 1) {
			for i := 1; i < len(part); i++ {
				drawn += math.Abs(part[i].x - part[i-1].x)
			}
		}
		whole := math.Floor(length / 9)
		if want := whole*6 + min(length-whole*9, 6); math.Abs(drawn-want) > 1e-6 {
			t.Errorf("of %v are drawn %v, want %v", length, drawn, want)
		}
	}
}

// TestWrap: no line is wider than it may be, and no word is lost.
func TestWrap(t *testing.T) {
	text := "Kreise sind Tage, die Linie sind die letzten 7 Tage zusammen; das vergleicht die Prüfung. Überraschungsfrei."
	for width := 60.; width < 900; width += 37 {
		lines := wrap(text, 12, width, 400)
		for _, l := range lines {
			if textWidth(l, 12, 400) > width && strings.Contains(l, " ") {
				t.Errorf("%q is wider than %v", l, width)
			}
		}
		if strings.Join(lines, " ") != text {
			t.Errorf("width %v: %q", width, lines)
		}
	}
	if textWidth("10⁻³²", 12, 400) >= textWidth("10−32", 12, 400) || textWidth("ÄÖÜß×−≤χ²", 12, 600) <= 0 {
		t.Error("superscripts are as wide as figures")
	}
	var unknown []rune
	for _, r := range "aÄöüß×−≤≥χ²³⁻⁰⁹→…–’%<>" {
		if faces()[0].glyph(nil, r).index == 0 {
			unknown = append(unknown, r)
		}
	}
	if len(unknown) > 0 {
		t.Errorf("the pictures' font lacks %q", string(unknown))
	}
}
